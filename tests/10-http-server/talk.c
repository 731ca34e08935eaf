/* talk.c - see talk.h. */
#include "talk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "backend.h"
#include "backend_uv.h"
#include "backend_virtual.h"
#include "clock.h"
#include "co_io.h"
#include "leaks.h"
#include "net.h"
#include "unit.h"

/* ---- The client's side --------------------------------------------------------------------- */

int talk_connect(struct talk *talk)
{
    const struct sockaddr *address = (const struct sockaddr *)&talk->address;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, address, talk->address_length) < 0) { /* it is our own backlog: no wait */
        close(fd);
        return -errno;
    }
    int rc = net_set_nonblocking(fd, true);
    return rc < 0 ? rc : fd;
}

int talk_send(int fd, const char *text)
{
    return co_write_all(fd, text, strlen(text));
}

static void remove_line(char *text, const char *begin)
{
    char *line;
    while ((line = strstr(text, begin)) != NULL) {
        char *end = strchr(line, '\n');
        memmove(line, end ? end + 1 : "", end ? strlen(end + 1) + 1 : 1);
    }
}

static void remove_bytes(char *text, char byte)
{
    char *to = text;
    for (; *text; text++)
        if (*text != byte)
            *to++ = *text;
    *to = '\0';
}

int talk_hear(struct talk *talk, int fd)
{
    size_t length = 0;
    ssize_t count = 1;
    while (count > 0 && length + 1 < TALK_SIZE) {
        count = co_read(fd, talk->heard + length, TALK_SIZE - 1 - length);
        if (count > 0)
            length += (size_t)count;
    }
    co_close(fd);
    talk->heard[length] = '\0';
    remove_bytes(talk->heard, '\r');
    remove_line(talk->heard, "Date: ");
    remove_line(talk->heard, "Server: ");
    return count < 0 ? (int)count : (int)strlen(talk->heard);
}

int talk_ask(struct talk *talk, const char *text)
{
    int fd = talk_connect(talk);
    if (fd < 0)
        return fd;
    int rc = talk_send(fd, text);
    if (rc == 0 && shutdown(fd, SHUT_WR) < 0)
        rc = -errno;
    if (rc == 0)
        return talk_hear(talk, fd);
    co_close(fd);
    return rc;
}

int talk_skip(int fd, size_t length)
{
    char byte;
    for (; length > 0; length--) {
        ssize_t count = co_read(fd, &byte, 1);
        if (count <= 0)
            return count < 0 ? (int)count : -ENODATA;
    }
    return 0;
}

/* ---- Running ------------------------------------------------------------------------------- */

static int listen_unix(struct talk *talk)
{
    struct sockaddr_un *address = (struct sockaddr_un *)&talk->address;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX}; /* an abstract name: no file is left */
    int length = snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "talk-%d", getpid());
    talk->address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)address, talk->address_length), 0);
    assert_int_equal(listen(fd, 1024), 0);
    return fd;
}

static int listen_tcp(struct talk *talk)
{
    int fd = net_listen("127.0.0.1", 0, 1024);
    assert_true(fd >= 0);
    talk->address_length = sizeof talk->address;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&talk->address, &talk->address_length), 0);
    return fd;
}

static int run_client(void *arg)
{
    struct talk *talk = arg;
    int rc = talk->client(talk);
    int stop_rc = http_server_stop(&talk->server, talk->grace_ns);
    return rc < 0 ? rc : stop_rc;
}

void talk_run(struct talk *talk, const struct loop_backend *backend)
{
    struct usage before = own_usage();
    net_ignore_sigpipe();
    talk->heard[0] = '\0';
    talk->loop = loop_new(backend);
    assert_non_null(talk->loop);
    int fd = backend == &backend_virtual ? listen_unix(talk) : listen_tcp(talk);
    assert_int_equal(http_server_start(&talk->server, talk->loop, fd, &talk->options), 0);
    assert_int_equal(task_run(talk->loop, run_client, talk, false), 0);

    assert_int_equal(talk->server.connection_count, 0);
    struct loop_pending left = loop_pending(talk->loop);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    loop_free(talk->loop);
    assert_int_equal(coro_count(), 0);
    coro_trim();
    expect_own_usage(before);
}

void talk_run_virtually(struct talk *talk)
{
    talk_run(talk, &backend_virtual);
}

/* libuv makes a pipe for signals with its first loop, and keeps it. */
static void let_libuv_settle(void)
{
    struct loop *loop = loop_new(&backend_uv);
    assert_non_null(loop);
    loop_free(loop);
}

void talk_run_everywhere(struct talk *talk)
{
    let_libuv_settle();
    talk_run(talk, &backend_virtual);
    talk_run(talk, &backend_epoll);
    talk_run(talk, &backend_uv);
}
