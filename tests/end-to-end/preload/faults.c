/* faults.c - a kernel that keeps to its promises and no more. Preloaded into a program:
 *
 *     LD_PRELOAD=faults.so FAULTS_SEED=1 server --port 0
 *
 * What read(2), write(2) and their like may do on a socket, but rarely do on an idle machine:
 *   - fewer bytes than asked for, as few as one;
 *   - EINTR, here without a signal, also from accept, poll and epoll_wait;
 *   - EAGAIN on a non-blocking socket, although it was said to be ready;
 *   - ECONNABORTED from accept: no connection was lost by it here, there is one more to come.
 * The pattern follows from the seed (and, with threads, from their order). At the end of the
 * program the counts are written to stderr, so that a test can see that there were faults.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Shared with the processes that this one forks. */
static struct counts {
    _Atomic uint64_t draws;
    _Atomic int shortened, interrupted, refused, aborted;
} * counts;

static void make_counts(void)
{
    if (counts) /* a library's constructor may have read from a socket before ours */
        return;
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED)
        abort();
}

/* The function that this one stands before. */
#define NEXT(name) __typeof__(&name) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* A number that follows from the seed and from how many were drawn before (splitmix64). */
static uint64_t draw(void)
{
    make_counts();
    static _Atomic uint64_t seed;
    if (!seed) {
        const char *text = getenv("FAULTS_SEED");
        seed = (text ? strtoull(text, NULL, 10) : 0) + 1;
    }
    uint64_t x = (seed << 32) + atomic_fetch_add(&counts->draws, 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static bool one_in(unsigned count)
{
    return draw() % count == 0;
}

static bool is_socket(int fd)
{
    struct stat about;
    int saved = errno;
    bool is = fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
    errno = saved;
    return is;
}

static bool fails_with(int error, _Atomic int *count)
{
    atomic_fetch_add(count, 1);
    errno = error;
    return true;
}

/* An error instead of the call? Then errno says which. */
static bool fails(int fd)
{
    if (!is_socket(fd))
        return false;
    if (one_in(8))
        return fails_with(EINTR, &counts->interrupted);
    if (one_in(8) && (fcntl(fd, F_GETFL) & O_NONBLOCK))
        return fails_with(EAGAIN, &counts->refused);
    return false;
}

/* How much of `size` this call is granted. */
static size_t granted(int fd, size_t size)
{
    if (size < 2 || !is_socket(fd) || one_in(2))
        return size;
    atomic_fetch_add(&counts->shortened, 1);
    return 1 + draw() % (size - 1 < 7 ? size - 1 : 7);
}

/* ---- Reading and writing ------------------------------------------------------------------- */

ssize_t read(int fd, void *buffer, size_t size)
{
    NEXT(read);
    return fails(fd) ? -1 : next(fd, buffer, granted(fd, size));
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    NEXT(write);
    return fails(fd) ? -1 : next(fd, bytes, granted(fd, size));
}

ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
    NEXT(recv);
    return fails(fd) ? -1 : next(fd, buffer, granted(fd, size), flags);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    NEXT(send);
    return fails(fd) ? -1 : next(fd, bytes, granted(fd, size), flags);
}

/* Only the first part, and not all of that. */
ssize_t writev(int fd, const struct iovec *parts, int count)
{
    NEXT(writev);
    if (count < 1 || !is_socket(fd))
        return next(fd, parts, count);
    struct iovec first = {parts[0].iov_base, granted(fd, parts[0].iov_len)};
    return fails(fd) ? -1 : next(fd, &first, 1);
}

/* ---- Accepting and waiting ----------------------------------------------------------------- */

static bool accept_fails(int fd)
{
    if (one_in(6))
        return fails_with(ECONNABORTED, &counts->aborted);
    return fails(fd);
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict length)
{
    NEXT(accept);
    return accept_fails(fd) ? -1 : next(fd, address, length);
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict length, int flags)
{
    NEXT(accept4);
    return accept_fails(fd) ? -1 : next(fd, address, length, flags);
}

int epoll_wait(int fd, struct epoll_event *events, int count, int timeout_ms)
{
    NEXT(epoll_wait);
    if (one_in(6) && fails_with(EINTR, &counts->interrupted))
        return -1;
    return next(fd, events, count, timeout_ms);
}

int poll(struct pollfd *descriptors, nfds_t count, int timeout_ms)
{
    NEXT(poll);
    if (one_in(6) && fails_with(EINTR, &counts->interrupted))
        return -1;
    return next(descriptors, count, timeout_ms);
}

/* ---- The beginning and the report ---------------------------------------------------------- */

__attribute__((constructor)) static void begin(void)
{
    make_counts();
}

__attribute__((destructor)) static void report(void)
{
    fprintf(stderr, "faults: %d short, %d EINTR, %d EAGAIN, %d ECONNABORTED\n", counts->shortened,
            counts->interrupted, counts->refused, counts->aborted);
}
