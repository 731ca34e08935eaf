/* backend_epoll.c - what a loop asks of the kernel, by Linux's epoll and an eventfd to be woken by.
 * See backend.h for the contract, epoll(7) for the calls. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"

#define EVENTS_PER_POLL 256

struct epoll_state {
    int epoll_fd;
    int wake_fd; /* an eventfd: a write from any thread makes epoll_wait return */
    struct epoll_event events[EVENTS_PER_POLL];
};

static void epoll_fini(struct loop *loop)
{
    struct epoll_state *state = loop_backend_data(loop);
    if (state->wake_fd >= 0)
        close(state->wake_fd);
    if (state->epoll_fd >= 0)
        close(state->epoll_fd);
    free(state);
}

static int epoll_init(struct loop *loop)
{
    struct epoll_state *state = calloc(1, sizeof *state);
    if (!state)
        return -ENOMEM;
    loop_set_backend_data(loop, state);
    state->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    state->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = state->wake_fd};
    if (state->epoll_fd < 0 || state->wake_fd < 0 ||
        epoll_ctl(state->epoll_fd, EPOLL_CTL_ADD, state->wake_fd, &event) < 0) {
        int error = errno;
        epoll_fini(loop);
        return -error;
    }
    return 0;
}

static int epoll_io_set(struct loop *loop, int fd, unsigned old, unsigned mask)
{
    struct epoll_state *state = loop_backend_data(loop);
    struct epoll_event event = {.data.fd = fd};
    if (mask & LOOP_READ)
        event.events |= EPOLLIN;
    if (mask & LOOP_WRITE)
        event.events |= EPOLLOUT;
    int operation = !mask ? EPOLL_CTL_DEL : !old ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    return epoll_ctl(state->epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

/* epoll_wait counts in milliseconds; rounding up keeps the promise that no timer is early. */
static int to_milliseconds(int64_t timeout_ns)
{
    if (timeout_ns < 0)
        return -1;
    int64_t ms = timeout_ns / NS_PER_MS + (timeout_ns % NS_PER_MS != 0);
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

static unsigned to_mask(uint32_t events)
{
    unsigned mask = 0;
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        mask |= LOOP_READ;
    if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
        mask |= LOOP_WRITE;
    return mask;
}

static int epoll_poll(struct loop *loop, int64_t timeout_ns)
{
    struct epoll_state *state = loop_backend_data(loop);
    int count =
        epoll_wait(state->epoll_fd, state->events, EVENTS_PER_POLL, to_milliseconds(timeout_ns));
    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        struct epoll_event *event = &state->events[i];
        if (event->data.fd == state->wake_fd) {
            uint64_t wakes;
            if (read(state->wake_fd, &wakes, sizeof wakes) < 0 && errno != EAGAIN)
                return -errno;
        } else {
            loop_fd_ready(loop, event->data.fd, to_mask(event->events));
        }
    }
    return 0;
}

static void epoll_wake(struct loop *loop)
{
    struct epoll_state *state = loop_backend_data(loop);
    uint64_t one = 1;
    ssize_t written = write(state->wake_fd, &one, sizeof one);
    (void)written; /* EAGAIN: the counter is full, so the loop is being woken already */
}

const struct loop_backend backend_epoll = {
    .name = "epoll",
    .init = epoll_init,
    .fini = epoll_fini,
    .io_set = epoll_io_set,
    .poll = epoll_poll,
    .wake = epoll_wake,
};
