/* test_executor_cancel.c - the waiter leaves; the job never runs, or runs on as an orphan. */
#include <errno.h>
#include <unistd.h>

#include "callers.h"

/* ---- Cancelling ---------------------------------------------------------------------------- */

/* All threads are at the gate, so the last caller's job cannot have begun. Its waiter leaves at
 * once; the gate opens only after that. */
static int cancel_the_last(void *arg)
{
    struct script *script = arg;
    struct caller *last = &script->callers[THREADS];
    int rc = await_begun(script->test, THREADS);
    if (rc < 0)
        return rc;
    co_cancel(&last->co);
    while (!last->has_ended || last->releases == 0)
        if ((rc = co_yield()) < 0)
            return rc;
    return open_gate(script->test, THREADS);
}

static void test_cancelled_before_it_begins_it_never_runs(void **state)
{
    struct test *test = *state;
    struct caller callers[THREADS + 1];
    for (int i = 0; i <= THREADS; i++) {
        callers[i].number = i;
        start_caller(test, &callers[i], wait_at_gate);
    }
    assert_int_equal(run(test, cancel_the_last, callers), 0);
    assert_int_equal(callers[THREADS].result, -ECANCELED);
    assert_int_equal(callers[THREADS].runs, 0);
    assert_int_equal(callers[THREADS].releases, 1);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(callers[i].result, i);
}

static int cancel_when_begun(void *arg)
{
    struct script *script = arg;
    int rc = await_begun(script->test, 1);
    co_cancel(&script->callers[0].co);
    return rc;
}

static void test_cancelled_while_it_runs_only_the_waiter_leaves(void **state)
{
    struct test *test = *state;
    struct caller caller = {.number = 7};
    start_caller(test, &caller, wait_at_gate);
    assert_int_equal(run(test, cancel_when_begun, &caller), 0); /* ends: the waiter has left */
    assert_int_equal(caller.result, -ECANCELED);
    assert_false(caller.is_done);
    assert_int_equal(caller.releases, 0); /* the thread still uses the memory */

    assert_int_equal(open_gate(test, 1), 0);
    end_executor(test);
    assert_true(caller.is_done);
    assert_int_equal(caller.releases, 1);
    assert_int_equal(caller.released_in, gettid());
}

static int cancel_in_its_first_step(void *arg)
{
    struct caller *caller = arg;
    co_cancel(&caller->co);
    return call(arg);
}

static void test_a_cancel_that_came_before_the_call(void **state)
{
    struct test *test = *state;
    struct caller caller = {.number = 0};
    start_caller_by(test, &caller, sum_of_squares, cancel_in_its_first_step);
    run(test, NULL, NULL);
    assert_int_equal(caller.result, -ECANCELED);
    end_executor(test);
    assert_int_equal(caller.releases, 1);
}

/* The work has ended, the waiter has not gone on yet: a cancel still wins. */
static void cancel_in_release(void *arg)
{
    struct caller *caller = arg;
    release(caller);
    co_cancel(&caller->co);
}

static int call_with_cancel_in_release(void *arg)
{
    struct caller *caller = arg;
    caller->result = run_in_executor(caller->test->executor, caller->fn, caller, cancel_in_release);
    return caller->result;
}

static void test_a_cancel_beats_the_result(void **state)
{
    struct test *test = *state;
    struct caller caller = {.number = 0};
    start_caller_by(test, &caller, sum_of_squares, call_with_cancel_in_release);
    run(test, NULL, NULL);
    assert_int_equal(caller.runs, 1);
    assert_int_equal(caller.releases, 1);
    assert_int_equal(caller.result, -ECANCELED);
}

/* ---- Cancelling at any moment -------------------------------------------------------------- */

#define JOBS 500

/* In each of the first passes some are cancelled: in the queue, in a thread, on the way back, after
 * the end. */
static int cancel_at_every_pass(void *arg)
{
    struct script *script = arg;
    for (int pass = 0; pass < 10; pass++) {
        for (int i = pass; i < JOBS; i += 10)
            if (!script->callers[i].has_ended)
                co_cancel(&script->callers[i].co);
        int rc = co_yield();
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void test_each_job_has_one_outcome(void **state)
{
    struct test *test = *state;
    static struct caller callers[JOBS];
    for (int i = 0; i < JOBS; i++)
        start_caller(test, &callers[i], sum_of_squares);
    assert_int_equal(run(test, cancel_at_every_pass, callers), 0);
    end_executor(test);
    for (int i = 0; i < JOBS; i++) {
        assert_true(callers[i].result == 328350 || callers[i].result == -ECANCELED);
        assert_int_equal(callers[i].releases, 1);
        assert_true(callers[i].runs <= 1);
        assert_true(callers[i].result == -ECANCELED || callers[i].runs == 1);
    }
}

static int run_on(const struct loop_backend *backend)
{
    const struct CMUnitTest tests[] = {
        ON(backend, test_cancelled_before_it_begins_it_never_runs),
        ON(backend, test_cancelled_while_it_runs_only_the_waiter_leaves),
        ON(backend, test_a_cancel_that_came_before_the_call),
        ON(backend, test_a_cancel_beats_the_result),
        ON(backend, test_each_job_has_one_outcome),
    };
    return cmocka_run_group_tests_name(backend->name, tests, NULL, NULL);
}

int main(void)
{
    return on_each_backend(run_on);
}
