/* backend_uv.c - what a loop asks of the kernel, by libuv: the same five functions as
 * backend_epoll.
 *
 * A descriptor is a uv_poll_t, the time limit of a poll a uv_timer_t, the wake-up a uv_async_t.
 * libuv is asked to wait and to say what is ready, and nothing else: its callbacks only hand on to
 * loop_fd_ready, so the order in which things run is our loop's, not libuv's.
 */
#include "backend_uv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "clock.h"

struct descriptor {
    uv_poll_t poll; /* first; must stay until libuv has closed it */
    int fd;
    unsigned mask;
};

struct uv_state {
    uv_loop_t uv; /* its data is our loop */
    uv_async_t wake;
    uv_timer_t timeout;
    struct descriptor **descriptors; /* by number; NULL: not watched */
    int capacity;
};

/* ---- Descriptors --------------------------------------------------------------------------- */

static void on_descriptor_ready(uv_poll_t *poll, int status, int events);

static int start_watching(struct descriptor *descriptor)
{
    int events = 0;
    if (descriptor->mask & LOOP_READ)
        events |= UV_READABLE;
    if (descriptor->mask & LOOP_WRITE)
        events |= UV_WRITABLE;
    return uv_poll_start(&descriptor->poll, events, on_descriptor_ready);
}

/* After an error or a hang-up (status < 0) libuv stops watching. Our contract is level-triggered:
 * it is to be told again until nobody asks any more, so the watching is started again. */
static void on_descriptor_ready(uv_poll_t *poll, int status, int events)
{
    struct descriptor *descriptor = (struct descriptor *)poll;
    struct loop *loop = poll->loop->data;
    unsigned ready = 0;
    if (events & UV_READABLE)
        ready |= LOOP_READ;
    if (events & UV_WRITABLE)
        ready |= LOOP_WRITE;
    if (status < 0) {
        ready = LOOP_READ | LOOP_WRITE;
        start_watching(descriptor); /* fails only for a handle that is being closed */
    }
    loop_fd_ready(loop, descriptor->fd, ready);
}

static int make_room(struct uv_state *state, int fd)
{
    if (fd < state->capacity)
        return 0;
    int capacity = fd + 1 > 2 * state->capacity ? fd + 1 : 2 * state->capacity;
    struct descriptor **grown =
        realloc(state->descriptors, (size_t)capacity * sizeof(struct descriptor *));
    if (!grown)
        return -ENOMEM;
    for (int i = state->capacity; i < capacity; i++)
        grown[i] = NULL;
    state->descriptors = grown;
    state->capacity = capacity;
    return 0;
}

/* uv_poll_init makes the descriptor non-blocking. That is its owner's affair (a terminal would be
 * left so for the shell), so the flag is put back. */
static int init_poll(struct uv_state *state, struct descriptor *descriptor)
{
    int flags = fcntl(descriptor->fd, F_GETFL);
    int rc = flags < 0 ? -errno : uv_poll_init(&state->uv, &descriptor->poll, descriptor->fd);
    if (rc == 0 && !(flags & O_NONBLOCK))
        fcntl(descriptor->fd, F_SETFL, flags);
    return rc;
}

static int make_descriptor(struct uv_state *state, int fd)
{
    int rc = make_room(state, fd);
    if (rc < 0)
        return rc;
    struct descriptor *descriptor = calloc(1, sizeof *descriptor);
    if (!descriptor)
        return -ENOMEM;
    descriptor->fd = fd;
    rc = init_poll(state, descriptor);
    if (rc < 0) {
        free(descriptor);
        return rc;
    }
    state->descriptors[fd] = descriptor;
    return 0;
}

static void on_descriptor_closed(uv_handle_t *handle)
{
    free(handle); /* the poll is the descriptor's first member */
}

/* uv_close takes the number out of libuv's tables at once: it may be used again by the next
 * descriptor before the memory of this one is given back, at the end of the next poll. */
static void forget_descriptor(struct uv_state *state, int fd)
{
    uv_close((uv_handle_t *)&state->descriptors[fd]->poll, on_descriptor_closed);
    state->descriptors[fd] = NULL;
}

static int backend_io_set(struct loop *loop, int fd, unsigned old, unsigned mask)
{
    struct uv_state *state = loop_backend_data(loop);
    if (!mask) {
        forget_descriptor(state, fd);
        return 0;
    }
    int rc = old ? 0 : make_descriptor(state, fd);
    if (rc < 0)
        return rc;
    state->descriptors[fd]->mask = mask;
    return start_watching(state->descriptors[fd]);
}

/* ---- Waiting ------------------------------------------------------------------------------- */

/* uv_run looks at its timers before it waits as well as after. A timer that is due already then
 * (we were not running for a millisecond) would leave it waiting for ever: uv_stop makes that wait
 * a look, and ends this uv_run only. */
static void on_timeout(uv_timer_t *timeout)
{
    uv_stop(timeout->loop);
}

static int backend_poll(struct loop *loop, int64_t timeout_ns)
{
    struct uv_state *state = loop_backend_data(loop);
    if (timeout_ns > 0) {
        uint64_t ms = (uint64_t)(timeout_ns / NS_PER_MS + (timeout_ns % NS_PER_MS != 0));
        uv_update_time(&state->uv); /* libuv's clock stands still outside of uv_run */
        int rc = uv_timer_start(&state->timeout, on_timeout, ms, 0);
        if (rc < 0)
            return rc;
    }
    uv_run(&state->uv, timeout_ns == 0 ? UV_RUN_NOWAIT : UV_RUN_ONCE);
    return uv_timer_stop(&state->timeout);
}

/* The end of the wait is all that is wanted; what woke us is in the loop's inbox. */
static void on_wake(uv_async_t *wake)
{
    (void)wake;
}

static void backend_wake(struct loop *loop)
{
    struct uv_state *state = loop_backend_data(loop);
    uv_async_send(&state->wake); /* several become one, which is enough */
}

/* ---- Beginning and end --------------------------------------------------------------------- */

static int backend_init(struct loop *loop)
{
    struct uv_state *state = calloc(1, sizeof *state);
    if (!state)
        return -ENOMEM;
    int rc = uv_loop_init(&state->uv);
    if (rc < 0)
        goto free_state;
    rc = uv_async_init(&state->uv, &state->wake, on_wake);
    if (rc < 0)
        goto close_loop;
    rc = uv_timer_init(&state->uv, &state->timeout);
    if (rc < 0)
        goto close_wake;
    state->uv.data = loop;
    loop_set_backend_data(loop, state);
    return 0;

close_wake:
    uv_close((uv_handle_t *)&state->wake, NULL);
    uv_run(&state->uv, UV_RUN_NOWAIT);
close_loop:
    uv_loop_close(&state->uv);
free_state:
    free(state);
    return rc;
}

/* A handle is closed when a uv_run after its uv_close has said so. A loop that will not close has a
 * handle that some brick put there and forgot: its memory would be used after it is freed. */
static void backend_fini(struct loop *loop)
{
    struct uv_state *state = loop_backend_data(loop);
    for (int fd = 0; fd < state->capacity; fd++)
        if (state->descriptors[fd])
            forget_descriptor(state, fd);
    uv_close((uv_handle_t *)&state->wake, NULL);
    uv_close((uv_handle_t *)&state->timeout, NULL);
    uv_run(&state->uv, UV_RUN_NOWAIT);
    int rc = uv_loop_close(&state->uv);
    if (rc < 0) {
        fprintf(stderr, "backend_uv: a handle was left on the loop: %s\n", uv_strerror(rc));
        abort();
    }
    free(state->descriptors);
    free(state);
}

const struct loop_backend backend_uv = {
    .name = "uv",
    .init = backend_init,
    .fini = backend_fini,
    .io_set = backend_io_set,
    .poll = backend_poll,
    .wake = backend_wake,
};
