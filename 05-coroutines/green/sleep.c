/* sleep.c - all the ways to sleep are one: until a deadline on the loop's clock. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "green.h"

int64_t green_after(int64_t delay_ns)
{
    int64_t deadline_ns;
    return __builtin_add_overflow(clock_now(), delay_ns, &deadline_ns) ? GREEN_FOR_EVER
                                                                       : deadline_ns;
}

static int64_t to_ns(const struct timespec *time)
{
    int64_t ns;
    if (__builtin_mul_overflow((int64_t)time->tv_sec, NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, (int64_t)time->tv_nsec, &ns))
        return GREEN_FOR_EVER;
    return ns;
}

int64_t green_deadline(clockid_t clock, const struct timespec *moment)
{
    struct timespec now;
    int64_t moment_ns = to_ns(moment);
    if (moment_ns == GREEN_FOR_EVER || clock_gettime(clock, &now) < 0)
        return moment_ns;
    return green_after(moment_ns - to_ns(&now));
}

/* 0, or EINTR; what was left then. */
static int sleep_until(int64_t deadline_ns, int64_t *left_ns)
{
    struct green_wait wait;
    green_wait_init(&wait);
    int rc = green_suspend(&wait, deadline_ns, GREEN_BY_ANY);
    int64_t left = deadline_ns - clock_now();
    *left_ns = rc == -EINTR && left > 0 ? left : 0;
    return rc == -EINTR ? EINTR : 0;
}

static bool is_valid(const struct timespec *time)
{
    return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < NS_PER_S;
}

HOOK int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                         struct timespec *left)
{
    NEXT(clock_nanosleep);
    if (!green_may_wait() || !is_valid(time))
        return next(clock, flags, time, left);
    bool is_moment = flags & TIMER_ABSTIME;
    int64_t left_ns;
    int error =
        sleep_until(is_moment ? green_deadline(clock, time) : green_after(to_ns(time)), &left_ns);
    if (error && left && !is_moment)
        *left = (struct timespec){left_ns / NS_PER_S, left_ns % NS_PER_S};
    return error;
}

HOOK int nanosleep(const struct timespec *time, struct timespec *left)
{
    NEXT(nanosleep);
    if (!green_may_wait())
        return next(time, left);
    int error = clock_nanosleep(CLOCK_MONOTONIC, 0, time, left);
    if (error)
        errno = error;
    return error ? -1 : 0;
}

HOOK int usleep(useconds_t microseconds)
{
    NEXT(usleep);
    int64_t left_ns;
    if (!green_may_wait())
        return next(microseconds);
    if (sleep_until(green_after(microseconds * NS_PER_US), &left_ns) == 0)
        return 0;
    errno = EINTR;
    return -1;
}

HOOK unsigned sleep(unsigned seconds)
{
    NEXT(sleep);
    int64_t left_ns;
    if (!green_may_wait())
        return next(seconds);
    sleep_until(green_after(seconds * NS_PER_S), &left_ns);
    return (unsigned)((left_ns + NS_PER_S - 1) / NS_PER_S);
}
