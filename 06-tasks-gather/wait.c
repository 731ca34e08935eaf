/* wait.c - await some of many, or one for so long: asyncio's wait() and wait_for(). */
#include <errno.h>
#include <stdlib.h>

#include "gather.h"
#include "task_internal.h"
#include "timeout.h"

/* ---- wait_tasks ---------------------------------------------------------------------------- */

struct waiting;

struct waited {
    struct waiting *waiting;
    struct task *task;
    struct future_callback on_done;
};

struct waiting {
    struct future enough; /* what is awaited: not the tasks, which a cancel must not reach */
    struct timer timer;
    enum wait_until until;
    int left;
    int count;
    struct waited *tasks;
};

static void release(struct waiting *waiting)
{
    loop_cancel_timer(waiting->enough.loop, &waiting->timer);
    future_set_result(&waiting->enough, 0); /* -EALREADY: somebody was faster, and that is fine */
}

static void on_wait_over(void *arg)
{
    release(arg);
}

/* asyncio calls it FIRST_EXCEPTION; a cancelled task has not failed. */
static bool has_failed(struct task *task)
{
    return !task_is_cancelled(task) && task_result(task) < 0;
}

static void on_one_done(void *arg)
{
    struct waited *waited = arg;
    struct waiting *waiting = waited->waiting;
    waiting->left--;
    if (waiting->left == 0 || waiting->until == WAIT_FIRST_COMPLETED ||
        (waiting->until == WAIT_FIRST_ERROR && has_failed(waited->task)))
        release(waiting);
}

static void waiting_init(struct waiting *waiting, struct task *const tasks[], int count,
                         enum wait_until until, struct waited *room)
{
    *waiting = (struct waiting){.until = until, .left = count, .count = count, .tasks = room};
    future_init(&waiting->enough, co_loop());
    waiting->enough.what = "wait_tasks";
    timer_init(&waiting->timer, on_wait_over, waiting);
    for (int i = 0; i < count; i++) {
        room[i] = (struct waited){.waiting = waiting, .task = tasks[i]};
        callback_init(&room[i].on_done.callback, on_one_done, &room[i]);
    }
}

static int wait_until_enough(struct waiting *waiting, int64_t timeout_ns)
{
    int rc = 0;
    if (timeout_ns >= 0)
        rc = loop_call_later(waiting->enough.loop, &waiting->timer, timeout_ns);
    for (int i = 0; i < waiting->count; i++)
        future_add_awaiter(&waiting->tasks[i].task->future, &waiting->tasks[i].on_done,
                           co_current());
    if (rc == 0)
        rc = await(&waiting->enough);
    loop_cancel_timer(waiting->enough.loop, &waiting->timer);
    for (int i = 0; i < waiting->count; i++)
        future_remove_done_callback(&waiting->tasks[i].task->future, &waiting->tasks[i].on_done);
    return rc;
}

/* For one task no memory is needed: cancel_and_wait, below, must not do without the waiting. */
int wait_tasks(struct task *const tasks[], int count, enum wait_until until, int64_t timeout_ns)
{
    if (count == 0)
        return 0;
    struct waiting waiting;
    struct waited one, *room = count == 1 ? &one : calloc((size_t)count, sizeof *room);
    if (!room)
        return -ENOMEM;
    waiting_init(&waiting, tasks, count, until, room);
    int rc = wait_until_enough(&waiting, timeout_ns);
    if (room != &one)
        free(room);
    if (rc < 0)
        return rc;
    int done = 0;
    for (int i = 0; i < count; i++)
        done += task_is_done(tasks[i]);
    return done;
}

/* ---- wait_for ------------------------------------------------------------------------------ */

/* No time at all: cancel it, and wait until it has ended. wait_tasks, unlike await, can itself be
 * cancelled without asking the task again. */
static int cancel_and_wait(struct task *task)
{
    if (task_is_done(task))
        return task_result(task);
    task_cancel(task);
    int rc = wait_tasks(&task, 1, WAIT_ALL_COMPLETED, -1);
    if (rc < 0)
        return rc;
    return task_is_cancelled(task) ? -ETIMEDOUT : task_result(task);
}

int wait_for(struct task *task, int64_t timeout_ns)
{
    int rc;
    if (timeout_ns <= 0) {
        rc = cancel_and_wait(task);
    } else {
        struct timeout_scope scope;
        timeout_begin(&scope, timeout_ns);
        rc = timeout_end(&scope, await(&task->future));
    }
    task_unref(task);
    return rc;
}
