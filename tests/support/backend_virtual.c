#include "backend_virtual.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "loop.h"

struct virtual_state {
    int64_t now_ns;
    uint64_t jumps;
    int held;
    int wake_fd;            /* an eventfd; -1: not yet */
    struct pollfd *watched; /* [0] is the eventfd */
    nfds_t count, capacity;
};

static int reserve(struct virtual_state *state)
{
    if (state->count < state->capacity)
        return 0;
    nfds_t capacity = 2 * state->capacity + 16;
    struct pollfd *watched = realloc(state->watched, capacity * sizeof watched[0]);
    if (!watched)
        return -ENOMEM;
    state->watched = watched;
    state->capacity = capacity;
    return 0;
}

static void virtual_fini(struct loop *loop)
{
    struct virtual_state *state = loop_backend_data(loop);
    if (state->wake_fd >= 0)
        close(state->wake_fd);
    free(state->watched);
    free(state);
}

static int virtual_init(struct loop *loop)
{
    struct virtual_state *state = calloc(1, sizeof *state);
    if (!state)
        return -ENOMEM;
    loop_set_backend_data(loop, state);
    state->now_ns = VIRTUAL_START_NS;
    state->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int rc = state->wake_fd < 0 ? -errno : reserve(state);
    if (rc < 0) {
        virtual_fini(loop);
        return rc;
    }
    state->watched[state->count++] = (struct pollfd){.fd = state->wake_fd, .events = POLLIN};
    return 0;
}

/* ---- Descriptors --------------------------------------------------------------------------- */

static nfds_t find(const struct virtual_state *state, int fd)
{
    nfds_t i = 1;
    while (i < state->count && state->watched[i].fd != fd)
        i++;
    return i;
}

/* As strict as epoll, although poll(2) would take them and call them ready. */
static int refuse_files(int fd)
{
    struct stat about;
    if (fstat(fd, &about) < 0)
        return -errno;
    return S_ISREG(about.st_mode) || S_ISDIR(about.st_mode) ? -EPERM : 0;
}

static int virtual_io_set(struct loop *loop, int fd, unsigned old, unsigned mask)
{
    struct virtual_state *state = loop_backend_data(loop);
    nfds_t place = find(state, fd);
    if (mask == 0) {
        if (place == state->count)
            return -ENOENT;
        state->count--;
        memmove(&state->watched[place], &state->watched[place + 1],
                (state->count - place) * sizeof state->watched[0]);
        return 0;
    }
    if (place == state->count) {
        int rc = refuse_files(fd);
        rc = rc < 0 ? rc : reserve(state);
        if (rc < 0)
            return rc;
        state->count++;
    } else if (old == 0) {
        return -EEXIST; /* it was closed and not forgotten, and its number is used again */
    }
    short events = (short)((mask & LOOP_READ ? POLLIN : 0) | (mask & LOOP_WRITE ? POLLOUT : 0));
    state->watched[place] = (struct pollfd){.fd = fd, .events = events};
    return 0;
}

static unsigned to_mask(short revents)
{
    unsigned mask = revents & POLLIN ? LOOP_READ : 0;
    if (revents & POLLOUT)
        mask |= LOOP_WRITE;
    if (revents & (POLLERR | POLLHUP))
        mask |= LOOP_READ | LOOP_WRITE;
    return mask;
}

/* Where the i-th stands of those that poll(2) found ready; count: there are not so many. */
static nfds_t find_ready(const struct virtual_state *state, int i)
{
    nfds_t place = 1;
    while (place < state->count && (!state->watched[place].revents || i-- > 0))
        place++;
    return place;
}

int backend_virtual_ready_fd(struct loop *loop, int i)
{
    const struct virtual_state *state = loop_backend_data(loop);
    nfds_t place = find_ready(state, i);
    return place < state->count ? state->watched[place].fd : -1;
}

void backend_virtual_report(struct loop *loop, int i)
{
    struct virtual_state *state = loop_backend_data(loop);
    struct pollfd *ready = &state->watched[find_ready(state, i)];
    struct pollfd found = *ready;
    ready->revents = 0;
    loop_fd_ready(loop, found.fd, to_mask(found.revents)); /* may drop it, and so move the others */
}

/* Takes the wake-ups: *woken. How many descriptors are ready; -errno. */
static int count_ready(struct virtual_state *state, bool *woken)
{
    uint64_t wakes;
    *woken = state->watched[0].revents != 0;
    if (*woken && read(state->wake_fd, &wakes, sizeof wakes) < 0)
        return -errno;
    int count = 0;
    for (nfds_t i = 1; i < state->count; i++) {
        if (state->watched[i].revents & POLLNVAL)
            return -EBADF;
        count += state->watched[i].revents != 0;
    }
    return count;
}

/* Hands over what poll(2) found, in the order of registration. */
static int report(struct loop *loop, struct virtual_state *state)
{
    bool woken;
    int ready = count_ready(state, &woken);
    for (int left = ready; left > 0; left--)
        backend_virtual_report(loop, 0);
    return ready < 0 ? ready : 0;
}

/* ---- Time ---------------------------------------------------------------------------------- */

/* How many are ready; -errno. A signal only makes it look again: the guard may start over. */
static int look(struct virtual_state *state, int timeout_ms)
{
    int ready;
    do {
        ready = poll(state->watched, state->count, timeout_ms);
    } while (ready < 0 && errno == EINTR);
    return ready < 0 ? -errno : ready;
}

/* What was just sent over the loopback may be on its way in another kernel thread. */
static int look_twice(struct virtual_state *state)
{
    int ready = look(state, 0);
    if (ready == 0) {
        sched_yield();
        ready = look(state, 0);
    }
    return ready;
}

int backend_virtual_look(struct loop *loop, bool *woken)
{
    struct virtual_state *state = loop_backend_data(loop);
    int ready = look(state, 0);
    return ready < 0 ? ready : count_ready(state, woken);
}

void backend_virtual_jump(struct loop *loop, int64_t when_ns)
{
    struct virtual_state *state = loop_backend_data(loop);
    if (when_ns <= state->now_ns)
        return;
    state->now_ns = when_ns;
    state->jumps++;
}

static bool hopes_for_the_outside(struct loop *loop, const struct virtual_state *state)
{
    struct loop_pending pending = loop_pending(loop);
    return state->held > 0 || pending.readers > 0 || pending.writers > 0;
}

static int virtual_poll(struct loop *loop, int64_t timeout_ns)
{
    struct virtual_state *state = loop_backend_data(loop);
    int ready = timeout_ns == 0 ? look(state, 0) : look_twice(state);
    if (ready != 0 || timeout_ns == 0)
        return ready < 0 ? ready : report(loop, state);
    if (timeout_ns > 0 && state->held == 0) {
        backend_virtual_jump(loop, state->now_ns + timeout_ns);
        return 0;
    }
    if (!hopes_for_the_outside(loop, state))
        return -EDEADLK;
    ready = look(state, VIRTUAL_GUARD_S * 1000);
    if (ready <= 0)
        return ready < 0 ? ready : -ETIMEDOUT;
    return report(loop, state);
}

static int64_t virtual_now(struct loop *loop)
{
    const struct virtual_state *state = loop_backend_data(loop);
    return state->now_ns;
}

static void virtual_wake(struct loop *loop)
{
    const struct virtual_state *state = loop_backend_data(loop);
    uint64_t one = 1;
    ssize_t written = write(state->wake_fd, &one, sizeof one);
    (void)written; /* EAGAIN: it is being woken already */
}

const struct loop_backend backend_virtual = {
    .name = "virtual",
    .init = virtual_init,
    .fini = virtual_fini,
    .io_set = virtual_io_set,
    .poll = virtual_poll,
    .wake = virtual_wake,
    .now = virtual_now,
};

uint64_t backend_virtual_jumps(struct loop *loop)
{
    const struct virtual_state *state = loop_backend_data(loop);
    return state->jumps;
}

void backend_virtual_hold(struct loop *loop, int change)
{
    struct virtual_state *state = loop_backend_data(loop);
    state->held += change;
}
