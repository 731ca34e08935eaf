/* future.h - a result that will come: asyncio's Future with an int in it.
 *
 * A future is pending, then done with a result (>= 0, or -errno) or cancelled (its result is then
 * -ECANCELED). Its callbacks run through the loop's queue, in the order in which they were added,
 * never inside the call that completes it.
 *
 * Futures are counted references (future_new gives one; a future inside another structure is
 * set up with future_init and never freed by the count). Loop's thread only.
 */
#ifndef FUTURE_H
#define FUTURE_H

#include <stdbool.h>

#include "co.h"
#include "loop.h"

enum future_state { FUTURE_PENDING, FUTURE_DONE, FUTURE_CANCELLED };

struct future {
    struct loop *loop;
    enum future_state state;
    int result;
    bool retrieved; /* somebody has asked for the result: an error is then his concern */
    int references;
    struct future_callback *callbacks, **callbacks_end; /* in the order of adding */
    bool (*cancel)(struct future *future); /* future_cancel; a task's and a gather's differ */
    const char *what; /* "gather": what who awaits it is told to wait for; NULL: a future */
    void (*destroy)(struct future *future); /* with the last reference; NULL: nothing to free */
};

/* A call for when the future is done; the caller's, alive until it has run or was removed. */
struct future_callback {
    struct callback callback;     /* as callback_init sets it up */
    struct future_callback *next; /* of the same future */
    struct co *awaiter;           /* who waits by it for the future; NULL: nobody (task_tree.h) */
};

struct future *future_new(struct loop *loop) CO_MUST_CHECK; /* NULL: no memory */
void future_init(struct future *future, struct loop *loop);
struct future *future_ref(struct future *future);
void future_unref(struct future *future); /* NULL is ignored */

/* Completes it. -EALREADY when it is not pending (asyncio: InvalidStateError), else 0. */
int future_set_result(struct future *future, int result);

/* The same with FUTURE_CANCELLED and -ECANCELED: for those who implement a `cancel` of their own.
 */
int future_set_cancelled(struct future *future);

/* Cancels it, if it is pending: true. A task's future passes the request on to the task, a
 * gather's to its children: there true means that a cancel is on its way. */
bool future_cancel(struct future *future);

bool future_is_done(const struct future *future); /* or cancelled */
bool future_is_cancelled(const struct future *future);

/* Its result, once it is done; -EINPROGRESS before. Who asks has seen the error, if it is one. An
 * error that nobody has seen when the last reference goes is told to the loop's exception handler:
 * give up the references before the loop is freed. asyncio: result, exception. */
int future_result(struct future *future);

/* Nobody will ask, and that is meant: an error is not told. */
void future_mark_retrieved(struct future *future);

/* Runs the callback when the future is done: through the queue, on the next pass if it is done
 * already. asyncio: add_done_callback, remove_done_callback. */
void future_add_done_callback(struct future *future, struct future_callback *callback);
void future_remove_done_callback(struct future *future, struct future_callback *callback);

/* Suspends the running coroutine until the future is done, and gives its result. Awaiting a future
 * that is done does not suspend. When the coroutine is cancelled meanwhile, the future is cancelled
 * (asyncio: a task that awaits passes a cancel on to what it awaits). */
int await(struct future *future) CO_MUST_CHECK;

#endif
