/* shield.h - wait for a task without handing a cancel on to it: asyncio's shield.
 *
 *     rc = shield(task);
 *     if (rc == -ECANCELED && !task_is_done(task))
 *         ... we were cancelled; the task goes on, and is still ours ...
 *
 * In C the task's argument must outlive the task: what is shielded may not use its waiter's frame.
 */
#ifndef SHIELD_H
#define SHIELD_H

#include "task.h"

/* Awaits the task: its result. When the caller is cancelled the result is -ECANCELED, at once, and
 * the task is not cancelled. The reference stays the caller's in any case. */
int shield(struct task *task) CO_MUST_CHECK;

#endif
