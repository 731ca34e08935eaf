/* sync_line.h - the waiting line of sync.h's four: inside this folder only. */
#ifndef SYNC_LINE_H
#define SYNC_LINE_H

#include "sync.h"

/* One that waits. It lies on the waiting coroutine's stack, and is in the line until that coroutine
 * runs again: also after it was woken or cancelled. */
struct sync_waiter {
    struct future woken;
    TAILQ_ENTRY(sync_waiter) place;
};

/* Waits at the end of the line until woken. 0 or -ECANCELED. `what` is for who looks from outside.
 */
int sync_wait_in(struct sync_waiters *line, const char *what) CO_MUST_CHECK;

/* Wakes `count` of those who have been neither woken nor cancelled yet, the first first. */
void sync_wake(struct sync_waiters *line, int count);

#endif
