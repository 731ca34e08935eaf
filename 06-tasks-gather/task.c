/* task.c - a future whose result comes from a coroutine, and cancel, which is most of the work. */
#include "task.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "task_internal.h"

/* All tasks of this thread that are not done, the oldest first. */
static _Thread_local struct task *first_task, *last_task;

static void link_task(struct task *task)
{
    task->next = NULL;
    task->prev = last_task;
    if (last_task)
        last_task->next = task;
    else
        first_task = task;
    last_task = task;
}

static void unlink_task(struct task *task)
{
    if (task->next)
        task->next->prev = task->prev;
    else
        last_task = task->prev;
    if (task->prev)
        task->prev->next = task->next;
    else
        first_task = task->next;
}

struct task *task_first(const struct loop *loop, const struct task *but)
{
    for (struct task *task = first_task; task; task = task->next)
        if (task->future.loop == loop && task != but)
            return task;
    return NULL;
}

void task_cancel_all(const struct loop *loop, const struct task *but)
{
    for (struct task *task = first_task; task; task = task->next)
        if (task->future.loop == loop && task != but)
            task_cancel(task);
}

int task_count(const struct loop *loop)
{
    int count = 0;
    for (const struct task *task = first_task; task; task = task->next)
        count += task->future.loop == loop;
    return count;
}

/* ---- Life ---------------------------------------------------------------------------------- */

static struct task *task_of_co(struct co *co)
{
    return (struct task *)((char *)co - offsetof(struct task, co));
}

/* The coroutine has returned. A cancel that came too late to be delivered counts all the same: its
 * sender was told that the task would end as cancelled. */
static void on_end(struct co *co, int result)
{
    struct task *task = task_of_co(co);
    if (result == -ECANCELED || (result >= 0 && co->must_cancel))
        future_set_cancelled(&task->future);
    else
        future_set_result(&task->future, result);
    unlink_task(task);
    task_unref(task); /* the reference that it held to itself */
}

static bool cancel_future_of_task(struct future *future)
{
    return task_cancel((struct task *)future);
}

static void destroy(struct future *future)
{
    free((struct task *)future);
}

struct task *task_spawn(struct loop *loop, coro_fn *fn, void *arg, const char *name)
{
    struct task *task = calloc(1, sizeof *task);
    if (!task)
        return NULL;
    future_init(&task->future, loop);
    task->future.cancel = cancel_future_of_task;
    task->future.destroy = destroy;
    snprintf(task->name, sizeof task->name, "%s", name);
    if (co_start(&task->co, loop, fn, arg, task->name, on_end) < 0) {
        free(task);
        return NULL;
    }
    future_ref(&task->future); /* one for the task itself, one for the caller */
    link_task(task);
    return task;
}

int task_join(struct task *task)
{
    int rc = await(&task->future);
    task_unref(task);
    return rc;
}

void task_unref(struct task *task)
{
    if (task)
        future_unref(&task->future);
}

void task_detach(struct task *task)
{
    task_unref(task);
}

struct task *task_current(void)
{
    struct co *co = co_current();
    return co && co->on_end == on_end ? task_of_co(co) : NULL;
}

bool task_is_done(const struct task *task)
{
    return future_is_done(&task->future);
}

bool task_is_cancelled(const struct task *task)
{
    return future_is_cancelled(&task->future);
}

int task_result(const struct task *task)
{
    return future_result(&task->future);
}

/* ---- Cancel -------------------------------------------------------------------------------- */

bool task_cancel(struct task *task)
{
    if (task_is_done(task))
        return false;
    task->cancel_requests++;
    co_cancel(&task->co);
    return true;
}

int task_cancelling(const struct task *task)
{
    return task->cancel_requests;
}

int task_uncancel(struct task *task)
{
    if (task->cancel_requests > 0 && --task->cancel_requests == 0)
        task->co.must_cancel = false; /* the last request is taken back before it was delivered */
    return task->cancel_requests;
}
