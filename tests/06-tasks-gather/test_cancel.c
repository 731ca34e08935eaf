/* test_cancel.c - what a cancel does to a task, as traces that CPython 3.13 leaves for the same in
 * Python. */
#include "clock.h"
#include "gather.h"
#include "scenario.h"

#define LONG (3600 * NS_PER_S)

static int return_number(void *arg)
{
    return (int)(intptr_t)arg;
}

static int a_done_task_is_not_cancelled(void *arg)
{
    (void)arg;
    struct task *task = spawn(return_number, (void *)4);
    let_others_run(1);
    bool cancelled = task_cancel(task);
    say("%d %d %d", cancelled, task_cancelling(task), task_result(task));
    task_unref(task);
    return 0;
}

/* ---- Through what is awaited --------------------------------------------------------------- */

struct link {
    const char *name;
    struct future *awaited;
};

static int await_link(void *arg)
{
    struct link *link = arg;
    int rc = await(link->awaited);
    say("%s %d", link->name, rc == -ECANCELED ? -1 : rc);
    return rc;
}

static int it_goes_to_the_innermost(void *arg)
{
    (void)arg;
    struct future future;
    future_init(&future, co_loop());
    struct link a = {"a", &future};
    struct task *task_a = spawn(await_link, &a);
    struct link b = {"b", &task_a->future};
    struct task *task_b = spawn(await_link, &b);
    let_others_run(2);
    task_cancel(task_b);
    say_end("b", task_b);
    say("%d %d", future_is_cancelled(&future), task_is_cancelled(task_a));
    task_unref(task_a);
    return 0;
}

static int swallow(void *arg)
{
    int rc = co_sleep(LONG);
    say("swallowed %d", rc == -ECANCELED);
    return (int)(intptr_t)arg;
}

static int one_that_swallows_it_keeps_it_from_the_waiter(void *arg)
{
    (void)arg;
    struct task *inner = spawn(swallow, (void *)9);
    struct link link = {"outer", &inner->future};
    struct task *outer = spawn(await_link, &link);
    let_others_run(2);
    task_cancel(outer);
    say("%d", task_cancelling(outer));
    say_end("outer", outer);
    task_unref(inner);
    return 0;
}

static int it_beats_completion(void *arg)
{
    (void)arg;
    struct future future;
    future_init(&future, co_loop());
    struct link link = {"it", &future};
    struct task *task = spawn(await_link, &link);
    let_others_run(1);
    future_set_result(&future, 1);
    say("%d", task_cancel(task));
    say_end("it", task);
    return 0;
}

/* ---- Once each, and taken back ------------------------------------------------------------- */

static int sleep_twice(void *arg)
{
    (void)arg;
    int first = co_sleep(LONG), second = co_sleep(LONG);
    say("%d %d", first == -ECANCELED, second == -ECANCELED);
    return second;
}

static int a_second_one_interrupts_the_cleaning_up(void *arg)
{
    (void)arg;
    struct task *task = spawn(sleep_twice, NULL);
    let_others_run(1);
    task_cancel(task);
    let_others_run(1);
    task_cancel(task);
    say("%d", task_cancelling(task));
    say_end("it", task);
    return 0;
}

static int uncancel_and_go_on(void *arg)
{
    (void)arg;
    if (co_sleep(LONG) == -ECANCELED)
        say("uncancel %d", task_uncancel(task_current()));
    int rc = co_yield();
    return rc < 0 ? rc : 2;
}

static int who_takes_it_back_goes_on(void *arg)
{
    (void)arg;
    struct task *task = spawn(uncancel_and_go_on, NULL);
    let_others_run(1);
    task_cancel(task);
    say("%d", task_cancelling(task));
    say_end("it", task);
    return 0;
}

static int cancel_and_uncancel_oneself(void *arg)
{
    (void)arg;
    task_cancel(task_current());
    say("uncancel %d", task_uncancel(task_current()));
    int rc = co_yield();
    return rc < 0 ? rc : 2;
}

static int taken_back_before_delivery_it_never_comes(void *arg)
{
    (void)arg;
    say_end("it", spawn(cancel_and_uncancel_oneself, NULL));
    return 0;
}

/* ---- At the very end ----------------------------------------------------------------------- */

static int cancel_oneself_and_return(void *arg)
{
    task_cancel(task_current());
    return (int)(intptr_t)arg;
}

static int too_late_to_be_delivered_it_still_counts(void *arg)
{
    (void)arg;
    struct task *task = spawn(cancel_oneself_and_return, (void *)2);
    let_others_run(1);
    say("%d", task_is_cancelled(task));
    say_end("it", task);
    return 0;
}

static int but_an_error_is_an_error(void *arg)
{
    (void)arg;
    struct task *task = spawn(cancel_oneself_and_return, (void *)-EIO);
    let_others_run(1);
    say("%d", task_is_cancelled(task));
    say_end("it", task);
    return 0;
}

static int returning_it_is_being_cancelled(void *arg)
{
    (void)arg;
    struct task *task = spawn(return_number, (void *)-ECANCELED);
    let_others_run(1);
    say("%d", task_is_cancelled(task));
    say_end("it", task);
    return 0;
}

/* A join whose caller is cancelled cancels the task, and stays until it has ended: the task's
 * argument may lie in the caller's frame. */
static int clean_up_slowly(void *arg)
{
    (void)arg;
    int rc = co_sleep(LONG), cleaned = co_sleep(NS_PER_MS);
    say("cleaned %d", cleaned);
    return rc;
}

static int join_child(void *arg)
{
    (void)arg;
    struct task *child = spawn(clean_up_slowly, NULL);
    int rc = task_join(child);
    say("joined %d", rc == -ECANCELED);
    return rc;
}

static int a_join_waits_for_the_end_all_the_same(void *arg)
{
    (void)arg;
    struct task *parent = spawn(join_child, NULL);
    let_others_run(2);
    task_cancel(parent);
    say_end("parent", parent);
    return 0;
}

/* ---- In a circle --------------------------------------------------------------------------- */

/* In Python the cancel ends in a RecursionError, and both wait for ever. */
static int who_wait_for_each_other(void *arg)
{
    (void)arg;
    struct link a = {"a", NULL}, b = {"b", NULL};
    struct task *task_a = spawn(await_link, &a), *task_b = spawn(await_link, &b);
    a.awaited = &task_b->future;
    b.awaited = &task_a->future;
    let_others_run(2);
    bool cancelled = task_cancel(task_a);
    say("%d %d %d", cancelled, task_cancelling(task_a), task_cancelling(task_b));
    say_end("b", task_b);
    say_end("a", task_a);
    return 0;
}

static int who_waits_for_himself(void *arg)
{
    (void)arg;
    struct link self = {"it", NULL};
    struct task *task = spawn(await_link, &self);
    self.awaited = &task->future;
    let_others_run(2);
    bool cancelled = task_cancel(task);
    say("%d %d", cancelled, task_cancelling(task));
    say_end("it", task);
    return 0;
}

static struct task *children[2];

static int gather_children(void *arg)
{
    (void)arg;
    int rc = gather(children, 2, NULL, 0);
    say("parent %d", rc == -ECANCELED);
    return rc;
}

/* The first child waits for the parent; the second ends as it is asked to. */
static int a_gather_that_is_awaited_by_its_child(void *arg)
{
    (void)arg;
    struct future never;
    future_init(&never, co_loop());
    struct link up = {"up", NULL}, other = {"other", &never};
    struct task *parent = spawn(gather_children, NULL);
    up.awaited = &parent->future;
    children[0] = spawn(await_link, &up);
    children[1] = spawn(await_link, &other);
    let_others_run(2);
    task_cancel(children[0]);
    say("%d %d", task_cancelling(parent), task_cancelling(children[0]));
    say_end("parent", parent);
    say_end("up", children[0]);
    say_end("other", children[1]);
    return 0;
}

static const struct scenario scenarios[] = {
    {"a done task is not cancelled", a_done_task_is_not_cancelled, "0 0 4"},
    {"it goes to the innermost", it_goes_to_the_innermost, "a -1, b -1, b ECANCELED, 1 1"},
    {"one that swallows it keeps it from the waiter", one_that_swallows_it_keeps_it_from_the_waiter,
     "1, swallowed 1, outer 9, outer 9"},
    {"it beats completion", it_beats_completion, "1, it -1, it ECANCELED"},
    {"a second one interrupts the cleaning up", a_second_one_interrupts_the_cleaning_up,
     "2, 1 1, it ECANCELED"},
    {"who takes it back goes on", who_takes_it_back_goes_on, "1, uncancel 0, it 2"},
    {"taken back before delivery it never comes", taken_back_before_delivery_it_never_comes,
     "uncancel 0, it 2"},
    {"too late to be delivered it still counts", too_late_to_be_delivered_it_still_counts,
     "1, it ECANCELED"},
    {"but an error is an error", but_an_error_is_an_error, "0, it EIO"},
    {"returning it is being cancelled", returning_it_is_being_cancelled, "1, it ECANCELED"},
    {"a join waits for the end all the same", a_join_waits_for_the_end_all_the_same,
     "cleaned 0, joined 1, parent ECANCELED"},
    {"who wait for each other", who_wait_for_each_other,
     "1 1 1, a -1, b -1, b ECANCELED, a ECANCELED"},
    {"who waits for himself", who_waits_for_himself, "1 1, it -1, it ECANCELED"},
    {"a gather that is awaited by its child", a_gather_that_is_awaited_by_its_child,
     "1 1, other -1, up -1, parent 1, parent ECANCELED, up ECANCELED, other ECANCELED"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
