/* condition.c - wait, without holding the lock, for somebody to change what the lock protects.
 *
 * The lock is held before the wait and after it, whatever happens: the caller releases it on his
 * way out, and would else release another's. So one that is cancelled waits for the lock all the
 * same, and no cancel gets it out of that. And one that was notified and then cancelled may have
 * got the only notify there was: it hands it on. Whoever gets it without need looks, and waits
 * again.
 *
 * The source is Condition in Python 3.13's asyncio/locks.py. 3.12 did not hand the notify on
 * (gh-112202).
 */
#include <errno.h>
#include <limits.h>

#include "sync_line.h"

void condition_init(struct condition *condition, struct lock *lock)
{
    lock_init(&condition->own_lock);
    condition->lock = lock ? lock : &condition->own_lock;
    TAILQ_INIT(&condition->waiters);
}

int condition_acquire(struct condition *condition)
{
    return lock_acquire(condition->lock);
}

int condition_release(struct condition *condition)
{
    return lock_release(condition->lock);
}

/* Takes the lock, however often it is cancelled meanwhile: -ECANCELED says that it was. */
static int acquire_again(struct lock *lock)
{
    int cancelled = 0, rc;
    while ((rc = lock_acquire(lock)) < 0)
        cancelled = rc;
    return cancelled;
}

int condition_wait(struct condition *condition)
{
    int rc = lock_release(condition->lock);
    if (rc < 0)
        return rc;
    rc = sync_wait_in(&condition->waiters, "a condition");
    int cancelled = acquire_again(condition->lock);
    if (rc == 0)
        rc = cancelled;
    if (rc < 0)
        sync_wake(&condition->waiters, 1);
    return rc;
}

int condition_wait_for(struct condition *condition, condition_fn *holds, void *arg)
{
    int rc = 0;
    while (rc == 0 && !holds(arg))
        rc = condition_wait(condition);
    return rc;
}

int condition_notify(struct condition *condition, int count)
{
    if (!lock_locked(condition->lock))
        return -EPERM;
    sync_wake(&condition->waiters, count);
    return 0;
}

int condition_notify_all(struct condition *condition)
{
    return condition_notify(condition, INT_MAX);
}
