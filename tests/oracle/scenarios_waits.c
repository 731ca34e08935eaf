/* scenarios_waits.c - wait_for, wait_tasks and gather in every race: what times.py plays. */
#include <errno.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "suites.h"
#include "timeout.h"

/* wait_for that keeps the reference, so that one can look at the task afterwards. */
static int keep_and_wait_for(struct task *task, int64_t timeout_ns)
{
    future_ref(&task->future);
    return wait_for(task, timeout_ns);
}

int wait_for_waits(void)
{
    struct task *t = spawn_nap("a", 9, .cleanup_ms = 3);
    int rc = keep_and_wait_for(t, 2 * NS_PER_MS);
    p("%s %d %d", rc_text(rc), task_is_cancelled(t), task_cancelling(task_current()));
    task_unref(t);
    return 0;
}

int wait_for_child_error(void)
{
    struct task *a = spawn_nap("a", 1, .error = -EIO);
    p("%s", rc_text(wait_for(a, 9 * NS_PER_MS)));
    struct task *b = spawn_nap("b", 9, .cleanup_error = -EPIPE);
    p("%s", rc_text(wait_for(b, 2 * NS_PER_MS)));
    return 0;
}

int wait_for_no_time(void)
{
    struct task *t = spawn_nap("a", 1);
    int rc = keep_and_wait_for(t, 0);
    p("%s %d", rc_text(rc), task_is_cancelled(t));
    task_unref(t);
    t = spawn_nap("b", 1);
    CHECK_RC(wait_tasks(&t, 1, WAIT_ALL_COMPLETED, -1));
    p("%s", rc_text(wait_for(t, 0)));
    return 0;
}

struct limited {
    struct task *task;
    int64_t timeout_ns;
};

static int waits_limited(void *arg)
{
    struct limited *limited = arg;
    return keep_and_wait_for(limited->task, limited->timeout_ns);
}

int wait_for_cancelled(void)
{
    struct task *t = spawn_nap("a", 9, .cleanup_ms = 1);
    struct task *w = spawn(waits_limited, (intptr_t) & (struct limited){t, 20 * NS_PER_MS});
    cancel_in_ms(2, w);
    int rc = await_task(w);
    p("%s %d %d", rc_text(rc), task_is_cancelled(t), task_is_cancelled(w));
    unref_tasks((struct task *[]){t, w}, 2);
    return 0;
}

int wait_for_cancelled_late(void)
{
    struct task *t = spawn_nap("a", 9, .cleanup_ms = 4);
    struct task *w = spawn(waits_limited, (intptr_t) & (struct limited){t, 2 * NS_PER_MS});
    cancel_in_ms(4, w);
    int rc = await_task(w);
    p("%s %d %d %d", rc_text(rc), task_is_cancelled(t), task_is_cancelled(w), task_cancelling(w));
    unref_tasks((struct task *[]){t, w}, 2);
    return 0;
}

static int waits(void *future)
{
    return await(future);
}

static void set_six(void *future)
{
    CHECK_RC(future_set_result(future, 6));
}

/* At 2 ms and half a microsecond, so that the one comes in the pass that follows the other's. */
static void call_at_2_ms(struct timer *timer, callback_fn *fn, struct future *f, int64_t more_ns)
{
    timer_init(timer, fn, f);
    CHECK_RC(loop_call_later(co_loop(), timer, 2 * NS_PER_MS + more_ns));
}

static int after_the_race(void)
{
    p("%d", task_cancelling(task_current()));
    sleep_ms(1);
    return 0;
}

int wait_for_race_value(void)
{
    struct timer timer;
    struct future f;
    struct timeout_scope scope;
    future_init(&f, co_loop());
    call_at_2_ms(&timer, set_six, &f, 0);
    timeout_begin(&scope, 2 * NS_PER_MS + 500);
    p("%s", rc_text(timeout_end(&scope, await(&f))));
    return after_the_race();
}

int wait_for_race_task(void)
{
    struct timer timer;
    struct future f;
    future_init(&f, co_loop());
    struct task *t = spawn(waits, (intptr_t)&f);
    call_at_2_ms(&timer, set_six, &f, 0);
    int rc = keep_and_wait_for(t, 2 * NS_PER_MS + 500);
    p("%s %d", rc_text(rc), task_result(t));
    task_unref(t);
    return after_the_race();
}

static void look(void *future)
{
    p(future_is_cancelled(future) ? "set" : "BUG");
}

int wait_for_race_time(void)
{
    struct timer timer;
    struct future f;
    future_init(&f, co_loop());
    struct task *t = spawn(waits, (intptr_t)&f);
    call_at_2_ms(&timer, look, &f, 500);
    p("%s", rc_text(wait_for(t, 2 * NS_PER_MS)));
    return after_the_race();
}

static void cancel_task(void *task)
{
    task_cancel(task);
}

int wait_until_error(void)
{
    struct task *t[] = {spawn_nap("a", 9), spawn_nap("b", 4, .error = -EIO), spawn_nap("c", 6)};
    struct timer timer;
    timer_init(&timer, cancel_task, t[0]);
    CHECK_RC(loop_call_later(co_loop(), &timer, 2 * NS_PER_MS));
    int done = wait_tasks(t, 3, WAIT_FIRST_ERROR, -1);
    p("%d %d %d %d", done, task_is_done(t[0]), task_is_done(t[1]), task_is_done(t[2]));
    int c = await_task(t[2]), b = await_task(t[1]);
    p("%s %s", rc_text(c), rc_text(b));
    unref_tasks(t, 3);
    return 0;
}

static int waits_for_one(void *arg)
{
    struct task *task = arg;
    return wait_tasks(&task, 1, WAIT_ALL_COMPLETED, -1);
}

int wait_cancelled(void)
{
    struct task *t = spawn_nap("a", 4);
    struct task *w = spawn(waits_for_one, (intptr_t)t);
    cancel_in_ms(2, w);
    int rc = task_join(w);
    p("%s %d", rc_text(rc), task_is_done(t));
    p("%s", rc_text(task_join(t)));
    return 0;
}

static void print(void *text)
{
    p("%s", (const char *)text);
}

int wait_of_done(void)
{
    struct task *t = spawn_nap("a", 1);
    struct callback queued;
    CHECK_RC(wait_tasks(&t, 1, WAIT_ALL_COMPLETED, -1));
    callback_init(&queued, print, "queued");
    loop_call_soon(co_loop(), &queued);
    int done = wait_tasks(&t, 1, WAIT_ALL_COMPLETED, -1);
    p("%d %d", done, 1 - done);
    task_unref(t);
    return 0;
}

int gather_of_done(void)
{
    struct task *t = spawn_nap("a", 1);
    struct callback queued;
    int result;
    CHECK_RC(wait_tasks(&t, 1, WAIT_ALL_COMPLETED, -1));
    callback_init(&queued, print, "queued");
    loop_call_soon(co_loop(), &queued);
    CHECK_RC(gather(&t, 1, &result, 0));
    p("%d", result);
    yield_times(1);
    task_unref(t);
    return 0;
}

static int gathers_then_sleeps(void *tasks)
{
    p("%s", rc_text(gather(tasks, 2, NULL, 0)));
    p("%s", rc_text(co_sleep(9 * NS_PER_MS)));
    return 0;
}

int gather_error_then_cancel(void)
{
    struct task *children[] = {spawn_nap("a", 2, .error = -EIO), spawn_nap("b", 6)};
    struct task *t = spawn(gathers_then_sleeps, (intptr_t)children);
    cancel_in_ms(3, t);
    CHECK_RC(task_join(t));
    p("%s", rc_text(await_task(children[1])));
    unref_tasks(children, 2);
    return 0;
}
