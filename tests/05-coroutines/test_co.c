/* test_co.c - coroutines on the loop: the order of steps, sleeping, cancelling. On the virtual
 * clock, so that an hour takes no time. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "co.h"
#include "trace.h"
#include "unit.h"

static struct loop *loop;

static int set_up(void **state)
{
    (void)state;
    loop = loop_new(&backend_virtual);
    trace_clear();
    return loop ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    struct loop_pending left = loop_pending(loop);
    loop_free(loop);
    return left.callbacks + left.timers + coro_count();
}

static void spawn(coro_fn *fn, void *arg)
{
    assert_int_equal(co_spawn(loop, fn, arg, "test"), 0);
}

/* The virtual clock says so when there is nothing left that could happen. */
static void run_until_nothing_is_left(void)
{
    assert_int_equal(loop_run_forever(loop), -EDEADLK);
}

/* ---- Order --------------------------------------------------------------------------------- */

static int three_steps(void *arg)
{
    for (int i = 0; i < 3; i++) {
        say("%s%d", (const char *)arg, i);
        if (co_yield() < 0)
            return -ECANCELED;
    }
    return 0;
}

static void they_take_turns_from_the_next_pass_on(void **state)
{
    (void)state;
    spawn(three_steps, "a");
    spawn(three_steps, "b");
    say("spawned");
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "spawned, a0, b0, a1, b1, a2, b2");
}

static int sleep_and_say(void *arg)
{
    int64_t begin = loop_time(co_loop()), hours = (int64_t)(intptr_t)arg;
    int rc = co_sleep(hours * 3600 * NS_PER_S);
    int64_t took = loop_time(co_loop()) - begin;
    say("%d h: %d after %d h", (int)hours, rc, (int)(took / NS_PER_S / 3600));
    return rc;
}

static void sleepers_wake_by_their_time(void **state)
{
    (void)state;
    for (intptr_t hours = 3; hours >= 0; hours--)
        spawn(sleep_and_say, (void *)hours);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "0 h: 0 after 0 h, 1 h: 0 after 1 h, 2 h: 0 after 2 h, "
                                      "3 h: 0 after 3 h");
}

static int know_oneself(void *arg)
{
    (void)arg;
    struct co *self = co_current();
    say("%d %d", self != NULL, co_loop() == loop);
    int rc = co_yield();
    say("%d", co_current() == self);
    return rc;
}

static void one_knows_oneself(void **state)
{
    (void)state;
    assert_null(co_current());
    spawn(know_oneself, NULL);
    run_until_nothing_is_left();
    assert_null(co_current());
    assert_string_equal(trace_text(), "1 1, 1");
}

/* ---- Cancel -------------------------------------------------------------------------------- */

static struct co co;

static void say_end(struct co *ended, int result)
{
    assert_ptr_equal(ended, &co);
    say("ended %d", result == -ECANCELED ? -1 : result);
}

static void start(coro_fn *fn)
{
    assert_int_equal(co_start(&co, loop, fn, NULL, "test", say_end), 0);
}

static void cancel_it(void *arg)
{
    (void)arg;
    say("cancel");
    co_cancel(&co);
}

/* Runs the loop with a cancel in the pass after next: then the coroutine has had its first step. */
static void cancel_twice_soon(struct callback callbacks[2])
{
    for (int i = 0; i < 2; i++) {
        callback_init(&callbacks[i], cancel_it, NULL);
        loop_call_soon(loop, &callbacks[i]);
    }
}

static int sleep_for_ever(void *arg)
{
    (void)arg;
    say("sleeps");
    return co_sleep(1000 * NS_PER_S);
}

static void one_that_never_started_never_runs(void **state)
{
    (void)state;
    start(sleep_for_ever);
    co_cancel(&co);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "ended -1");
}

static void a_cancel_ends_the_sleep(void **state)
{
    (void)state;
    struct callback callback;
    start(sleep_for_ever);
    callback_init(&callback, cancel_it, NULL);
    loop_call_soon(loop, &callback);
    int64_t before = loop_time(loop);
    run_until_nothing_is_left();
    assert_int_equal(loop_time(loop), before);
    assert_string_equal(trace_text(), "sleeps, cancel, ended -1");
}

static int clean_up_and_sleep(void *arg)
{
    (void)arg;
    int first = co_sleep(NS_PER_S);
    int second = co_sleep(NS_PER_S);
    say("%d %d", first == -ECANCELED, second);
    return 5;
}

/* The second comes before the first was delivered: there is nothing to interrupt, so it waits for
 * the step that is queued already, which delivers both as one. */
static void two_cancels_before_a_step_are_one(void **state)
{
    (void)state;
    struct callback callbacks[2];
    start(clean_up_and_sleep);
    cancel_twice_soon(callbacks);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "cancel, cancel, 1 0, ended 5");
}

static void wake_then_cancel(void *arg)
{
    co_wake(&co, *(int *)arg);
    co_cancel(&co);
}

static bool nothing_to_undo(struct co_waiter *waiter)
{
    (void)waiter;
    return true;
}

static int wait_for_value(void *arg)
{
    (void)arg;
    struct co_waiter waiter = {.cancel = nothing_to_undo};
    int rc = co_wait(&waiter);
    say("got %s", rc == -ECANCELED ? "the cancel" : "the value");
    return rc;
}

static void cancel_beats_completion(void **state)
{
    (void)state;
    int value = 42;
    struct callback callback;
    start(wait_for_value);
    callback_init(&callback, wake_then_cancel, &value);
    loop_call_soon(loop, &callback);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "got the cancel, ended -1");
}

static int cancel_oneself(void *arg)
{
    (void)arg;
    co_cancel(co_current());
    say("goes on until it waits");
    return co_sleep(NS_PER_S);
}

static void a_cancel_of_oneself_comes_with_the_next_wait(void **state)
{
    (void)state;
    int64_t before = loop_time(loop);
    start(cancel_oneself);
    run_until_nothing_is_left();
    assert_int_equal(loop_time(loop), before);
    assert_string_equal(trace_text(), "goes on until it waits, ended -1");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        TEST(they_take_turns_from_the_next_pass_on),
        TEST(sleepers_wake_by_their_time),
        TEST(one_knows_oneself),
        TEST(one_that_never_started_never_runs),
        TEST(a_cancel_ends_the_sleep),
        TEST(two_cancels_before_a_step_are_one),
        TEST(cancel_beats_completion),
        TEST(a_cancel_of_oneself_comes_with_the_next_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
