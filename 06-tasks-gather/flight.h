/* flight.h - many callers, one task: who comes while it is under way gets the same result.
 *
 *     struct flight flight;
 *     flight_init(&flight, load_page, &page);
 *     rc = flight_join(&flight);       in as many tasks as you like
 *
 * Go calls it "single flight", and Python's cached properties do it by keeping the future. It cures
 * the stampede: a cache entry that is gone is fetched once, and not by everybody who misses it.
 * Loop's thread only.
 */
#ifndef FLIGHT_H
#define FLIGHT_H

#include "task.h"

struct flight {
    coro_fn *fn;
    void *arg; /* what fn finds out lies there; each caller reads it before it waits again */
    struct task *task; /* under way; NULL: the next caller starts one */
    int callers;       /* that wait for it; 0 with a task: it is being cancelled */
};

void flight_init(struct flight *flight, coro_fn *fn, void *arg);

/* Starts fn(arg) in a task, or joins the one that is under way, and awaits its result. When a
 * caller is cancelled it leaves, and the others notice nothing; when the last one leaves, the task
 * is cancelled and its end is awaited. `flight` must live until all have returned. fn's result;
 * -ECANCELED; -ENOMEM. */
int flight_join(struct flight *flight) CO_MUST_CHECK;

#endif
