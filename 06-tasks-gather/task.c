/* task.c - a future whose result comes from a coroutine, and cancel, which is most of the work. */
#include "task.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task_internal.h"

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
    task_list_end(task);
    task_unref(task); /* the reference that it held to itself */
}

static bool cancel_future_of_task(struct future *future)
{
    return task_cancel((struct task *)future);
}

static void destroy(struct future *future)
{
    struct task *task = (struct task *)future;
    future_tell_if_unretrieved(future, task->name, "the task's error was never retrieved");
    task_list_free(task);
    free(task);
}

static void set_name(struct task *task, const char *name)
{
    static _Atomic unsigned long unnamed; /* of all threads */
    if (name)
        strncpy(task->name, name, sizeof task->name - 1);
    else
        snprintf(task->name, sizeof task->name, "Task-%lu", ++unnamed);
}

struct task *task_spawn_at(struct loop *loop, coro_fn *fn, void *arg, const char *name,
                           const char *place)
{
    struct task *task = calloc(1, sizeof *task);
    if (!task)
        return NULL;
    future_init(&task->future, loop);
    task->future.cancel = cancel_future_of_task;
    task->future.destroy = destroy;
    task->future.what = "a task";
    set_name(task, name);
    if (co_start_at(&task->co, loop, fn, arg, task->name, on_end, place) < 0) {
        free(task);
        return NULL;
    }
    future_ref(&task->future); /* one for the task itself, one for the caller */
    task_list_add(task);
    return task;
}

int task_join(struct task *task)
{
    if (task == task_current())
        return -EDEADLK;
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

const char *task_name(const struct task *task)
{
    return task->name;
}

void task_set_name(struct task *task, const char *name)
{
    set_name(task, name);
    if (task->co.coro)
        coro_set_name(task->co.coro, task->name);
}

bool task_is_done(const struct task *task)
{
    return future_is_done(&task->future);
}

bool task_is_cancelled(const struct task *task)
{
    return future_is_cancelled(&task->future);
}

int task_result(struct task *task)
{
    return future_result(&task->future);
}

/* ---- Cancel -------------------------------------------------------------------------------- */

bool task_cancel(struct task *task)
{
    if (task_is_done(task))
        return false;
    if (await_closes_circle(&task->co))
        return true; /* by the call that is under way: it was one request */
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
