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

/* A time that has passed is told on the next pass, before any timer. So is the lack of memory for
 * a timer: a scope that ends too early is on the safe side. */
static int arm(struct timeout_scope *scope, int64_t when_ns)
{
    struct loop *loop = scope->task->future.loop;
    loop_cancel_timer(loop, &scope->timer);
    scope->when_ns = when_ns;
    if (when_ns < 0)
        return 0;
    bool passed = when_ns <= loop_time(loop);
    int rc = passed ? 0 : loop_call_at(loop, &scope->timer, when_ns);
    if (passed || rc < 0)
        loop_call_soon(loop, &scope->timer.callback);
    return rc;
}

void timeout_begin_at(struct timeout_scope *scope, int64_t when_ns)
{
    struct task *task = task_current();
    *scope = (struct timeout_scope){.task = task, .cancelling_before = task_cancelling(task)};
    timer_init(&scope->timer, on_timeout, scope);
    (void)arm(scope, when_ns); /* no memory: it is over at once */
}

void timeout_begin(struct timeout_scope *scope, int64_t delay_ns)
{
    int64_t when = -1, now = loop_time(co_loop());
    if (delay_ns >= 0 && __builtin_add_overflow(now, delay_ns, &when))
        when = -1;
    timeout_begin_at(scope, when);
}

int timeout_reschedule(struct timeout_scope *scope, int64_t when_ns)
{
    if (scope->expired || scope->ended)
        return -EALREADY;
    return arm(scope, when_ns);
}

int64_t timeout_when(const struct timeout_scope *scope)
{
    return scope->when_ns;
}

bool timeout_expired(const struct timeout_scope *scope)
{
    return scope->expired;
}

int timeout_end(struct timeout_scope *scope, int result)
{
    loop_cancel_timer(scope->task->future.loop, &scope->timer);
    scope->ended = true;
    if (!scope->expired)
        return result;
    /* Ours is taken back. If more cancels are left than there were, somebody else wants an end. */
    bool only_ours = task_uncancel(scope->task) <= scope->cancelling_before;
    return only_ours && result == -ECANCELED ? -ETIMEDOUT : result;
}
