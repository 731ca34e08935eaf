/* gather.h - wait for several tasks at once: gather, wait, wait_for.
 *
 * All of them are asyncio's, in every order that can be observed. Loop's thread only.
 */
#ifndef GATHER_H
#define GATHER_H

#include "task.h"

#define GATHER_RETURN_ERRORS 1u /* asyncio: return_exceptions=True */

/* Awaits all tasks; results[i] is the result of tasks[i], whatever the order in which they end
 * (`results` may be NULL). 0; or the first error, at once, while the siblings go on; with
 * GATHER_RETURN_ERRORS 0, and errors stand in `results`. When the caller is cancelled, all tasks
 * are, and the result is -ECANCELED. The references stay the caller's.
 * After an error the siblings still use what their arguments point to: wait for them. The gather is
 * over with it: a cancel that reaches the caller before it runs again is its own, and reaches no
 * child. */
int gather(struct task *const tasks[], int count, int results[], unsigned flags) CO_MUST_CHECK;

enum wait_until { WAIT_FIRST_COMPLETED, WAIT_FIRST_ERROR, WAIT_ALL_COMPLETED };

/* Awaits until so many tasks are done, or for timeout_ns (< 0: for ever). A timeout is no error and
 * cancels nobody. Returns how many are done (ask each with task_is_done), or -ECANCELED, when the
 * caller is cancelled: then too the tasks run on. */
int wait_tasks(struct task *const tasks[], int count, enum wait_until until,
               int64_t timeout_ns) CO_MUST_CHECK;

/* Awaits one task for at most timeout_ns, and gives up the reference as task_join does: its result.
 * When the time is over the task is cancelled, its end is awaited, and the result is -ETIMEDOUT;
 * but a task that returns a value all the same has won. */
int wait_for(struct task *task, int64_t timeout_ns) CO_MUST_CHECK;

#endif
