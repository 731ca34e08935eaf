/* clock.h - time as this course counts it: nanoseconds of the monotonic clock. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* Nanoseconds since some fixed moment (CLOCK_MONOTONIC); never goes back. Any thread. */
int64_t clock_now(void);

/* Blocks the calling thread for at least so long; an interrupting signal does not shorten it. */
void clock_sleep(int64_t ns);

#endif
