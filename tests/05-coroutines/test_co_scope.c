/* test_co_scope.c - the close runs on every way out, suspends, and no cancel gets in between. On
 * the virtual clock: opening and closing take an hour each. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "co_scope.h"
#include "trace.h"
#include "unit.h"

#define HOUR (3600 * NS_PER_S)

static struct loop *loop;
static struct co co;
static int close_error, close_result;

static int set_up(void **state)
{
    (void)state;
    loop = loop_new(&backend_virtual);
    close_error = close_result = 0;
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

static const char *name_of(int result)
{
    return result < 0 ? strerrorname_np(-result) : "0";
}

static int hours(void)
{
    return (int)((loop_time(loop) - VIRTUAL_START_NS) / HOUR);
}

static int open_it(void)
{
    int rc = co_sleep(HOUR);
    say("open %d", hours());
    return rc;
}

static int close_it(void *arg)
{
    int rc = co_sleep(HOUR);
    say("closed %s %d %s", (const char *)arg, hours(), name_of(rc));
    return rc < 0 ? rc : close_result;
}

static void say_end(struct co *ended, int result)
{
    (void)ended;
    say("ended %d %s", hours(), result > 0 ? "with a result" : name_of(result));
}

static void start(coro_fn *fn)
{
    assert_int_equal(co_start(&co, loop, fn, NULL, "test", say_end), 0);
}

static void expect(const char *trace)
{
    alarm(60);
    assert_int_equal(loop_run_forever(loop), -EDEADLK);
    alarm(0);
    assert_string_equal(trace_text(), trace);
}

/* ---- Four ways out ------------------------------------------------------------------------- */

static int leave_by_return(void *arg)
{
    (void)arg;
    int rc = open_it();
    if (rc < 0)
        return rc;
    CO_CLOSE_AT_END(close_it, "a", &close_error);
    return 666;
}

static void by_return(void **state)
{
    (void)state;
    start(leave_by_return);
    expect("open 1, closed a 2 0, ended 2 with a result");
}

static int leave_by_break(void *arg)
{
    (void)arg;
    int rc = 0;
    for (int i = 0; rc == 0 && i < 3; i++) {
        CO_CLOSE_AT_END(close_it, "a", &close_error);
        if (i == 1)
            break;
        say("round %d", i);
    }
    say("behind the loop");
    return rc;
}

static void by_the_end_of_a_round_and_by_break(void **state)
{
    (void)state;
    start(leave_by_break);
    expect("round 0, closed a 1 0, closed a 2 0, behind the loop, ended 2 0");
}

static int leave_by_error(void *arg)
{
    (void)arg;
    CO_CLOSE_AT_END(close_it, "a", &close_error);
    CO_CLOSE_AT_END(close_it, "b", &close_error);
    return -EIO;
}

static void by_error_the_last_opened_first(void **state)
{
    (void)state;
    start(leave_by_error);
    expect("closed b 1 0, closed a 2 0, ended 2 EIO");
}

static int sleep_for_ever(void *arg)
{
    (void)arg;
    CO_CLOSE_AT_END(close_it, "a", &close_error);
    int rc = co_sleep(1000 * HOUR);
    say("woken %d", hours());
    return rc;
}

static int cancel_it(void *arg)
{
    const int *count = arg;
    for (int i = 0; i < *count; i++) {
        int rc = co_sleep(HOUR / 2);
        if (rc < 0)
            return rc;
        co_cancel(&co);
    }
    return 0;
}

static void cancel_by_another(int *count)
{
    assert_int_equal(co_spawn(loop, cancel_it, count, "canceller"), 0);
}

static void by_cancel(void **state)
{
    (void)state;
    int once = 1;
    start(sleep_for_ever);
    cancel_by_another(&once);
    expect("woken 0, closed a 1 0, ended 1 ECANCELED");
    assert_int_equal(close_error, 0);
}

/* ---- Cancels and the close ----------------------------------------------------------------- */

static int cancel_oneself_and_leave(void *arg)
{
    (void)arg;
    {
        CO_CLOSE_AT_END(close_it, "a", &close_error);
        co_cancel(co_current());
    }
    int rc = co_sleep(HOUR);
    say("slept %s %d", name_of(rc), hours());
    return rc;
}

static void one_that_is_pending_waits_for_the_close(void **state)
{
    (void)state;
    start(cancel_oneself_and_leave);
    expect("closed a 1 0, slept ECANCELED 1, ended 1 ECANCELED");
}

static int leave_then_sleep(void *arg)
{
    (void)arg;
    {
        CO_CLOSE_AT_END(close_it, "a", &close_error);
    }
    say("left");
    int rc = co_sleep(HOUR);
    say("slept %s %d", name_of(rc), hours());
    return rc;
}

/* It interrupts the close, and is not lost with it. */
static void one_that_comes_meanwhile_interrupts_it(void **state)
{
    (void)state;
    int once = 1;
    start(leave_then_sleep);
    cancel_by_another(&once);
    expect("closed a 0 ECANCELED, left, slept ECANCELED 0, ended 0 ECANCELED");
    assert_int_equal(close_error, -ECANCELED);
}

/* ---- Errors of the close, and pairs -------------------------------------------------------- */

static void an_error_of_the_close_is_kept(void **state)
{
    (void)state;
    close_result = -EPIPE;
    start(leave_by_return);
    expect("open 1, closed a 2 0, ended 2 with a result");
    assert_int_equal(close_error, -EPIPE);
}

static int result_before; /* of what is between begin and end */

static int begin_and_end(void *arg)
{
    (void)arg;
    co_cancel(co_current());
    int rc = co_scope_end(close_it, "a", result_before);
    say("result %d %s", rc > 0 ? rc : 0, name_of(rc));
    rc = co_sleep(HOUR);
    say("slept %s", name_of(rc));
    return 0;
}

static void a_pair_gives_the_first_error(void **state)
{
    (void)state;
    start(begin_and_end);
    result_before = 666;
    expect("closed a 1 0, result 666 0, slept ECANCELED, ended 1 0");
    trace_clear();
    start(begin_and_end);
    close_result = -EPIPE;
    expect("closed a 2 0, result 0 EPIPE, slept ECANCELED, ended 2 0");
    trace_clear();
    start(begin_and_end);
    result_before = -EIO;
    expect("closed a 3 0, result 0 EIO, slept ECANCELED, ended 3 0");
}

static int end_without_a_cancel(void *arg)
{
    (void)arg;
    return co_scope_end(close_it, "a", -EIO);
}

static void a_pair_passes_on_the_cancel_of_its_close(void **state)
{
    (void)state;
    int once = 1;
    start(end_without_a_cancel);
    cancel_by_another(&once);
    expect("closed a 0 ECANCELED, ended 0 ECANCELED");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_return),
        TEST(by_the_end_of_a_round_and_by_break),
        TEST(by_error_the_last_opened_first),
        TEST(by_cancel),
        TEST(one_that_is_pending_waits_for_the_close),
        TEST(one_that_comes_meanwhile_interrupts_it),
        TEST(an_error_of_the_close_is_kept),
        TEST(a_pair_gives_the_first_error),
        TEST(a_pair_passes_on_the_cancel_of_its_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
