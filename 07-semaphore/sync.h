/* sync.h - tasks that wait for each other: asyncio's Lock, Event, Condition and Barrier.
 *
 *     rc = lock_acquire(&lock);                rc = condition_acquire(&changed);
 *     if (rc < 0)                              if (rc < 0)
 *         return rc;                               return rc;
 *     rc = change(&account);                   rc = condition_wait_for(&changed, is_full, &tank);
 *     lock_release(&lock);                     condition_release(&changed);
 *     return rc;                               return rc;
 *
 * Tasks change places only where one waits. So what is done between two waits needs no lock; a lock
 * is for what has a wait in its middle.
 *
 * Nothing is allocated and there is nothing to free; nobody may be waiting when the memory goes.
 * What waits is a coroutine function: 0 or more, or -ECANCELED, unless said otherwise. All orders
 * are those of Python 3.13's asyncio/locks.py. Loop's thread only.
 */
#ifndef SYNC_H
#define SYNC_H

#include <stdbool.h>
#include <sys/queue.h>

#include "task.h"

TAILQ_HEAD(sync_waiters, sync_waiter); /* who waits: first come, first served */

/* ---- Lock: one at a time -------------------------------------------------------------------- */

struct lock {
    bool locked;
    struct sync_waiters waiters;
};

void lock_init(struct lock *lock);

/* Takes the lock, waiting for it if need be. 0; -ECANCELED, and then it is not held. Does not
 * suspend when it is free and nobody waits. It knows no owner: who takes it twice waits for ever.
 */
int lock_acquire(struct lock *lock) CO_MUST_CHECK;

/* Gives it back; the first who waits takes it on the next pass. 0; -EPERM: it was not held. */
int lock_release(struct lock *lock);

bool lock_locked(const struct lock *lock);

/* ---- Event: it has happened ----------------------------------------------------------------- */

struct event {
    bool is_set;
    struct sync_waiters waiters;
};

void event_init(struct event *event);

/* Wakes all who wait; who comes from now on does not wait. */
void event_set(struct event *event);

/* Who comes from now on waits. Who was woken before that has been woken. */
void event_clear(struct event *event);

bool event_is_set(const struct event *event);

/* Waits until it is set. 0, also when it was cleared again before this one could run. */
int event_wait(struct event *event) CO_MUST_CHECK;

/* ---- Condition: something under a lock has changed ------------------------------------------ */

struct condition {
    struct lock *lock; /* its own, or one that several conditions share */
    struct lock own_lock;
    struct sync_waiters waiters;
};

/* `lock` stays the caller's and must outlive the condition; NULL: it has its own. Not to be copied
 * or moved. */
void condition_init(struct condition *condition, struct lock *lock);

/* Its lock's. */
int condition_acquire(struct condition *condition) CO_MUST_CHECK;
int condition_release(struct condition *condition);

/* Gives the lock back, waits for a notify, takes the lock again. The lock is held when it returns,
 * also with -ECANCELED: cancelled, it still waits for the lock, however often. 0 may come without a
 * reason: look again whether what you wait for is so. -EPERM: the lock is not held. */
int condition_wait(struct condition *condition) CO_MUST_CHECK;

/* Waits until holds(arg), which is called with the lock held and must not suspend. 0, at once if it
 * holds already. */
typedef bool condition_fn(void *arg);
int condition_wait_for(struct condition *condition, condition_fn *holds, void *arg) CO_MUST_CHECK;

/* Wakes `count` of those who wait, the first first. They go on when they get the lock, which the
 * caller still holds. 0; -EPERM: the lock is not held. */
int condition_notify(struct condition *condition, int count);
int condition_notify_all(struct condition *condition);

/* ---- Barrier: go on when all are here ------------------------------------------------------- */

enum barrier_state { BARRIER_FILLING, BARRIER_DRAINING, BARRIER_RESETTING, BARRIER_BROKEN };

struct barrier {
    int parties; /* so many go on together */
    int count;   /* of those inside: waiting, or about to leave */
    enum barrier_state state;
    struct condition changed; /* the state */
};

/* 0; -EINVAL: fewer than one party. Not to be copied or moved. */
int barrier_init(struct barrier *barrier, int parties) CO_MUST_CHECK;

/* Waits until so many wait. How many were there before this one: 0 to parties - 1; -EPIPE: it is
 * broken, or was reset meanwhile (asyncio: BrokenBarrierError). Who comes while others still leave
 * waits for the next round. */
int barrier_wait(struct barrier *barrier) CO_MUST_CHECK;

/* Who waits gets -EPIPE, and then it is as new. May suspend. 0. */
int barrier_reset(struct barrier *barrier) CO_MUST_CHECK;

/* Who waits, and whoever comes, gets -EPIPE, until it is reset. May suspend. 0. */
int barrier_abort(struct barrier *barrier) CO_MUST_CHECK;

/* Those who wait for the others; 0 while they leave. asyncio: n_waiting. */
int barrier_waiting(const struct barrier *barrier);
bool barrier_is_broken(const struct barrier *barrier);

#endif
