/* co_run.h - a program whose main is a coroutine: asyncio's run, for one coroutine.
 *
 *     int rc = co_run(converse, &dialogue, "dialogue");
 *     if (rc == -ECANCELED)
 *         return 128 + SIGINT;
 */
#ifndef CO_RUN_H
#define CO_RUN_H

#include "coro.h"

/* Runs fn(arg) as a coroutine on a loop of its own (epoll) until it returns: its result, or -errno
 * when there is no loop; -EINTR: loop_stop came first. SIGINT (Ctrl-C) cancels it. Coroutines that
 * it has started must have ended before it returns: nobody runs them any more. Not in a coroutine.
 */
int co_run(coro_fn *fn, void *arg, const char *name) __attribute__((warn_unused_result));

#endif
