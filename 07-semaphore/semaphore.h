/* semaphore.h - at most so many at a time: asyncio's Semaphore and BoundedSemaphore.
 *
 *     rc = semaphore_acquire(&limit);
 *     if (rc < 0)
 *         return rc;                    cancelled: it holds no permit
 *     rc = fetch(...);
 *     semaphore_release(&limit);        on every way out, the error's too
 *
 * Permits go to waiters first come, first served, and nobody overtakes them (no barging). One that
 * is handed a permit and cancelled before it runs gives the permit back. Orders are those of
 * Python 3.13's asyncio/locks.py. Loop's thread only.
 */
#ifndef SEMAPHORE_H
#define SEMAPHORE_H

#include <stdbool.h>
#include <sys/queue.h>

#include "task.h"

struct semaphore {
    int value; /* permits that are free */
    int limit; /* of a bounded one; INT_MAX else */
    /* First come, first served. */
    TAILQ_HEAD(semaphore_waiters, semaphore_waiter) waiters;
};

/* With `permits` (>= 0) that are free. There is nothing to free; nobody may be waiting when its
 * memory goes. */
void semaphore_init(struct semaphore *semaphore, int permits);

/* A release beyond the first number of permits is refused. asyncio: BoundedSemaphore. */
void semaphore_init_bounded(struct semaphore *semaphore, int permits);

/* Takes a permit, waiting for one if need be. 0, or -ECANCELED and then it holds none. Does not
 * suspend when a permit is free and nobody waits. */
int semaphore_acquire(struct semaphore *semaphore) CO_MUST_CHECK;

/* Gives a permit back; the first waiter gets it, and runs on the next pass. 0; -EOVERFLOW: a
 * bounded one had none out. */
int semaphore_release(struct semaphore *semaphore);

/* Would acquire have to wait? Because no permit is free, or because others were here first. */
bool semaphore_locked(const struct semaphore *semaphore);

#endif
