/* scenarios_shield.c - shield and as_completed: what shields.py plays on asyncio. */
#include <errno.h>

#include "as_completed.h"
#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "shield.h"
#include "suites.h"
#include "timeout.h"

static int shields(void *arg)
{
    return shield(arg);
}

int shield_cancelled_waiter(void)
{
    struct task *inner = spawn_nap("inner", 4);
    struct task *t = spawn(shields, (intptr_t)inner);
    cancel_in_ms(2, t);
    int rc = task_join(t);
    p("%s %d", rc_text(rc), task_is_done(inner));
    p("%s", rc_text(task_join(inner)));
    return 0;
}

static void cancel_task(void *task)
{
    task_cancel(task);
}

static void print(void *text)
{
    p("%s", (const char *)text);
}

int shield_results(void)
{
    struct task *a = spawn_nap("a", 1);
    p("%s", rc_text(shield(a)));
    struct task *b = spawn_nap("b", 1, .error = -EIO);
    p("%s", rc_text(shield(b)));

    struct task *c = spawn_nap("c", 9);
    struct timer timer;
    timer_init(&timer, cancel_task, c);
    CHECK_RC(loop_call_later(co_loop(), &timer, 2 * NS_PER_MS));
    p("%s", rc_text(shield(c)));
    p("cancelling %d", task_cancelling(task_current()));

    struct task *d = spawn_nap("d", 1);
    CHECK_RC(wait_tasks(&d, 1, WAIT_ALL_COMPLETED, -1));
    struct callback soon;
    callback_init(&soon, print, "next pass");
    loop_call_soon(co_loop(), &soon);
    p("%s", rc_text(shield(d)));
    yield_times(1);
    unref_tasks((struct task *[]){a, b, c, d}, 4);
    return 0;
}

int shield_in_timeout(void)
{
    struct task *inner = spawn_nap("inner", 4);
    struct timeout_scope scope;
    timeout_begin(&scope, 2 * NS_PER_MS);
    p("%s", rc_text(timeout_end(&scope, shield(inner))));
    p("done %d", task_is_done(inner));
    p("%s", rc_text(task_join(inner)));
    return 0;
}

static int shields_and_says(void *arg)
{
    int rc = shield(arg);
    p("shield");
    return rc;
}

static int awaits_and_says(void *arg)
{
    struct task *inner = arg;
    int rc = await_task(inner);
    p("await");
    return rc;
}

int shield_turns(void)
{
    struct task *inner = spawn_nap("inner", 2);
    struct task *t[] = {inner, spawn(shields_and_says, (intptr_t)inner),
                        spawn(awaits_and_says, (intptr_t)inner)};
    int rc = gather(t, 3, NULL, 0);
    unref_tasks(t, 3);
    return rc;
}

/* ---- as_completed -------------------------------------------------------------------------- */

/* Prints the results as they come, and gives the last answer of as_completed_next. A plain
 * `for` in Python goes on after a timeout, which it gets for each of those that are left. */
static int print_as_completed(struct task *const tasks[], int count, int64_t timeout_ns)
{
    struct as_completed it;
    struct task *task;
    int rc = as_completed_begin(&it, tasks, count, timeout_ns);
    while (rc >= 0 && (rc = as_completed_next(&it, &task)) > 0)
        p("%s", rc_text(task_result(task)));
    for (int i = 0; i < it.left && rc == -ETIMEDOUT; i++)
        p("%s", rc_text(as_completed_next(&it, &task)));
    as_completed_end(&it);
    return rc;
}

int as_completed_order(void)
{
    struct nap naps[] = {
        {.name = "a", .ms = 6}, {.name = "b", .ms = 2}, {.name = "c", .ms = 4, .error = -EIO}};
    struct task *t[3];
    for (int i = 0; i < 3; i++)
        t[i] = spawn(nap, (intptr_t)&naps[i]);
    int rc = print_as_completed(t, 3, -1);
    p("after");
    unref_tasks(t, 3);
    return rc;
}

int as_completed_timeout(void)
{
    struct nap naps[] = {{.name = "a", .ms = 2}, {.name = "b", .ms = 8}, {.name = "c", .ms = 6}};
    struct task *t[3];
    for (int i = 0; i < 3; i++)
        t[i] = spawn(nap, (intptr_t)&naps[i]);
    int rc = print_as_completed(t, 3, 4 * NS_PER_MS);
    p("%d %d %d", task_is_done(t[0]), task_is_done(t[1]), task_is_done(t[2]));
    rc = rc == -ETIMEDOUT ? gather(t, 3, NULL, 0) : rc;
    unref_tasks(t, 3);
    return rc;
}

int as_completed_race(void)
{
    struct task *a = spawn_nap("a", 2), *task;
    struct as_completed it;
    yield_times(1);
    int rc = as_completed_begin(&it, &a, 1, 2 * NS_PER_MS);
    if (rc == 0)
        rc = as_completed_next(&it, &task);
    p("%s %d", rc_text(rc), task_is_done(a));
    as_completed_end(&it);
    sleep_ms(1);
    task_unref(a);
    return 0;
}

int as_completed_none(void)
{
    int rc = print_as_completed(NULL, 0, -1);
    p("after");
    return rc;
}

static int loops(void *arg)
{
    struct task *task = arg;
    return print_as_completed(&task, 1, -1);
}

int as_completed_cancelled(void)
{
    struct task *a = spawn_nap("a", 4);
    struct task *t = spawn(loops, (intptr_t)a);
    cancel_in_ms(2, t);
    int rc = task_join(t);
    p("%s %d", rc_text(rc), task_is_done(a));
    p("%s", rc_text(task_join(a)));
    return 0;
}
