/* co_io.c - each call tries at once; only when the kernel says EAGAIN does the coroutine wait.
 *
 * That is chapter 03's non-blocking I/O, with the waiting turned inside out: the loop's callback
 * resumes the coroutine, which then tries again.
 */
#include "co_io.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

/* ---- Waiting for a descriptor -------------------------------------------------------------- */

struct fd_wait {
    struct co_waiter waiter; /* first */
    struct co *co;
    int fd;
    void (*remove)(struct loop *loop, int fd);
};

/* Resumes at once: the descriptor is ready now, and another trip through the queue would cost a
 * system call. */
static void on_ready(void *arg)
{
    struct fd_wait *wait = arg;
    wait->remove(wait->co->loop, wait->fd);
    co_wake_now(wait->co, 0);
}

static bool cancel_fd_wait(struct co_waiter *waiter)
{
    struct fd_wait *wait = (struct fd_wait *)waiter;
    wait->remove(wait->co->loop, wait->fd);
    return true;
}

int co_wait_readable(int fd)
{
    struct fd_wait wait = {
        {cancel_fd_wait, "a descriptor to read"}, co_current(), fd, loop_remove_reader};
    int rc = loop_add_reader(co_loop(), fd, on_ready, &wait);
    return rc < 0 ? rc : co_wait(&wait.waiter);
}

int co_wait_writable(int fd)
{
    struct fd_wait wait = {
        {cancel_fd_wait, "a descriptor to write"}, co_current(), fd, loop_remove_writer};
    int rc = loop_add_writer(co_loop(), fd, on_ready, &wait);
    return rc < 0 ? rc : co_wait(&wait.waiter);
}

/* A peer that is always ready would keep its coroutine running for ever: after so many calls that
 * did not have to wait, one lets the others run. Called before the I/O, when a cancel still loses
 * nothing. */
#define CALLS_BEFORE_YIELD 64

static int take_turns(void)
{
    struct co *co = co_current();
    if (++co->calls_without_wait < CALLS_BEFORE_YIELD)
        return 0;
    co->calls_without_wait = 0;
    return co_yield();
}

/* ---- The calls ----------------------------------------------------------------------------- */

ssize_t co_read(int fd, void *buffer, size_t size)
{
    int rc = take_turns();
    while (rc == 0) {
        ssize_t count = read(fd, buffer, size);
        if (count >= 0)
            return count;
        if (errno == EAGAIN)
            rc = co_wait_readable(fd);
        else if (errno != EINTR)
            rc = -errno;
    }
    return rc;
}

ssize_t co_read_when_ready(int fd, void *buffer, size_t size)
{
    for (;;) {
        int rc = co_wait_readable(fd);
        if (rc == -EPERM)
            rc = co_yield(); /* epoll's word for a regular file */
        if (rc < 0)
            return rc;
        ssize_t count = read(fd, buffer, size);
        if (count >= 0)
            return count;
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
    }
}

int co_write_all(int fd, const void *bytes, size_t size)
{
    const char *next = bytes;
    int rc = take_turns();
    while (rc == 0 && size > 0) {
        ssize_t count = write(fd, next, size);
        if (count >= 0) {
            next += count;
            size -= (size_t)count;
        } else if (errno == EAGAIN) {
            rc = co_wait_writable(fd);
        } else if (errno != EINTR) {
            rc = -errno;
        }
    }
    return rc;
}

int co_accept_named(int listening_fd, char name[NET_NAME_MAX])
{
    int rc = take_turns();
    while (rc == 0) {
        int fd = net_accept(listening_fd, name);
        if (fd >= 0) {
            net_set_nodelay(fd); /* fails on what is not TCP, and does not matter there */
            return fd;
        }
        rc = fd == -EAGAIN ? co_wait_readable(listening_fd) : fd;
    }
    return rc;
}

int co_accept(int listening_fd)
{
    return co_accept_named(listening_fd, NULL);
}

int co_connect(const char *host, uint16_t port)
{
    int fd = net_connect_start(host, port);
    if (fd < 0)
        return fd;
    int rc = net_connect_finish(fd);
    while (rc == -EINPROGRESS) {
        rc = co_wait_writable(fd);
        if (rc == 0)
            rc = net_connect_finish(fd);
    }
    if (rc < 0) {
        co_close(fd);
        return rc;
    }
    return fd;
}

void co_close(int fd)
{
    if (fd < 0)
        return;
    loop_forget_fd(co_loop(), fd);
    close(fd);
}
