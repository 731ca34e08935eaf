/* test_submit.c - coroutines handed in by other threads: results, cancels, and the end of the loop
 * while they are under way. Threads meet by results only; no time is waited for. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"
#include "loop_thread.h"
#include "unit.h"

#define GUARD_S 60

static struct loop_thread thread;
static atomic_int begun, cleaned_up;

static int set_up(void **state)
{
    (void)state;
    alarm(GUARD_S);
    begun = cleaned_up = 0;
    return loop_thread_start(&thread, &backend_epoll, false);
}

static int tear_down(void **state)
{
    (void)state;
    alarm(0);
    return 0;
}

static struct concurrent_future *submit(coro_fn *fn, void *arg)
{
    struct concurrent_future *future = NULL;
    assert_int_equal(run_coroutine_threadsafe(thread.submitter, fn, arg, "of a test", &future), 0);
    return future;
}

static int result_of(struct concurrent_future *future)
{
    int result = concurrent_future_result(future, -1);
    concurrent_future_free(future);
    return result;
}

static int square(void *arg)
{
    int n = *(int *)arg;
    int rc = co_yield();
    return rc < 0 ? rc : n * n;
}

static int sleep_for_ever(void *arg)
{
    (void)arg;
    begun++;
    int rc = co_sleep(3600 * NS_PER_S);
    cleaned_up++;
    return rc;
}

static void wait_until_begun(int count)
{
    while (begun < count)
        sched_yield();
}

static void a_result_comes_to_the_other_thread(void **state)
{
    (void)state;
    int n = 7;
    struct concurrent_future *future = submit(square, &n);
    assert_int_equal(concurrent_future_result(future, -1), 49);
    assert_true(concurrent_future_done(future));
    assert_false(concurrent_future_cancelled(future));
    assert_false(concurrent_future_cancel(future));
    assert_int_equal(concurrent_future_result(future, 0), 49);
    concurrent_future_free(future);
    assert_int_equal(loop_thread_stop(&thread), 0);
}

static void a_wait_may_end_before_the_task(void **state)
{
    (void)state;
    struct concurrent_future *future = submit(sleep_for_ever, NULL);
    assert_int_equal(concurrent_future_result(future, 0), -ETIMEDOUT);
    assert_int_equal(concurrent_future_result(future, NS_PER_MS), -ETIMEDOUT);
    assert_false(concurrent_future_done(future));
    assert_true(concurrent_future_cancel(future));
    assert_int_equal(concurrent_future_result(future, -1), -ECANCELED);
    assert_true(concurrent_future_cancelled(future));
    concurrent_future_free(future);
    assert_int_equal(loop_thread_stop(&thread), 0);
}

/* The task has ended before the result is there: what it used may go. */
static void a_cancel_waits_for_the_end(void **state)
{
    (void)state;
    struct concurrent_future *future = submit(sleep_for_ever, NULL);
    wait_until_begun(1);
    concurrent_future_cancel(future);
    concurrent_future_cancel(future);
    assert_int_equal(result_of(future), -ECANCELED);
    assert_int_equal(cleaned_up, 1);
    assert_int_equal(loop_thread_stop(&thread), 0);
}

static void a_stop_ends_what_is_in_flight(void **state)
{
    (void)state;
    struct concurrent_future *futures[5];
    for (int i = 0; i < 5; i++)
        futures[i] = submit(sleep_for_ever, NULL);
    wait_until_begun(5);
    assert_int_equal(loop_thread_stop(&thread), 0);
    assert_int_equal(cleaned_up, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(result_of(futures[i]), -ECANCELED);
}

/* A handle outlives the loop, and one that was given back early harms nobody. */
static void handles_are_free(void **state)
{
    (void)state;
    concurrent_future_free(submit(sleep_for_ever, NULL));
    struct concurrent_future *cancelled = submit(sleep_for_ever, NULL);
    concurrent_future_cancel(cancelled);
    concurrent_future_free(cancelled);
    struct concurrent_future *kept = submit(sleep_for_ever, NULL);
    assert_int_equal(loop_thread_stop(&thread), 0);
    assert_true(concurrent_future_cancelled(kept));
    concurrent_future_free(kept);
    concurrent_future_free(NULL);
}

/* ---- Called back --------------------------------------------------------------------------- */

static void note(int result, void *arg)
{
    *(int *)arg = result;
}

static void callbacks_come_before_the_result(void **state)
{
    (void)state;
    int n = 3, first = 0, second = 0, late = 0;
    struct concurrent_callback one = {note, &first, NULL}, two = {note, &second, NULL};
    struct concurrent_future *sleeper = submit(sleep_for_ever, NULL);
    concurrent_future_add_done_callback(sleeper, &one);
    concurrent_future_add_done_callback(sleeper, &two);
    concurrent_future_cancel(sleeper);
    assert_int_equal(result_of(sleeper), -ECANCELED);
    assert_int_equal(first, -ECANCELED);
    assert_int_equal(second, -ECANCELED);
    struct concurrent_future *future = submit(square, &n);
    assert_int_equal(concurrent_future_result(future, -1), 9);
    struct concurrent_callback after = {note, &late, NULL};
    concurrent_future_add_done_callback(future, &after);
    assert_int_equal(late, 9);
    concurrent_future_free(future);
    assert_int_equal(loop_thread_stop(&thread), 0);
}

/* ---- What is refused ----------------------------------------------------------------------- */

static int wait_for_oneself(void *arg)
{
    struct concurrent_future *future;
    int rc = run_coroutine_threadsafe(thread.submitter, square, arg, "the other", &future);
    if (rc < 0)
        return rc;
    rc = concurrent_future_result(future, -1);
    concurrent_future_free(future);
    return rc == -EDEADLK ? 1 : -EIO;
}

static void the_loop_cannot_wait_for_itself(void **state)
{
    (void)state;
    static int n = 3;
    assert_int_equal(result_of(submit(wait_for_oneself, &n)), 1);
    assert_int_equal(loop_thread_stop(&thread), 0);
}

static int close_the_door(void *arg)
{
    struct concurrent_future *future = NULL;
    int rc = submitter_close(arg);
    if (rc == 0)
        rc = run_coroutine_threadsafe(arg, sleep_for_ever, NULL, "late", &future);
    return rc == -ESHUTDOWN && !future ? 0 : -EIO;
}

static void a_closed_door_stays_closed(void **state)
{
    (void)state;
    assert_int_equal(loop_thread_stop(&thread), 0);
    struct loop *loop = loop_new(&backend_epoll);
    struct submitter *submitter = submitter_new(loop);
    assert_int_equal(task_run(loop, close_the_door, submitter, false), 0);
    submitter_free(submitter);
    submitter_free(NULL);
    loop_free(loop);
}

/* Handed in before the loop runs; closed before it has looked. */
static void what_has_not_begun_never_begins(void **state)
{
    (void)state;
    assert_int_equal(loop_thread_stop(&thread), 0);
    struct loop *loop = loop_new(&backend_epoll);
    int n = 3;
    struct concurrent_future *future;
    struct submitter *submitter = submitter_new(loop);
    assert_int_equal(run_coroutine_threadsafe(submitter, square, &n, NULL, &future), 0);
    assert_int_equal(task_run(loop, close_the_door, submitter, false), 0);
    assert_int_equal(result_of(future), -ECANCELED);
    submitter_free(submitter);
    loop_free(loop);
}

/* So many passes longer than the cancel. */
static int clean_up_slowly(void *arg)
{
    int rc = sleep_for_ever(NULL);
    for (int passes = *(int *)arg; passes > 0 && co_yield() == 0; passes--)
        ;
    cleaned_up++;
    return rc;
}

static int close_on_slow_ones(void *arg)
{
    static int soon = 1, later = 5;
    struct concurrent_future *futures[2];
    int rc = run_coroutine_threadsafe(arg, clean_up_slowly, &soon, "soon", &futures[0]);
    if (rc == 0)
        rc = run_coroutine_threadsafe(arg, clean_up_slowly, &later, "later", &futures[1]);
    while (rc == 0 && begun < 2)
        rc = co_yield();
    if (rc == 0)
        rc = submitter_close(arg);
    concurrent_future_free(futures[0]);
    concurrent_future_free(futures[1]);
    return rc < 0 ? rc : cleaned_up;
}

/* Each has counted twice: when it was cancelled, and when it had cleaned up. */
static void a_door_is_closed_when_the_last_has_left(void **state)
{
    (void)state;
    assert_int_equal(loop_thread_stop(&thread), 0);
    struct loop *loop = loop_new(&backend_epoll);
    struct submitter *submitter = submitter_new(loop);
    assert_int_equal(task_run(loop, close_on_slow_ones, submitter, false), 4);
    submitter_free(submitter);
    loop_free(loop);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_result_comes_to_the_other_thread),
        TEST(a_wait_may_end_before_the_task),
        TEST(a_cancel_waits_for_the_end),
        TEST(a_stop_ends_what_is_in_flight),
        TEST(handles_are_free),
        TEST(callbacks_come_before_the_result),
        TEST(the_loop_cannot_wait_for_itself),
        TEST(a_closed_door_stays_closed),
        TEST(what_has_not_begun_never_begins),
        TEST(a_door_is_closed_when_the_last_has_left),
    };
    return cmocka_run_group_tests_name("submit", tests, NULL, NULL);
}
