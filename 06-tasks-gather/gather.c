/* gather.c - await many: a future of its own that counts how many of its children have ended. */
#include "gather.h"

#include <errno.h>
#include <stdlib.h>

#include "task_internal.h"

struct gathering;

struct child {
    struct gathering *gathering;
    struct task *task;
    struct future_callback on_done;
};

struct gathering {
    struct future future; /* first: what gather() awaits */
    unsigned flags;
    int count, ended;
    bool cancel_requested;
    struct child children[];
};

/* The error that ends a gather early: any of a child's, unless errors are to be returned. */
static bool ends_early(const struct gathering *gathering, struct task *task)
{
    return !(gathering->flags & GATHER_RETURN_ERRORS) && task_result(task) < 0;
}

static void note_end(struct child *child)
{
    struct gathering *gathering = child->gathering;
    gathering->ended++;
    if (future_is_done(&gathering->future))
        return; /* an earlier child's error has been reported; this one went on for itself */
    if (ends_early(gathering, child->task))
        future_set_result(&gathering->future, task_result(child->task));
    else if (gathering->ended == gathering->count)
        future_set_result(&gathering->future, gathering->cancel_requested ? -ECANCELED : 0);
}

static void on_child_done(void *arg)
{
    note_end(arg);
}

/* Cancelling a gather cancels its children. It is done when they are: they may need time for it. */
static bool cancel_children(struct future *future)
{
    struct gathering *gathering = (struct gathering *)future;
    if (future_is_done(future))
        return false;
    bool any = false;
    for (int i = 0; i < gathering->count; i++)
        any |= task_cancel(gathering->children[i].task);
    gathering->cancel_requested |= any;
    return any;
}

static struct gathering *gathering_new(struct task *const tasks[], int count, unsigned flags)
{
    struct gathering *gathering =
        calloc(1, sizeof *gathering + (size_t)count * sizeof gathering->children[0]);
    if (!gathering)
        return NULL;
    future_init(&gathering->future, co_loop());
    gathering->future.cancel = cancel_children;
    gathering->future.what = "gather";
    gathering->flags = flags;
    gathering->count = count;
    for (int i = 0; i < count; i++) {
        struct child *child = &gathering->children[i];
        child->gathering = gathering;
        child->task = tasks[i];
        callback_init(&child->on_done.callback, on_child_done, child);
    }
    return gathering;
}

/* Children that are done already count at once; the others when their callback comes. */
static void watch_children(struct gathering *gathering)
{
    for (int i = 0; i < gathering->count; i++) {
        struct child *child = &gathering->children[i];
        if (!task_is_done(child->task))
            future_add_awaiter(&child->task->future, &child->on_done, co_current());
    }
    for (int i = 0; i < gathering->count; i++)
        if (task_is_done(gathering->children[i].task))
            note_end(&gathering->children[i]);
}

/* What a child comes to after the gather is over is not told as an error that nobody asked for. */
static void unwatch_children(struct gathering *gathering)
{
    for (int i = 0; i < gathering->count; i++) {
        struct future *child = &gathering->children[i].task->future;
        future_remove_done_callback(child, &gathering->children[i].on_done);
        future_mark_retrieved(child);
    }
}

int gather(struct task *const tasks[], int count, int results[], unsigned flags)
{
    if (count == 0)
        return 0;
    struct gathering *gathering = gathering_new(tasks, count, flags);
    if (!gathering)
        return -ENOMEM;
    watch_children(gathering);
    int rc = await(&gathering->future);
    unwatch_children(gathering);
    for (int i = 0; i < count && results; i++)
        results[i] = task_is_done(tasks[i]) ? task_result(tasks[i]) : -EINPROGRESS;
    free(gathering);
    return rc;
}
