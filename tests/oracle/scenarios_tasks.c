/* scenarios_tasks.c - tasks alone: turns, cancels, and their place among timers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "suites.h"

static int three_turns(void *arg)
{
    int n = (intptr_t)arg;
    int rc;
    p("w %d a", n);
    if ((rc = co_sleep(0)) < 0)
        return rc;
    p("w %d b", n);
    if ((rc = co_sleep(0)) < 0)
        return rc;
    p("w %d c", n);
    return n;
}

int s1(void)
{
    struct task *t[] = {spawn(three_turns, 0), spawn(three_turns, 1), spawn(three_turns, 2)};
    p("spawned");
    int rc = gather(t, 3, NULL, 0);
    p("done");
    unref_tasks(t, 3);
    return rc;
}

static int never(void *arg)
{
    (void)arg;
    p("BUG ran");
    return 0;
}

int s11(void)
{
    struct task *t = spawn(never, 0);
    task_cancel(t);
    p("%s", rc_text(await_task(t)));
    p("cancelled %d", task_is_cancelled(t));
    task_unref(t);
    return 0;
}

static int cleans_up_slowly(void *arg)
{
    (void)arg;
    int rc = co_sleep(NS_PER_S);
    if (rc == -ECANCELED) {
        p("cleanup 1");
        int slept = co_sleep(NS_PER_MS);
        if (slept < 0)
            return slept;
        p("cleanup 2");
    }
    return rc;
}

int s12(void)
{
    struct task *t = spawn(cleans_up_slowly, 0);
    yield_times(1);
    task_cancel(t);
    p("%s", rc_text(task_join(t)));
    return 0;
}

static int inner(void *arg)
{
    (void)arg;
    int rc = co_sleep(NS_PER_S);
    if (rc == -ECANCELED)
        p("inner cancelled");
    return rc;
}

static int outer(void *arg)
{
    struct task *awaited = arg;
    return await_task(awaited);
}

int s17(void)
{
    struct task *i = spawn(inner, 0);
    struct task *t = spawn(outer, (intptr_t)i);
    yield_times(2);
    task_cancel(t);
    p("%s", rc_text(task_join(t)));
    p("inner %d", task_is_cancelled(i));
    task_unref(i);
    return 0;
}

static int counts_cancels(void *arg)
{
    (void)arg;
    int n = 0;
    for (int i = 0; i < 3; i++) {
        if (co_sleep(NS_PER_MS) == -ECANCELED)
            n++;
    }
    return n;
}

int s18(void)
{
    struct task *t = spawn(counts_cancels, 0);
    yield_times(1);
    task_cancel(t);
    task_cancel(t);
    p("cancelling %d", task_cancelling(t));
    p("%s", rc_text(task_join(t)));
    return 0;
}

static char order[32];

static void append(void *arg)
{
    const char *what = arg;
    snprintf(order + strlen(order), sizeof order - strlen(order), " %s", what);
}

int s20(void)
{
    const char *names[] = {"0", "1", "2", "3", "4"};
    struct timer timers[5];
    struct callback soon;
    int64_t when = loop_time(co_loop()) + 2 * NS_PER_MS;

    order[0] = '\0';
    for (int i = 0; i < 5; i++) {
        timer_init(&timers[i], append, (void *)names[i]);
        CHECK_RC(loop_call_at(co_loop(), &timers[i], when));
    }
    callback_init(&soon, append, "s");
    loop_call_soon(co_loop(), &soon);
    int rc = co_sleep(5 * NS_PER_MS);
    p("%s", order + strlen(" s ")); /* all but the first */
    return rc;
}

static void raise_flag(void *arg)
{
    bool *flag = arg;
    *flag = true;
}

int s21(void)
{
    bool flag = false;
    struct timer timer;
    timer_init(&timer, raise_flag, &flag);
    CHECK_RC(loop_call_later(co_loop(), &timer, 2 * NS_PER_MS));
    while (!flag)
        yield_times(1);
    p("not starved");
    return 0;
}
