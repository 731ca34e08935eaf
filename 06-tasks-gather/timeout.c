/* timeout.c - a timer that cancels the task it belongs to, and the count that tells whose cancel it
 * was: asyncio's timeouts.py. */
#include "timeout.h"

#include <errno.h>

static void on_timeout(void *arg)
{
    struct timeout_scope *scope = arg;
    task_cancel(scope->task);
    scope->expired = true;
}

void timeout_begin(struct timeout_scope *scope, int64_t delay_ns)
{
    struct task *task = task_current();
    *scope = (struct timeout_scope){.task = task, .cancelling_before = task_cancelling(task)};
    timer_init(&scope->timer, on_timeout, scope);
    struct loop *loop = task->future.loop;
    /* No memory for the timer: the scope is over before it began, which is on the safe side. */
    if (delay_ns == 0 || (delay_ns > 0 && loop_call_later(loop, &scope->timer, delay_ns) < 0))
        loop_call_soon(loop, &scope->timer.callback);
}

int timeout_end(struct timeout_scope *scope, int result)
{
    loop_cancel_timer(scope->task->future.loop, &scope->timer);
    if (!scope->expired)
        return result;
    /* Ours is taken back. If more cancels are left than there were, somebody else wants an end. */
    bool only_ours = task_uncancel(scope->task) <= scope->cancelling_before;
    return only_ours && result == -ECANCELED ? -ETIMEDOUT : result;
}
