/* aio.h - the server that all demos of this course ask: answers that take their time.
 *
 *   GET /aio              waits for 1 to 30 units, at random, and answers {"delay": N}
 *       ?delay=K          for K units (0 to 86400)
 *       ?fail=S           answers with the status S (400 to 599) after that
 *       ?drop=1           closes the connection without an answer after that
 *       ?trickle=1        sends its answer a byte at a time, a hundredth of a unit apart
 *   GET /stats            {"requests": ..., "in_flight": ..., "max_in_flight": ...,
 *                          "completed": ..., "aborted": ..., "unit_ms": ...}
 *   POST /stats/reset     starts the counters over, and answers with them
 *   GET /{name}           Hello, NAME
 *
 * The counters are of the requests to /aio that were understood: `requests` have come, of which
 * `in_flight` wait or are being answered, `completed` have got what they asked for, and `aborted`
 * have lost their client before. They let a test see what a client does without a clock: one that
 * blocks has max_in_flight 1, five threads 5, and a timeout shows as aborted.
 */
#ifndef AIO_H
#define AIO_H

#include "router.h"

struct aio {
    int64_t unit_ns;
    FILE *out; /* a line "delay: N" for each, before it waits; NULL: none */
    uint64_t random_state;
    int64_t requests, in_flight, max_in_flight, completed, aborted;
};

/* The same seed gives the same delays. */
void aio_init(struct aio *aio, int64_t unit_ns, uint64_t seed, FILE *out);

/* For a router whose context is a struct aio. */
extern const struct route AIO_ROUTES[];

#endif
