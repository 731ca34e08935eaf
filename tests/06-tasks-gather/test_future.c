/* test_future.c - who is told when, as traces that CPython 3.13 leaves for the same in Python. */
#include "future.h"
#include "scenario.h"

struct saying {
    struct future_callback on_done;
    const char *text;
};

static void say_it(void *arg)
{
    say("%s", ((struct saying *)arg)->text);
}

static void say_when_done(struct future *future, struct saying *saying, const char *text)
{
    saying->text = text;
    callback_init(&saying->on_done.callback, say_it, saying);
    future_add_done_callback(future, &saying->on_done);
}

static int await_and_say(void *arg)
{
    int rc = await(arg);
    say("awaited %d", rc);
    return rc;
}

static int callbacks_run_in_the_order_of_adding(void *arg)
{
    (void)arg;
    struct future future;
    struct saying one, two, late;
    future_init(&future, co_loop());
    say_when_done(&future, &one, "one");
    struct task *task = spawn(await_and_say, &future);
    let_others_run(1);
    say_when_done(&future, &two, "two");
    int rc = future_set_result(&future, 5);
    say("set %d", rc);
    say_when_done(&future, &late, "late");
    let_others_run(1);
    say("pass");
    say_end("task", task);
    return 0;
}

static int a_done_one_does_not_suspend(void *arg)
{
    (void)arg;
    struct future future;
    struct saying next_pass = {.text = "next pass"};
    future_init(&future, co_loop());
    future_set_result(&future, 3);
    callback_init(&next_pass.on_done.callback, say_it, &next_pass);
    loop_call_soon(co_loop(), &next_pass.on_done.callback);
    say("got %d", await(&future));
    let_others_run(1);
    return 0;
}

static int a_removed_callback_does_not_run(void *arg)
{
    (void)arg;
    struct future future;
    struct saying a, b, c, d;
    future_init(&future, co_loop());
    say_when_done(&future, &a, "a");
    say_when_done(&future, &b, "b");
    say_when_done(&future, &c, "c");
    future_remove_done_callback(&future, &c.on_done);
    future_remove_done_callback(&future, &a.on_done);
    say_when_done(&future, &d, "d");
    future_set_result(&future, 0);
    future_remove_done_callback(&future, &d.on_done); /* queued already */
    let_others_run(2);
    return 0;
}

static int a_result_is_set_once(void *arg)
{
    (void)arg;
    struct future *future = future_new(co_loop());
    if (!future)
        return -ENOMEM;
    int first = future_set_result(future, 1), second = future_set_result(future, 2);
    say("%d %s", first, strerrorname_np(-second));
    bool cancelled = future_cancel(future);
    say("%d %d %d", cancelled, future_result(future), future_is_cancelled(future));
    future_unref(future);
    return 0;
}

static int a_cancelled_one_says_so(void *arg)
{
    (void)arg;
    struct future *future = future_new(co_loop());
    if (!future)
        return -ENOMEM;
    struct task *task = spawn(await_and_say, future);
    let_others_run(1);
    bool cancelled = future_cancel(future);
    say("%d %d", cancelled, future_is_cancelled(future));
    int rc = future_set_result(future, 1);
    say("%s", strerrorname_np(-rc));
    say_end("task", task);
    future_unref(future);
    return 0;
}

/* Whoever waits holds a reference of its own. */
static int the_last_reference_frees(void *arg)
{
    (void)arg;
    struct future *future = future_new(co_loop());
    if (!future)
        return -ENOMEM;
    struct task *task = spawn(await_and_say, future);
    let_others_run(1);
    future_set_result(future, 8);
    future_unref(future);
    say_end("task", task);
    return 0;
}

static const struct scenario scenarios[] = {
    {"callbacks run in the order of adding", callbacks_run_in_the_order_of_adding,
     "set 0, one, awaited 5, two, late, pass, task 5"},
    {"a done one does not suspend", a_done_one_does_not_suspend, "got 3, next pass"},
    {"a removed callback does not run", a_removed_callback_does_not_run, "b"},
    {"a result is set once", a_result_is_set_once, "0 EALREADY, 0 1 0"},
    {"a cancelled one says so", a_cancelled_one_says_so,
     "1 1, EALREADY, awaited -125, task ECANCELED"},
    {"the last reference frees", the_last_reference_frees, "awaited 8, task 8"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
