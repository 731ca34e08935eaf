/* lock.c - one at a time, in the order of asking.
 *
 * A release leaves the lock free and wakes the first in line, which takes it when it runs. In
 * between nobody else can: who comes then sees that somebody is in line, and gets behind him. One
 * that was woken and cancelled has taken nothing; but it has used up the wake-up, and so it wakes
 * the next. A semaphore hands its permit over instead (semaphore.c), because several permits may be
 * on their way at once.
 *
 * The source is Lock in Python 3.13's asyncio/locks.py.
 */
#include <errno.h>

#include "sync_line.h"

void lock_init(struct lock *lock)
{
    lock->locked = false;
    TAILQ_INIT(&lock->waiters);
}

bool lock_locked(const struct lock *lock)
{
    return lock->locked;
}

/* One that was cancelled and has not run since stands in nobody's way. */
static bool anybody_waits(const struct lock *lock)
{
    struct sync_waiter *waiter;
    TAILQ_FOREACH(waiter, &lock->waiters, place)
    {
        if (!future_is_cancelled(&waiter->woken))
            return true;
    }
    return false;
}

/* Only the first, never one behind it: if the first was woken it will take the lock, and if it was
 * cancelled it will wake the next when it leaves. */
static void wake_first(struct lock *lock)
{
    struct sync_waiter *first = TAILQ_FIRST(&lock->waiters);
    if (first && !future_is_done(&first->woken))
        future_set_result(&first->woken, 0);
}

int lock_acquire(struct lock *lock)
{
    if (lock->locked || anybody_waits(lock)) {
        int rc = sync_wait_in(&lock->waiters, "a lock");
        if (rc < 0) {
            if (!lock->locked)
                wake_first(lock);
            return rc;
        }
    }
    lock->locked = true;
    return 0;
}

int lock_release(struct lock *lock)
{
    if (!lock->locked)
        return -EPERM;
    lock->locked = false;
    wake_first(lock);
    return 0;
}
