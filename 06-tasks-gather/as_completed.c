/* as_completed.c - a callback on each task puts it into a queue, from which the iterator takes. */
#include "as_completed.h"

#include <errno.h>
#include <stdlib.h>

#include "task_internal.h"

struct as_completed_item {
    struct as_completed *it;
    struct task *task;
    struct future_callback on_done;
    STAILQ_ENTRY(as_completed_item) link;
};

static void wake(struct as_completed *it)
{
    if (it->waiter)
        future_set_result(it->waiter, 0); /* -EALREADY: it is awake */
}

static void on_task_done(void *arg)
{
    struct as_completed_item *item = arg;
    STAILQ_INSERT_TAIL(&item->it->ended, item, link);
    wake(item->it);
}

static void unwatch(struct as_completed *it)
{
    for (int i = 0; i < it->count; i++)
        future_remove_done_callback(&it->items[i].task->future, &it->items[i].on_done);
}

static void on_time_over(void *arg)
{
    struct as_completed *it = arg;
    it->timed_out = true;
    unwatch(it);
    wake(it);
}

static void watch(struct as_completed *it, struct task *const tasks[])
{
    for (int i = 0; i < it->count; i++) {
        struct as_completed_item *item = &it->items[i];
        item->it = it;
        item->task = tasks[i];
        callback_init(&item->on_done.callback, on_task_done, item);
        future_add_awaiter(&tasks[i]->future, &item->on_done, co_current());
    }
}

int as_completed_begin(struct as_completed *it, struct task *const tasks[], int count,
                       int64_t timeout_ns)
{
    *it = (struct as_completed){.loop = co_loop()};
    STAILQ_INIT(&it->ended);
    timer_init(&it->timer, on_time_over, it);
    if (count == 0)
        return 0;
    it->items = calloc((size_t)count, sizeof *it->items);
    if (!it->items)
        return -ENOMEM;
    it->count = it->left = count;
    watch(it, tasks);
    return timeout_ns < 0 ? 0 : loop_call_later(it->loop, &it->timer, timeout_ns);
}

static int wait_for_one(struct as_completed *it)
{
    struct future more;
    future_init(&more, it->loop);
    more.what = "as_completed_next";
    it->waiter = &more;
    int rc = await(&more);
    it->waiter = NULL;
    return rc;
}

int as_completed_next(struct as_completed *it, struct task **task)
{
    if (it->left == 0)
        return 0;
    while (STAILQ_EMPTY(&it->ended)) {
        if (it->timed_out)
            return -ETIMEDOUT;
        int rc = wait_for_one(it);
        if (rc < 0)
            return rc;
    }
    struct as_completed_item *item = STAILQ_FIRST(&it->ended);
    STAILQ_REMOVE_HEAD(&it->ended, link);
    if (--it->left == 0)
        loop_cancel_timer(it->loop, &it->timer);
    *task = item->task;
    return 1;
}

void as_completed_end(struct as_completed *it)
{
    loop_cancel_timer(it->loop, &it->timer);
    unwatch(it);
    free(it->items);
    *it = (struct as_completed){.loop = it->loop};
}
