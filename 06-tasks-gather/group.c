/* group.c - counts its children out again, and cancels them all when one of them fails. */
#include "group.h"

#include <errno.h>
#include <stdlib.h>

#include "task_internal.h"

struct group_member {
    struct group *group;
    struct task *task; /* a reference */
    struct future_callback on_done;
    TAILQ_ENTRY(group_member) link;
};

void group_begin(struct group *group)
{
    *group = (struct group){.parent = task_current()};
    TAILQ_INIT(&group->members);
}

void group_on_error(struct group *group, group_error_fn *on_error, void *arg)
{
    group->on_error = on_error;
    group->on_error_arg = arg;
}

static void cancel_members(struct group *group)
{
    struct group_member *member;
    group->aborting = true;
    TAILQ_FOREACH(member, &group->members, link)
    task_cancel(member->task);
}

/* ---- A child's end ------------------------------------------------------------------------- */

static void note_error(struct group *group, struct task *task, int error)
{
    if (group->first_error == 0)
        group->first_error = error;
    if (group->on_error)
        group->on_error(group, task, error, group->on_error_arg);
    if (group->aborting)
        return;
    /* Whatever the parent waits for, it has to hear of it. group_end takes that cancel back. */
    cancel_members(group);
    group->parent_cancelled = true;
    task_cancel(group->parent);
}

static void on_member_done(void *arg)
{
    struct group_member *member = arg;
    struct group *group = member->group;
    struct task *task = member->task;
    TAILQ_REMOVE(&group->members, member, link);
    free(member);
    if (group->all_ended && TAILQ_EMPTY(&group->members))
        future_set_result(group->all_ended, 0); /* -EALREADY: it was cancelled, and will look */
    if (!task_is_cancelled(task) && task_result(task) < 0)
        note_error(group, task, task_result(task));
    task_unref(task);
}

/* ---- A child's start ----------------------------------------------------------------------- */

int group_spawn_task(struct group *group, coro_fn *fn, void *arg, const char *name,
                     struct task **task)
{
    if (group->aborting || (group->ending && TAILQ_EMPTY(&group->members)))
        return -ESHUTDOWN;
    struct group_member *member = malloc(sizeof *member);
    struct task *child = member ? task_spawn(group->parent->future.loop, fn, arg, name) : NULL;
    if (!child) {
        free(member);
        return -ENOMEM;
    }
    *member = (struct group_member){.group = group, .task = child};
    callback_init(&member->on_done.callback, on_member_done, member);
    future_add_awaiter(&child->future, &member->on_done, &group->parent->co);
    TAILQ_INSERT_TAIL(&group->members, member, link);
    future_ref(&child->future); /* ours; the other is the caller's */
    *task = child;
    return 0;
}

int group_spawn(struct group *group, coro_fn *fn, void *arg, const char *name)
{
    struct task *child;
    int rc = group_spawn_task(group, fn, arg, name, &child);
    if (rc == 0)
        task_unref(child);
    return rc;
}

/* ---- The end ------------------------------------------------------------------------------- */

/* Until the last child has ended, however often the parent is cancelled meanwhile. True: it was,
 * and not because of a child. */
static bool wait_for_members(struct group *group)
{
    bool cancelled = false;
    while (!TAILQ_EMPTY(&group->members)) {
        struct future all_ended;
        future_init(&all_ended, group->parent->future.loop);
        all_ended.what = "group_end";
        group->all_ended = &all_ended;
        int rc = await(&all_ended);
        group->all_ended = NULL;
        if (rc == -ECANCELED && !group->aborting) {
            cancelled = true;
            cancel_members(group);
        }
    }
    return cancelled;
}

/* An error is returned and hides that the parent is being cancelled as well: so the cancel is
 * delivered once more, at the next wait, and its count stays as it is. */
static void keep_cancel_pending(struct task *parent)
{
    if (task_cancelling(parent) == 0)
        return;
    task_uncancel(parent);
    task_cancel(parent);
}

int group_end(struct group *group, int result)
{
    group->ending = true;
    if (result < 0 && !group->aborting)
        cancel_members(group);
    bool cancelled = wait_for_members(group) || result == -ECANCELED;
    if (group->parent_cancelled && task_uncancel(group->parent) == 0)
        cancelled = false; /* it was only us */
    int error = group->first_error;
    if (error == 0 && cancelled)
        return -ECANCELED;
    if (error == 0 && result != -ECANCELED)
        error = result;
    if (error < 0)
        keep_cancel_pending(group->parent);
    return error;
}
