/* clock.c - see clock.h. */
#include "clock.h"

#include <errno.h>
#include <time.h>

#include "check.h"

int64_t clock_now(void)
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &now));
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* Sleeps until a moment, not for a time: a signal that interrupts it changes nothing then. */
void clock_sleep(int64_t ns)
{
    if (ns <= 0)
        return;
    int64_t now = clock_now();
    int64_t end = ns < INT64_MAX - now ? now + ns : INT64_MAX;
    struct timespec moment = {.tv_sec = end / NS_PER_S, .tv_nsec = end % NS_PER_S};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL) == EINTR)
        continue;
}
