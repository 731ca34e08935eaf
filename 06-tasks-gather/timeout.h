/* timeout.h - a stretch of a task that must end in time: asyncio's `async with timeout()`.
 *
 *     struct timeout_scope scope;
 *     timeout_begin(&scope, 5 * NS_PER_S);
 *     rc = co_read(fd, buffer, size);
 *     rc = timeout_end(&scope, rc);          -ETIMEDOUT instead of -ECANCELED, when it was us
 *
 * Scopes nest; each must be ended, in reverse order. In a task only.
 */
#ifndef TIMEOUT_H
#define TIMEOUT_H

#include "task.h"

struct timeout_scope {
    struct task *task;
    struct timer timer;
    int64_t when_ns; /* on the loop's clock; < 0: never */
    int cancelling_before;
    bool expired, ended;
};

/* From now on the task has so long (< 0: for ever). */
void timeout_begin(struct timeout_scope *scope, int64_t delay_ns);

/* The same with a point of time on loop_time's clock (< 0: never). asyncio: timeout_at. */
void timeout_begin_at(struct timeout_scope *scope, int64_t when_ns);

/* Moves the end to another point of time (< 0: never); one that has passed is now. 0; -EALREADY:
 * the time is over, or the scope has ended; -ENOMEM: then its end is now. */
int timeout_reschedule(struct timeout_scope *scope, int64_t when_ns) CO_MUST_CHECK;

/* When it will end, or was to end; < 0: never. */
int64_t timeout_when(const struct timeout_scope *scope);

/* Was the time over before the scope ended? Also when nobody noticed: what was cancelled may have
 * returned a value all the same. */
bool timeout_expired(const struct timeout_scope *scope);

/* Ends the scope. `result` is what the stretch came to: -ECANCELED turns into -ETIMEDOUT when the
 * time was over and nobody else asked for a cancel; anything else comes back as it is. */
int timeout_end(struct timeout_scope *scope, int result) CO_MUST_CHECK;

#endif
