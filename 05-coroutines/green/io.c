/* io.c - read, write and their like: try, and when the kernel says EAGAIN, wait and try again.
 *
 * That is chapter 05's co_read once more, but nobody has to call it by another name. What the
 * program may expect of a blocking socket is kept: a write takes all, SO_RCVTIMEO and SO_SNDTIMEO
 * end a wait, and so does a signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "clock.h"
#include "green.h"

/* One call of the program's, which may take several tries. */
struct attempt {
    int fd;
    short events; /* POLLIN or POLLOUT: what it waits for */
    enum green_fd_kind kind;
    int tries;
};

/* A peer that is always ready would keep its thread running for ever. */
#define CALLS_BEFORE_YIELD 64

static void take_turns(void)
{
    static int calls;
    if (++calls % CALLS_BEFORE_YIELD == 0)
        green_yield();
}

/* What the program has set by setsockopt. The kernel does not look at it on a socket that does not
 * block, so we do. */
static int64_t deadline_of(const struct attempt *attempt)
{
    struct timeval limit = {0};
    socklen_t size = sizeof limit;
    int option = attempt->events == POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO;
    if (attempt->kind != GREEN_FD_HIDDEN ||
        getsockopt(attempt->fd, SOL_SOCKET, option, &limit, &size) < 0 ||
        (limit.tv_sec == 0 && limit.tv_usec == 0))
        return GREEN_FOR_EVER;
    return green_after(limit.tv_sec * NS_PER_S + limit.tv_usec * NS_PER_US);
}

/* False: it is not to be tried again, and errno says why. */
static bool wait_for_it(const struct attempt *attempt)
{
    int rc = green_wait_ready(attempt->fd, attempt->events, deadline_of(attempt));
    if (rc < 0)
        errno = rc == -ETIMEDOUT ? EAGAIN : -rc;
    return rc == 0;
}

static bool is_ready(const struct attempt *attempt)
{
    struct pollfd asked = {.fd = attempt->fd, .events = attempt->events};
    return poll(&asked, 1, 0) != 0;
}

static struct attempt at(int fd, short events)
{
    struct attempt attempt = {fd, events, GREEN_FD_PLAIN, 0};
    if (green_may_wait())
        attempt.kind = green_fd_kind(fd);
    return attempt;
}

/* Shall it be tried (again), after the last try came to `result`? So every hook below is a loop:
 *     for (struct attempt attempt = at(fd, POLLIN); goes_on(&attempt, count);)
 *         count = next(...);
 */
static bool goes_on(struct attempt *attempt, ssize_t result)
{
    if (attempt->tries++ > 0)
        return result < 0 && errno == EAGAIN && attempt->kind == GREEN_FD_HIDDEN &&
               wait_for_it(attempt);
    if (attempt->kind != GREEN_FD_PLAIN)
        take_turns();
    return attempt->kind != GREEN_FD_ASKED || is_ready(attempt) || wait_for_it(attempt);
}

/* ---- In ------------------------------------------------------------------------------------ */

HOOK ssize_t read(int fd, void *buffer, size_t size)
{
    NEXT(read);
    ssize_t count = -1;
    for (struct attempt attempt = at(fd, POLLIN); goes_on(&attempt, count);)
        count = next(fd, buffer, size);
    return count;
}

HOOK ssize_t readv(int fd, const struct iovec *parts, int part_count)
{
    NEXT(readv);
    ssize_t count = -1;
    for (struct attempt attempt = at(fd, POLLIN); goes_on(&attempt, count);)
        count = next(fd, parts, part_count);
    return count;
}

HOOK ssize_t recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
                      socklen_t *length)
{
    NEXT(recvfrom);
    if (flags & MSG_DONTWAIT)
        return next(fd, buffer, size, flags, from, length);
    size_t got = 0;
    ssize_t count;
    do {
        count = -1;
        for (struct attempt attempt = at(fd, POLLIN); goes_on(&attempt, count);)
            count = next(fd, (char *)buffer + got, size - got, flags, from, length);
        if (count > 0)
            got += (size_t)count;
    } while (count > 0 && flags & MSG_WAITALL && !(flags & MSG_PEEK) && got < size);
    return got > 0 ? (ssize_t)got : count;
}

HOOK ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
    return recvfrom(fd, buffer, size, flags, NULL, NULL);
}

HOOK ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    NEXT(recvmsg);
    if (flags & MSG_DONTWAIT)
        return next(fd, message, flags);
    ssize_t count = -1;
    for (struct attempt attempt = at(fd, POLLIN); goes_on(&attempt, count);)
        count = next(fd, message, flags);
    return count;
}

HOOK int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    NEXT(accept4);
    int accepted = -1;
    for (struct attempt attempt = at(fd, POLLIN); goes_on(&attempt, accepted);)
        accepted = next(fd, address, length, flags);
    return accepted;
}

HOOK int accept(int fd, struct sockaddr *address, socklen_t *length)
{
    return accept4(fd, address, length, 0);
}

/* ---- Out ----------------------------------------------------------------------------------- */

/* A pipe that poll calls writable takes so much without blocking. */
static size_t granted(const struct attempt *attempt, size_t size)
{
    return attempt->kind == GREEN_FD_ASKED && size > PIPE_BUF ? PIPE_BUF : size;
}

/* To write to what blocks is to write all of it. An error after that shows at the next call. */
HOOK ssize_t write(int fd, const void *bytes, size_t size)
{
    NEXT(write);
    size_t sent = 0;
    ssize_t count;
    do {
        count = -1;
        for (struct attempt attempt = at(fd, POLLOUT); goes_on(&attempt, count);)
            count = next(fd, (const char *)bytes + sent, granted(&attempt, size - sent));
        if (count > 0)
            sent += (size_t)count;
    } while (count > 0 && sent < size && at(fd, POLLOUT).kind != GREEN_FD_PLAIN);
    return sent > 0 ? (ssize_t)sent : count;
}

HOOK ssize_t sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
                    socklen_t length)
{
    NEXT(sendto);
    if (flags & MSG_DONTWAIT)
        return next(fd, bytes, size, flags, to, length);
    size_t sent = 0;
    ssize_t count;
    do {
        count = -1;
        for (struct attempt attempt = at(fd, POLLOUT); goes_on(&attempt, count);)
            count = next(fd, (const char *)bytes + sent, size - sent, flags, to, length);
        if (count > 0)
            sent += (size_t)count;
    } while (count > 0 && sent < size && at(fd, POLLOUT).kind != GREEN_FD_PLAIN);
    return sent > 0 ? (ssize_t)sent : count;
}

HOOK ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    return sendto(fd, bytes, size, flags, NULL, 0);
}

/* These two may take a part only, which they may anywhere. */
HOOK ssize_t writev(int fd, const struct iovec *parts, int part_count)
{
    NEXT(writev);
    ssize_t count = -1;
    for (struct attempt attempt = at(fd, POLLOUT); goes_on(&attempt, count);)
        count = next(fd, parts, part_count);
    return count;
}

HOOK ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    NEXT(sendmsg);
    if (flags & MSG_DONTWAIT)
        return next(fd, message, flags);
    ssize_t count = -1;
    for (struct attempt attempt = at(fd, POLLOUT); goes_on(&attempt, count);)
        count = next(fd, message, flags);
    return count;
}

/* ---- To somebody --------------------------------------------------------------------------- */

/* The kernel has begun to connect. 0, or -1 and errno. */
static int finish_connect(const struct attempt *attempt)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (!wait_for_it(attempt)) {
        if (errno == EAGAIN)
            errno = EINPROGRESS; /* what connect(2) says when SO_SNDTIMEO is over */
        return -1;
    }
    if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -1;
    if (error != 0)
        errno = error;
    return error == 0 ? 0 : -1;
}

HOOK int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    NEXT(connect);
    struct attempt attempt = at(fd, POLLOUT);
    int rc = next(fd, address, length);
    if (rc < 0 && errno == EINPROGRESS && attempt.kind == GREEN_FD_HIDDEN)
        return finish_connect(&attempt);
    return rc;
}
