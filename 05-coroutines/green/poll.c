/* poll.c - waits for one descriptor of several: poll and select. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

#include "clock.h"
#include "fds.h"

#define FEW 4 /* for so many nothing is allocated */

static int next_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    NEXT(poll);
    return next(fds, count, timeout_ms);
}

static short watched(short events)
{
    return (short)((events & POLLIN ? GREEN_WATCH_READ : 0) |
                   (events & POLLOUT ? GREEN_WATCH_WRITE : 0));
}

/* Waits for the first event of any. 0, or -errno as green_suspend. */
static int wait_for_any(const struct pollfd *fds, nfds_t count, struct green_watch *watches,
                        int64_t deadline_ns, enum green_interrupt interrupt)
{
    struct green_wait wait;
    green_wait_init(&wait);
    nfds_t added = 0;
    int rc = 0;
    for (nfds_t i = 0; i < count && rc == 0; i++) {
        if (fds[i].fd < 0 || !watched(fds[i].events))
            continue;
        watches[added] = (struct green_watch){fds[i].fd, watched(fds[i].events), &wait, NULL};
        rc = green_watch_add(&watches[added]);
        added += rc == 0;
    }
    if (rc == 0)
        rc = green_suspend(&wait, deadline_ns, interrupt);
    while (added > 0)
        green_watch_remove(&watches[--added]);
    return rc;
}

int green_wait_ready(int fd, short events, int64_t deadline_ns)
{
    const struct pollfd one = {.fd = fd, .events = events};
    struct green_watch watch;
    return wait_for_any(&one, 1, &watch, deadline_ns, GREEN_BY_A_SIGNAL);
}

int green_poll(struct pollfd *fds, nfds_t count, int64_t deadline_ns,
               enum green_interrupt interrupt)
{
    struct green_watch few[FEW], *watches = few;
    if (count > FEW && !(watches = calloc(count, sizeof *watches)))
        return -ENOMEM;
    int ready, rc = 0;
    while ((ready = next_poll(fds, count, 0)) == 0 && rc == 0)
        rc = wait_for_any(fds, count, watches, deadline_ns, interrupt);
    if (watches != few)
        free(watches);
    if (ready != 0)
        return ready < 0 ? -errno : ready;
    return rc == -ETIMEDOUT ? 0 : rc;
}

/* ---- The hooks ----------------------------------------------------------------------------- */

static int as_posix(int result)
{
    if (result >= 0)
        return result;
    errno = -result;
    return -1;
}

HOOK int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    if (timeout_ms == 0 || !green_may_wait())
        return next_poll(fds, count, timeout_ms);
    int64_t deadline_ns = timeout_ms < 0 ? GREEN_FOR_EVER : green_after(timeout_ms * NS_PER_MS);
    return as_posix(green_poll(fds, count, deadline_ns, GREEN_BY_ANY));
}

/* A descriptor that is in none of the three sets gets -1, and poll passes it over. */
static void from_sets(struct pollfd *fds, int count, const fd_set *reads, const fd_set *writes,
                      const fd_set *exceptions)
{
    for (int fd = 0; fd < count; fd++) {
        short events = (short)((reads && FD_ISSET(fd, reads) ? POLLIN : 0) |
                               (writes && FD_ISSET(fd, writes) ? POLLOUT : 0) |
                               (exceptions && FD_ISSET(fd, exceptions) ? POLLPRI : 0));
        fds[fd] = (struct pollfd){.fd = events ? fd : -1, .events = events};
    }
}

static bool has_invalid(const struct pollfd *fds, int count)
{
    for (int fd = 0; fd < count; fd++)
        if (fds[fd].revents & POLLNVAL)
            return true;
    return false;
}

/* How many are left in the set. */
static int to_set(const struct pollfd *fds, int count, short events, fd_set *set)
{
    int left = 0;
    for (int fd = 0; set && fd < count; fd++) {
        if (!FD_ISSET(fd, set))
            continue;
        if (fds[fd].revents & events)
            left++;
        else
            FD_CLR(fd, set);
    }
    return left;
}

HOOK int select(int count, fd_set *reads, fd_set *writes, fd_set *exceptions, struct timeval *left)
{
    NEXT(select);
    bool returns_at_once = left && left->tv_sec == 0 && left->tv_usec == 0;
    if (!green_may_wait() || returns_at_once || count < 0 || count > FD_SETSIZE)
        return next(count, reads, writes, exceptions, left);
    struct pollfd *fds = calloc((size_t)count + 1, sizeof *fds);
    if (!fds)
        return as_posix(-ENOMEM);
    from_sets(fds, count, reads, writes, exceptions);
    int64_t deadline_ns =
        left ? green_after(left->tv_sec * NS_PER_S + left->tv_usec * NS_PER_US) : GREEN_FOR_EVER;
    int rc = green_poll(fds, (nfds_t)count, deadline_ns, GREEN_BY_ANY);
    if (rc > 0 && has_invalid(fds, count))
        rc = -EBADF;
    if (rc >= 0)
        rc = to_set(fds, count, POLLIN | POLLHUP | POLLERR, reads) +
             to_set(fds, count, POLLOUT | POLLERR, writes) +
             to_set(fds, count, POLLPRI, exceptions);
    free(fds);
    return as_posix(rc);
}
