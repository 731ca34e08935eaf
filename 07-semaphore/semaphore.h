/* semaphore.h - at most so many at a time: asyncio's Semaphore and BoundedSemaphore.
 *
 * Permits go to waiters first come, first served, and nobody overtakes them (no barging). One that
 * is handed a permit and cancelled before it runs gives the permit back. Loop's thread only.
 */
#ifndef SEMAPHORE_H
#define SEMAPHORE_H

#include "task.h"

struct semaphore {
    int value;    /* permits that are free */
    int limit;    /* of a bounded one; INT_MAX else */
    struct semaphore_waiter *first, **end; /* first come, first served */
};

void semaphore_init(struct semaphore *semaphore, int permits);

/* A release beyond the first number of permits is refused. asyncio: BoundedSemaphore. */
void semaphore_init_bounded(struct semaphore *semaphore, int permits);

/* Takes a permit, waiting for one if need be. 0, or -ECANCELED and then it holds none. */
int semaphore_acquire(struct semaphore *semaphore) CO_MUST_CHECK;

/* Gives a permit back; the first waiter gets it. 0; -EOVERFLOW: a bounded one had none out. */
int semaphore_release(struct semaphore *semaphore);

/* Would acquire have to wait? */
bool semaphore_locked(const struct semaphore *semaphore);

#endif
