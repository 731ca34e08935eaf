/* group.h - tasks that end where they began: asyncio's TaskGroup.
 *
 *     struct group group;
 *     group_begin(&group);
 *     rc = group_spawn(&group, work, &first, "first");
 *     if (rc == 0)
 *         rc = group_spawn(&group, work, &second, "second");
 *     rc = group_end(&group, rc);           both have ended; the first error, if there was one
 *
 * No child outlives group_end, so what its argument points to may lie in the parent's frame. The
 * first child that fails cancels its siblings and whatever the parent is waiting for between begin
 * and end; that wait then returns -ECANCELED, which the parent passes to group_end. In a task only.
 * Each group must be ended, by the task that began it; groups nest, and are ended in reverse order.
 *
 * Orders are those of Python 3.13's asyncio/taskgroups.py.
 */
#ifndef GROUP_H
#define GROUP_H

#include <sys/queue.h>

#include "task.h"

struct group;

/* Called from the loop for each child that failed, in the order in which they ended, before
 * group_end returns; a cancelled child has not failed. The task is valid during the call. */
typedef void group_error_fn(struct group *group, struct task *task, int error, void *arg);

struct group {
    struct task *parent;
    TAILQ_HEAD(group_members, group_member) members; /* children that have not been seen to end */
    struct future *all_ended;                        /* what group_end waits for; else NULL */
    int first_error;       /* of a child, in the order of ending; 0: none */
    bool aborting;         /* its children were cancelled */
    bool ending;           /* group_end was called */
    bool parent_cancelled; /* by a child's error: to be taken back */
    group_error_fn *on_error;
    void *on_error_arg;
};

void group_begin(struct group *group);

/* To hear of every error, not just of the first: asyncio's ExceptionGroup. Before the first
 * child. */
void group_on_error(struct group *group, group_error_fn *on_error, void *arg);

/* Runs fn(arg) as a child, which may itself spawn into the group. 0; -ENOMEM; -ESHUTDOWN: the group
 * is being cancelled, or it has ended. asyncio: create_task. */
int group_spawn(struct group *group, coro_fn *fn, void *arg, const char *name) CO_MUST_CHECK;

/* The same for who wants the child itself: *task is a reference, to be given up by task_unref, and
 * its result may be asked for after group_end. Unchanged when the result is not 0. */
int group_spawn_task(struct group *group, coro_fn *fn, void *arg, const char *name,
                     struct task **task) CO_MUST_CHECK;

/* Waits until all children have ended. `result` is what the body came to; if it is an error the
 * children are cancelled first. Returns the first child's error; or else the body's result. That is
 * -ECANCELED when the task itself was cancelled, and never because of a child. */
int group_end(struct group *group, int result) CO_MUST_CHECK;

#endif
