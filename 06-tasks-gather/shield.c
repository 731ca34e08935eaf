/* shield.c - a future of the waiter's own in front of the task: a cancel reaches that one only. */
#include "shield.h"

#include "task_internal.h"

struct shielding {
    struct future outer; /* what is awaited, and cancelled */
    struct task *inner;
    struct future_callback on_inner_done;
};

static void on_inner_done(void *arg)
{
    struct shielding *shielding = arg;
    if (task_is_cancelled(shielding->inner))
        future_set_cancelled(&shielding->outer);
    else
        future_set_result(&shielding->outer, task_result(shielding->inner));
}

int shield(struct task *task)
{
    if (task_is_done(task))
        return task_result(task);
    struct shielding shielding = {.inner = task};
    future_init(&shielding.outer, co_loop());
    shielding.outer.what = "shield";
    callback_init(&shielding.on_inner_done.callback, on_inner_done, &shielding);
    future_add_awaiter(&task->future, &shielding.on_inner_done, co_current());
    int rc = await(&shielding.outer);
    future_remove_done_callback(&task->future, &shielding.on_inner_done);
    if (task_is_done(task)) /* in the same pass as our cancel: asyncio sees it as asked for */
        future_mark_retrieved(&task->future);
    return rc;
}
