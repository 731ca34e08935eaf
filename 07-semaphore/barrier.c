/* barrier.c - nobody goes on before all are here.
 *
 * A state, a number of tasks inside, and a condition for changes of either. The last one that comes
 * turns FILLING into DRAINING, and all go; the last one that leaves makes it FILLING again, so that
 * nobody can be round twice before another has left.
 *
 * The source is Barrier in Python 3.13's asyncio/locks.py.
 */
#include <errno.h>

#include "sync.h"

int barrier_init(struct barrier *barrier, int parties)
{
    if (parties < 1)
        return -EINVAL;
    barrier->parties = parties;
    barrier->count = 0;
    barrier->state = BARRIER_FILLING;
    condition_init(&barrier->changed, NULL);
    return 0;
}

int barrier_waiting(const struct barrier *barrier)
{
    return barrier->state == BARRIER_FILLING ? barrier->count : 0;
}

bool barrier_is_broken(const struct barrier *barrier)
{
    return barrier->state == BARRIER_BROKEN;
}

static bool can_be_entered(void *arg)
{
    const struct barrier *barrier = arg;
    return barrier->state == BARRIER_FILLING || barrier->state == BARRIER_BROKEN;
}

static bool has_ended_filling(void *arg)
{
    const struct barrier *barrier = arg;
    return barrier->state != BARRIER_FILLING;
}

static int enter(struct barrier *barrier)
{
    int rc = condition_wait_for(&barrier->changed, can_be_entered, barrier);
    return rc == 0 && barrier_is_broken(barrier) ? -EPIPE : rc;
}

static int wait_for_the_others(struct barrier *barrier)
{
    int rc = condition_wait_for(&barrier->changed, has_ended_filling, barrier);
    return rc == 0 && barrier->state != BARRIER_DRAINING ? -EPIPE : rc;
}

static void leave(struct barrier *barrier)
{
    if (--barrier->count > 0)
        return;
    if (!barrier_is_broken(barrier))
        barrier->state = BARRIER_FILLING;
    condition_notify_all(&barrier->changed); /* who comes for the next round waits for that */
}

/* With the condition's lock. */
static int pass(struct barrier *barrier)
{
    int rc = enter(barrier);
    if (rc < 0)
        return rc;
    int before = barrier->count++;
    if (barrier->count == barrier->parties) {
        barrier->state = BARRIER_DRAINING;
        condition_notify_all(&barrier->changed);
    } else {
        rc = wait_for_the_others(barrier);
    }
    leave(barrier);
    return rc < 0 ? rc : before;
}

int barrier_wait(struct barrier *barrier)
{
    int rc = condition_acquire(&barrier->changed);
    if (rc < 0)
        return rc;
    rc = pass(barrier);
    condition_release(&barrier->changed);
    return rc;
}

/* Under the lock, since others may hold it while they pass. */
int barrier_reset(struct barrier *barrier)
{
    int rc = condition_acquire(&barrier->changed);
    if (rc < 0)
        return rc;
    barrier->state = barrier->count > 0 ? BARRIER_RESETTING : BARRIER_FILLING;
    condition_notify_all(&barrier->changed);
    return condition_release(&barrier->changed);
}

int barrier_abort(struct barrier *barrier)
{
    int rc = condition_acquire(&barrier->changed);
    if (rc < 0)
        return rc;
    barrier->state = BARRIER_BROKEN;
    condition_notify_all(&barrier->changed);
    return condition_release(&barrier->changed);
}
