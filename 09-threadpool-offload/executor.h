/* executor.h - work that would block the loop, done by threads and awaited: run_in_executor.
 *
 * The threads are libuv's pool: four of them, or UV_THREADPOOL_SIZE, shared by the whole process
 * with libuv's own files and name look-ups. Works with every backend of the loop. Loop's thread
 * only, but for what runs in the pool.
 */
#ifndef EXECUTOR_H
#define EXECUTOR_H

#include "task.h"

struct executor;
typedef int work_fn(void *arg); /* runs in a thread of the pool: must not touch the loop */

struct executor *executor_new(struct loop *loop); /* NULL: no memory */

/* Waits until what runs in the pool has ended. NULL is ignored. */
void executor_free(struct executor *executor);

/* Runs fn(arg) in the pool and suspends until it has ended: its result. When the caller is
 * cancelled: work that no thread has begun yet never runs, and the result is -ECANCELED; work that
 * is running goes on without its waiter (nothing can stop a thread in the middle), and
 * -ECANCELED comes at once. For that `arg` must outlive the call: give `release`, which is called on
 * the loop's thread when fn has ended or will never run; NULL when the memory outlives everything.
 * asyncio: loop.run_in_executor. */
int run_in_executor(struct executor *executor, work_fn *fn, void *arg,
                    callback_fn *release) CO_MUST_CHECK;

#endif
