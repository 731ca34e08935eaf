/* test_executor.c - work in libuv's pool, awaited by coroutines on every backend of the loop. */
#include <errno.h>
#include <unistd.h>

#include "callers.h"

/* ---- Results ------------------------------------------------------------------------------- */

static void test_the_result_comes_back(void **state)
{
    struct test *test = *state;
    struct caller caller = {.number = 0};
    start_caller(test, &caller, sum_of_squares);
    run(test, NULL, NULL);
    assert_int_equal(caller.result, 328350);
    assert_int_equal(caller.releases, 1);
    assert_int_equal(loop_pending(test->loop).readers, 0); /* nothing is expected any more */
}

static void test_an_error_comes_back(void **state)
{
    struct test *test = *state;
    struct caller caller = {.number = 0};
    start_caller(test, &caller, fail_to_work);
    run(test, NULL, NULL);
    assert_int_equal(caller.result, -EDOM);
    assert_int_equal(caller.releases, 1);
}

static void test_only_the_work_is_in_another_thread(void **state)
{
    struct test *test = *state;
    struct caller caller = {.number = 0};
    start_caller(test, &caller, sum_of_squares);
    run(test, NULL, NULL);
    assert_int_not_equal(caller.worked_in, gettid());
    assert_int_equal(caller.released_in, gettid());
    assert_int_equal(caller.went_on_in, gettid());
}

static void test_an_executor_without_work_does_nothing(void **state)
{
    struct test *test = *state;
    assert_int_equal(loop_pending(test->loop).readers, 0);
}

/* ---- The loop goes on ---------------------------------------------------------------------- */

/* If the loop waited for the job, nobody would open the gate. */
static int open_gate_when_begun(void *arg)
{
    struct script *script = arg;
    int rc = await_begun(script->test, 1);
    return rc < 0 ? rc : open_gate(script->test, 1);
}

static void test_the_loop_goes_on_meanwhile(void **state)
{
    struct test *test = *state;
    struct caller caller = {.number = 7};
    start_caller(test, &caller, wait_at_gate);
    assert_int_equal(run(test, open_gate_when_begun, &caller), 0);
    assert_int_equal(caller.result, 7);
}

static int open_gate_one_by_one(void *arg)
{
    struct script *script = arg;
    int rc = await_begun(script->test, THREADS);
    for (int i = 0; i < 3 * THREADS && rc == 0; i++) {
        rc = open_gate(script->test, 1);
        if (rc == 0 && i < 2 * THREADS) /* each that ends lets one more begin */
            rc = await_begun(script->test, 1);
    }
    return rc;
}

static void test_more_jobs_than_threads_all_end(void **state)
{
    struct test *test = *state;
    struct caller callers[3 * THREADS];
    for (int i = 0; i < 3 * THREADS; i++) {
        callers[i].number = i;
        start_caller(test, &callers[i], wait_at_gate);
    }
    assert_int_equal(run(test, open_gate_one_by_one, callers), 0);
    for (int i = 0; i < 3 * THREADS; i++) {
        assert_int_equal(callers[i].result, i);
        assert_int_equal(callers[i].releases, 1);
    }
}

static int run_on(const struct loop_backend *backend)
{
    const struct CMUnitTest tests[] = {
        ON(backend, test_the_result_comes_back),
        ON(backend, test_an_error_comes_back),
        ON(backend, test_only_the_work_is_in_another_thread),
        ON(backend, test_an_executor_without_work_does_nothing),
        ON(backend, test_the_loop_goes_on_meanwhile),
        ON(backend, test_more_jobs_than_threads_all_end),
    };
    return cmocka_run_group_tests_name(backend->name, tests, NULL, NULL);
}

int main(void)
{
    return on_each_backend(run_on);
}
