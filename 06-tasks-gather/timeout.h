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
    int cancelling_before;
    bool expired;
};

/* From now on the task has so long (< 0: for ever). */
void timeout_begin(struct timeout_scope *scope, int64_t delay_ns);

/* Ends the scope. `result` is what the stretch came to: -ECANCELED turns into -ETIMEDOUT when the
 * time was over and nobody else asked for a cancel; anything else comes back as it is. */
int timeout_end(struct timeout_scope *scope, int result) CO_MUST_CHECK;

#endif
