/* executor.h - work that would block the loop, done by threads and awaited: run_in_executor.
 *
 * The threads are libuv's pool: four of them, or UV_THREADPOOL_SIZE, shared by the whole process
 * with libuv's own files and name look-ups. Works with every backend of the loop. Loop's thread
 * only, but for what runs in the pool.
 */
#ifndef EXECUTOR_H
#define EXECUTOR_H

#include "co.h"

struct executor;
typedef int work_fn(void *arg); /* runs in a thread of the pool: must not touch the loop */

/* For work that coroutines of this loop await. NULL with errno set when it cannot be had. The
 * pool's threads start with the first work, not here. */
struct executor *executor_new(struct loop *loop);

/* Waits until all that was handed to the pool has ended, blocking; before loop_free. NULL is
 * ignored. */
void executor_free(struct executor *executor);

/* Runs fn(arg) in the pool and suspends until it has ended: its result (-ENOMEM: it could not be
 * handed over). When the caller is cancelled, -ECANCELED comes at once; work that no thread has
 * begun yet never runs; work that is running goes on without its waiter, since nothing can stop a
 * thread in the middle. For that `arg` must outlive the call: give `release`, which is called with
 * it exactly once, on the loop's thread, when fn has ended or will never run; NULL when the memory
 * lives until executor_free. asyncio: loop.run_in_executor. */
int run_in_executor(struct executor *executor, work_fn *fn, void *arg,
                    callback_fn *release) CO_MUST_CHECK;

#endif
