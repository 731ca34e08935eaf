/* submit.h - coroutines for a loop that runs on another thread: asyncio's run_coroutine_threadsafe.
 *
 *     loop's thread                         any other thread
 *     submitter = submitter_new(loop)       rc = run_coroutine_threadsafe(submitter, fn, arg,
 *     ...                                                                 "fn", &future);
 *     submitter_close(submitter)            rc = concurrent_future_result(future, 5 * NS_PER_S);
 *     submitter_free(submitter)             concurrent_future_free(future);
 *
 * The submitter is what asyncio has not: the door of the loop, which can be closed. A coroutine
 * that is handed to a loop which has just made its last pass never runs, and in Python whoever
 * waits for it waits for ever. Here submitter_close ends what is under way, and refuses what comes
 * later: every result comes.
 *
 * A struct concurrent_future is the other thread's handle; the names are those of Python's
 * concurrent.futures.Future. "Any thread" below leaves out one case only: who waits must not be the
 * loop.
 */
#ifndef SUBMIT_H
#define SUBMIT_H

#include "task.h"

struct submitter;
struct concurrent_future;

/* A door to `loop`, which must outlive it. On the loop's thread, or before it runs. NULL: no
 * memory. */
struct submitter *submitter_new(struct loop *loop) CO_MUST_CHECK;

/* A coroutine of the loop: from now on nothing is accepted. What has been submitted and not begun
 * ends with -ECANCELED; so does what is under way: it is cancelled, and its end is awaited. 0, or
 * -ECANCELED when the caller was cancelled meanwhile; it is closed in both cases. */
int submitter_close(struct submitter *submitter) CO_MUST_CHECK;

/* After submitter_close, or when nothing was ever submitted. Who still holds a handle may keep it.
 * NULL is ignored. */
void submitter_free(struct submitter *submitter);

/* Runs fn(arg) as a task of the loop, and wakes the loop for it. Any thread. `arg` must live until
 * the future is done. `name` is copied, 31 bytes of it. 0, and *future is a handle, to be given
 * back by concurrent_future_free; -ESHUTDOWN: the submitter is closed; -ENOMEM. */
int run_coroutine_threadsafe(struct submitter *submitter, coro_fn *fn, void *arg, const char *name,
                             struct concurrent_future **future) CO_MUST_CHECK;

/* Blocks the calling thread until the task has ended, at most timeout_ns (< 0: for ever): its
 * result. -ETIMEDOUT: the time is over, and the task goes on; concurrent_future_done tells this
 * from a task that has failed with -ETIMEDOUT. -EDEADLK: the caller is a coroutine of this loop,
 * which would wait for itself. Any thread. */
int concurrent_future_result(struct concurrent_future *future, int64_t timeout_ns) CO_MUST_CHECK;

/* Asks the task to end; the result comes when it has: -ECANCELED, usually. False: it is done. Any
 * thread. (Python's future counts as done at once, and its task ends later. In C `arg` is used
 * until the task has ended, and may not be freed before.) */
bool concurrent_future_cancel(struct concurrent_future *future);

bool concurrent_future_done(struct concurrent_future *future);      /* any thread */
bool concurrent_future_cancelled(struct concurrent_future *future); /* done, by a cancel */

/* A call for when the future is done; the caller's, alive until it was made. */
struct concurrent_callback {
    void (*fn)(int result, void *arg);
    void *arg;
    struct concurrent_callback *next;
};

/* Calls callback->fn(result, arg) on the loop's thread when the task has ended, in the order of
 * adding, and before anybody is given the result; here and now when the future is done already. It
 * must not block. Any thread. */
void concurrent_future_add_done_callback(struct concurrent_future *future,
                                         struct concurrent_callback *callback);

/* Gives the handle back; the task goes on, if it still runs, and nobody hears of its result. One
 * thread, once. NULL is ignored. */
void concurrent_future_free(struct concurrent_future *future);

#endif
