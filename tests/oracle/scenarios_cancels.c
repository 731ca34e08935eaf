/* scenarios_cancels.c - cancels in every moment: what cancels.py plays on asyncio. */
#include <errno.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "suites.h"

int cancel_in_cleanup(void)
{
    struct task *t = spawn_nap("a", 9, .cleanup_ms = 9);
    cancel_in_ms(2, t);
    sleep_ms(2);
    p("again %d", task_cancel(t));
    int rc = await_task(t);
    p("%s %d", rc_text(rc), task_cancelling(t));
    task_unref(t);
    return 0;
}

int cancel_done(void)
{
    struct task *t = spawn_nap("a", 1);
    CHECK_RC(wait_tasks(&t, 1, WAIT_ALL_COMPLETED, -1));
    bool cancelled = task_cancel(t);
    p("%d %d %d", cancelled, task_cancelling(t), task_is_cancelled(t));
    p("%s", rc_text(task_join(t)));
    return 0;
}

static int swallows(void *arg)
{
    (void)arg;
    if (co_sleep(9 * NS_PER_MS) == -ECANCELED)
        p("swallowed %d", task_cancelling(task_current()));
    sleep_ms(1);
    return 7;
}

int cancel_swallowed(void)
{
    struct task *t = spawn(swallows, 0);
    cancel_in_ms(2, t);
    int rc = await_task(t);
    p("%s %d %d", rc_text(rc), task_is_cancelled(t), task_cancelling(t));
    task_unref(t);
    return 0;
}

int cancel_error_in_cleanup(void)
{
    struct task *t = spawn_nap("a", 9, .cleanup_error = -EPIPE);
    cancel_in_ms(2, t);
    int rc = await_task(t);
    p("%s %d", rc_text(rc), task_is_cancelled(t));
    task_unref(t);
    return 0;
}

static int cancels_itself(void *arg)
{
    (void)arg;
    p("cancel %d", task_cancel(task_current()));
    p("still here");
    p("%s", rc_text(co_sleep(NS_PER_MS)));
    p("%s", rc_text(co_sleep(NS_PER_MS)));
    return 3;
}

int cancel_self(void)
{
    p("%s", rc_text(task_join(spawn(cancels_itself, 0))));
    return 0;
}

static int cancels_itself_and_returns(void *arg)
{
    task_cancel(task_current());
    return (intptr_t)arg;
}

int cancel_self_and_return(void)
{
    int returned = task_join(spawn(cancels_itself_and_returns, 3));
    int failed = task_join(spawn(cancels_itself_and_returns, -EIO));
    p("%s %s", rc_text(returned), rc_text(failed));
    return 0;
}

static int yields(void *arg)
{
    (void)arg;
    p("%s", rc_text(co_yield()));
    p("%s", rc_text(co_yield()));
    return 0;
}

int cancel_of_a_yield(void)
{
    struct task *t = spawn(yields, 0);
    yield_times(1);
    task_cancel(t);
    return task_join(t);
}

static int waits_twice(void *future)
{
    p("waited %s", rc_text(await(future)));
    p("then %s", rc_text(co_sleep(NS_PER_MS)));
    return 0;
}

int cancel_beats_completion(void)
{
    struct future f;
    future_init(&f, co_loop());
    struct task *t = spawn(waits_twice, (intptr_t)&f);
    yield_times(1);
    CHECK_RC(future_set_result(&f, 5));
    p("%d", task_cancel(t));
    int rc = task_join(t);
    p("future %d", future_result(&f));
    return rc;
}

static void cancel_and_say(void *task)
{
    p("cancel %d", task_cancel(task));
}

int cancel_of_a_task_in_turn(void)
{
    struct task *inner = spawn_nap("inner", 2);
    struct task *t = spawn(waits_twice, (intptr_t)&inner->future);
    struct future_callback on_done;
    callback_init(&on_done.callback, cancel_and_say, t);
    future_add_done_callback(&inner->future, &on_done);
    int rc = task_join(t);
    p("%d %d", task_is_cancelled(inner), task_result(inner));
    task_unref(inner);
    return rc;
}

struct link {
    const char *name;
    struct task *awaited;
};

static int waits_and_is_told(void *arg)
{
    struct link *link = arg;
    int rc = await_task(link->awaited);
    p("%s is told", link->name);
    return rc;
}

int cancel_chain(void)
{
    struct task *c = spawn_nap("c", 9, .cleanup_ms = 1);
    struct task *b = spawn(waits_and_is_told, (intptr_t) & (struct link){"b", c});
    struct task *a = spawn(waits_and_is_told, (intptr_t) & (struct link){"a", b});
    cancel_in_ms(2, a);
    int rc = await_task(a);
    p("%s %d %d %d %d", rc_text(rc), task_is_cancelled(a), task_is_cancelled(b),
      task_is_cancelled(c), task_cancelling(b));
    unref_tasks((struct task *[]){a, b, c}, 3);
    return 0;
}

static int answers(void *arg)
{
    int n = (intptr_t)arg;
    int rc = co_sleep(9 * NS_PER_MS);
    return rc == -ECANCELED ? n : rc;
}

static int joins(void *task)
{
    return task_join(task);
}

int cancel_chain_swallowed(void)
{
    struct task *a = spawn(joins, (intptr_t)spawn(answers, 4));
    cancel_in_ms(2, a);
    int rc = await_task(a);
    p("%s %d %d", rc_text(rc), task_is_cancelled(a), task_cancelling(a));
    task_unref(a);
    return 0;
}

static int answers_and_says(void *arg)
{
    int rc = answers(arg);
    p("%d answers", rc);
    return rc;
}

static int gathers(void *tasks)
{
    return gather(tasks, 2, NULL, 0);
}

int cancel_gather_swallowed(void)
{
    struct task *children[] = {spawn(answers_and_says, 1), spawn(answers_and_says, 2)};
    struct task *t = spawn(gathers, (intptr_t)children);
    cancel_in_ms(2, t);
    p("%s", rc_text(task_join(t)));
    unref_tasks(children, 2);
    return 0;
}

int cancel_gather_of_done(void)
{
    struct task *children[] = {spawn_nap("a", 2), spawn_nap("b", 3)};
    struct task *t = spawn(gathers, (intptr_t)children);
    struct future_callback on_done;
    callback_init(&on_done.callback, cancel_and_say, t);
    future_add_done_callback(&children[1]->future, &on_done);
    int rc = task_join(t);
    p("%s %d %d", rc_text(rc), task_result(children[0]), task_result(children[1]));
    unref_tasks(children, 2);
    return 0;
}

int uncancel_counts(void)
{
    struct task *t = spawn_nap("a", 9);
    sleep_ms(2);
    p("%d", task_uncancel(t));
    task_cancel(t);
    task_cancel(t);
    int counts[4] = {task_cancelling(t)};
    for (int i = 1; i < 4; i++)
        counts[i] = task_uncancel(t);
    p("%d %d %d %d", counts[0], counts[1], counts[2], counts[3]);
    p("%s", rc_text(task_join(t)));
    return 0;
}

static int thinks_again(void *arg)
{
    (void)arg;
    struct task *self = task_current();
    task_cancel(self);
    task_uncancel(self);
    p("%s", rc_text(co_sleep(NS_PER_MS)));
    task_cancel(self);
    task_cancel(self);
    task_uncancel(self);
    p("%s", rc_text(co_sleep(NS_PER_MS)));
    return 0;
}

int uncancel_before_delivery(void)
{
    return task_join(spawn(thinks_again, 0));
}
