/* task.h - a coroutine that can be awaited, cancelled and asked how it went: asyncio's Task.
 *
 * A task holds itself while it runs. Whoever spawned it holds one reference more and gives it up by
 * task_join, task_detach or task_unref. Loop's thread only.
 */
#ifndef TASK_H
#define TASK_H

#include <sys/queue.h>

#include "future.h"

struct task {
    struct future future; /* first: a task is awaited as a future */
    struct co co;
    int cancel_requests; /* task_cancelling */
    char name[32];
    TAILQ_ENTRY(task) link; /* among all that are not done, or those that failed */
};

/* Runs fn(arg) as a task; its first step is on the next pass. `arg` must live until the task has
 * ended: in C it usually lies in the parent's frame, so join before you return. `name` is copied
 * (31 bytes of it); NULL: "Task-1", "Task-2" and so on. NULL: no memory. asyncio: create_task.
 * (The place of the call is told when the task never runs: coro_exit.c.) */
#define task_spawn(loop, fn, arg, name) task_spawn_at((loop), (fn), (arg), (name), CORO_PLACE)
struct task *task_spawn_at(struct loop *loop, coro_fn *fn, void *arg, const char *name,
                           const char *place) CO_MUST_CHECK;

/* Awaits the task and gives up the reference: the task's result. When the caller is cancelled, so
 * is the task, and the join still waits until it has ended. -EDEADLK: it is the caller itself. */
int task_join(struct task *task) CO_MUST_CHECK;

/* Gives up the reference; the task runs on and frees itself. When it fails, and nobody has asked
 * how it went, the loop's exception handler is told so, with its name: a line on stderr. */
void task_detach(struct task *task);
void task_unref(struct task *task); /* the same, by its other name; NULL is ignored */

/* Asks the task to end: one -ECANCELED from what it waits for now or next. What it awaits is
 * cancelled with it. A task that has not started never runs. False: it was done already.
 * asyncio: cancel. */
bool task_cancel(struct task *task);

/* How many cancels were asked for and not taken back; task_uncancel takes one back and returns what
 * is left. Who turns a cancel into something else (a timeout) uncancels. asyncio: cancelling. */
int task_cancelling(const struct task *task);
int task_uncancel(struct task *task);

/* The running task; NULL outside of one. asyncio: current_task. */
struct task *task_current(void);

/* asyncio: get_name, set_name. The name is copied, 31 bytes of it. */
const char *task_name(const struct task *task);
void task_set_name(struct task *task, const char *name);

bool task_is_done(const struct task *task);
bool task_is_cancelled(const struct task *task);
int task_result(struct task *task); /* as future_result */

/* Runs fn(arg) as the main task of `loop` until it ends, then cancels all other tasks of the loop
 * and waits for them, and gives the main task's result. SIGINT and SIGTERM cancel it, when
 * `signals` is true: then the result is -ECANCELED, usually; a second one ends the process at once.
 * SIGUSR1 then prints what every task waits for (task_tree.h).
 * -ENOMEM, the loop's error (-EDEADLK), or why it cannot hear of signals (-EMFILE), and then fn is
 * not called. asyncio: run. */
int task_run(struct loop *loop, coro_fn *fn, void *arg, bool signals) CO_MUST_CHECK;

/* Runs `loop` until the future is done: its result; -EINTR: loop_stop came first; -EBUSY: it is
 * running already; or the loop's error. asyncio: loop.run_until_complete. */
int run_until(struct loop *loop, struct future *future) CO_MUST_CHECK;

/* Tasks of this loop that are not done. */
int task_count(const struct loop *loop);

/* The same tasks, the oldest first, in tasks[0..size-1]; returns how many there are, which may be
 * more. The pointers are borrowed: take a reference to keep one. asyncio: all_tasks. */
int all_tasks(const struct loop *loop, struct task *tasks[], int size);

#endif
