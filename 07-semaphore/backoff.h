/* backoff.h - try again, but later each time, and not all at the same moment.
 *
 *     struct backoff backoff;
 *     backoff_init(&backoff, 100 * NS_PER_MS, 10 * NS_PER_S, seed);
 *     rc = retry(&backoff, 5, is_worth_it, load_page, &page);
 *
 * Who tries again at once hits a server that has just said that it has too much to do. So each
 * pause may be twice as long as the one before: exponential backoff. And if a thousand clients have
 * failed in the same moment, they must not all come back in the same moment: each draws its pause
 * from zero to that bound ("full jitter", Exponential Backoff And Jitter, AWS Architecture Blog).
 * The numbers follow from the seed, so that a run can be repeated.
 */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "co.h"

struct backoff {
    int64_t bound_ns; /* of the next pause */
    int64_t max_ns;   /* of any */
    unsigned short random[3];
};

/* The first pause is below first_ns (at least 1), and none is above max_ns (at least first_ns). */
void backoff_init(struct backoff *backoff, int64_t first_ns, int64_t max_ns, long seed);

/* How long to wait before the next try, in ns: 0 to the bound, which doubles. Any thread. */
int64_t backoff_next(struct backoff *backoff);

/* May another try help, after this error (-errno)? -ECANCELED is never asked about. */
typedef bool retry_worth_fn(int error, void *arg);

/* Calls fn(arg) until it returns 0 or more, or an error that worth(error, arg) does not want to try
 * again, or for the `tries`-th time (at least 1); between two calls it sleeps as `backoff` says.
 * The last result; -ECANCELED at once. A coroutine function. Only for what may be done twice: an
 * error does not tell whether the server has done it. */
int retry(struct backoff *backoff, int tries, retry_worth_fn *worth, coro_fn *fn,
          void *arg) CO_MUST_CHECK;

#endif
