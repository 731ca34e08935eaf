/* backoff.c - the pauses, and the loop around what is tried. */
#include "backoff.h"

#include <errno.h>
#include <stdlib.h>

void backoff_init(struct backoff *backoff, int64_t first_ns, int64_t max_ns, long seed)
{
    *backoff = (struct backoff){
        .bound_ns = first_ns,
        .max_ns = max_ns,
        .random = {0x330E, (unsigned short)seed, (unsigned short)(seed >> 16)}, /* as srand48 */
    };
}

int64_t backoff_next(struct backoff *backoff)
{
    int64_t pause_ns = (int64_t)(erand48(backoff->random) * (double)backoff->bound_ns);
    bool doubled = backoff->bound_ns <= backoff->max_ns / 2;
    backoff->bound_ns = doubled ? 2 * backoff->bound_ns : backoff->max_ns;
    return pause_ns;
}

int retry(struct backoff *backoff, int tries, retry_worth_fn *worth, coro_fn *fn, void *arg)
{
    for (;;) {
        int result = fn(arg);
        if (result >= 0 || result == -ECANCELED || --tries <= 0 || !worth(result, arg))
            return result;
        int rc = co_sleep(backoff_next(backoff));
        if (rc < 0)
            return rc;
    }
}
