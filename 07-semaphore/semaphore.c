/* semaphore.c - permits, and a queue of those who wait for one.
 *
 * A release does not just raise the value and wake somebody to try again: by the time that one
 * ran, a third could have taken the permit. It hands the permit over: the value is lowered on
 * behalf of the waiter before the waiter runs. From then on the waiter owns a permit without
 * knowing it, and if it is cancelled in that moment the permit has to come back.
 *
 * The source is Semaphore in Python 3.13's asyncio/locks.py.
 */
#include "semaphore.h"

#include <errno.h>
#include <limits.h>

/* One that waits. It lies on the waiting coroutine's stack, and is in the queue until that
 * coroutine runs again: also after it was handed a permit or cancelled. */
struct semaphore_waiter {
    struct future permit; /* done: a permit was handed to it */
    TAILQ_ENTRY(semaphore_waiter) place;
};

void semaphore_init(struct semaphore *semaphore, int permits)
{
    semaphore->value = permits;
    semaphore->limit = INT_MAX;
    TAILQ_INIT(&semaphore->waiters);
}

void semaphore_init_bounded(struct semaphore *semaphore, int permits)
{
    semaphore_init(semaphore, permits);
    semaphore->limit = permits;
}

/* One that has been handed its permit but has not run yet still counts: who comes now must not
 * pass it. One that was cancelled counts no more. */
static bool anybody_waits(const struct semaphore *semaphore)
{
    const struct semaphore_waiter *waiter = TAILQ_FIRST(&semaphore->waiters);
    for (; waiter; waiter = TAILQ_NEXT(waiter, place)) {
        if (!future_is_cancelled(&waiter->permit))
            return true;
    }
    return false;
}

bool semaphore_locked(const struct semaphore *semaphore)
{
    return semaphore->value == 0 || anybody_waits(semaphore);
}

/* Hands a free permit to the first that still waits for one. False: nobody does. */
static bool hand_over(struct semaphore *semaphore)
{
    struct semaphore_waiter *waiter = TAILQ_FIRST(&semaphore->waiters);
    for (; waiter; waiter = TAILQ_NEXT(waiter, place)) {
        if (future_set_result(&waiter->permit, 0) == 0) {
            semaphore->value--;
            return true;
        }
    }
    return false;
}

int semaphore_acquire(struct semaphore *semaphore)
{
    if (!semaphore_locked(semaphore)) {
        semaphore->value--;
        return 0;
    }

    struct semaphore_waiter self;
    future_init(&self.permit, co_loop());
    self.permit.what = "a semaphore";
    TAILQ_INSERT_TAIL(&semaphore->waiters, &self, place);
    int rc = await(&self.permit);
    TAILQ_REMOVE(&semaphore->waiters, &self, place);

    bool was_handed_one = future_is_done(&self.permit) && !future_is_cancelled(&self.permit);
    if (rc < 0 && was_handed_one)
        semaphore->value++;
    /* That one is for the next; so are permits that came free while nobody might overtake us. Who
     * was cancelled in line stood in nobody's way. */
    while (was_handed_one && semaphore->value > 0 && hand_over(semaphore))
        ;
    return rc;
}

int semaphore_release(struct semaphore *semaphore)
{
    if (semaphore->value >= semaphore->limit)
        return -EOVERFLOW;
    semaphore->value++;
    hand_over(semaphore);
    return 0;
}
