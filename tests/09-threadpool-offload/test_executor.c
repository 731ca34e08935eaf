/* test_executor.c - work in libuv's pool, awaited by coroutines on every backend of the loop.
 *
 * Nothing here sleeps: a job says by a byte in a pipe that a thread has begun it, and goes on when
 * it reads one from its gate.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend_uv.h"
#include "backend_virtual.h"
#include "co_io.h"
#include "executor.h"
#include "leaks.h"
#include "unit.h"

#define GUARD_S 60
#define THREADS 4 /* libuv's own number */

struct test {
    const struct loop_backend *backend;
    struct loop *loop;
    struct executor *executor;
    struct usage before;
    int running; /* coroutines that have not ended */
    int begun[2], gate[2];
};

/* A coroutine that runs one job and keeps what came of it. */
struct caller {
    struct co co;
    struct test *test;
    work_fn *fn;
    int number;
    int result;
    bool has_ended;      /* the coroutine */
    atomic_int runs;     /* of fn */
    atomic_bool is_done; /* fn has returned */
    int releases;
    pid_t worked_in, released_in, went_on_in;
};

static int set_up(void **state)
{
    struct test *test = calloc(1, sizeof *test);
    test->backend = *state;
    *state = test;
    test->before = own_usage();
    test->loop = loop_new(test->backend);
    test->executor = test->loop ? executor_new(test->loop) : NULL;
    if (!test->executor || pipe2(test->begun, O_CLOEXEC) < 0 || pipe2(test->gate, O_CLOEXEC) < 0)
        return -1;
    fcntl(test->begun[0], F_SETFL, O_NONBLOCK); /* the loop's side */
    if (test->backend == &backend_virtual)
        backend_virtual_hold(test->loop, +1); /* threads are at work for it */
    return 0;
}

static int tear_down(void **state)
{
    struct test *test = *state;
    executor_free(test->executor);
    for (int i = 0; i < 2; i++) {
        loop_forget_fd(test->loop, test->begun[i]);
        close(test->begun[i]);
        close(test->gate[i]);
    }
    loop_free(test->loop);
    coro_trim();
    assert_int_equal(coro_count(), 0);
    expect_own_usage(test->before);
    free(test);
    return 0;
}

/* ---- Coroutines that call the executor ----------------------------------------------------- */

static void release(void *arg)
{
    struct caller *caller = arg;
    caller->releases++;
    caller->released_in = gettid();
}

static int call(void *arg)
{
    struct caller *caller = arg;
    caller->result = run_in_executor(caller->test->executor, caller->fn, caller, release);
    caller->went_on_in = gettid();
    return caller->result;
}

static void end_one(struct test *test)
{
    if (--test->running == 0)
        loop_stop(test->loop);
}

static void on_caller_ended(struct co *co, int result)
{
    struct caller *caller = (struct caller *)co;
    caller->has_ended = true;
    assert_int_equal(result, caller->result);
    end_one(caller->test);
}

static void start_caller(struct test *test, struct caller *caller, work_fn *fn)
{
    *caller = (struct caller){.test = test, .fn = fn, .number = caller->number};
    test->running++;
    assert_int_equal(co_start(&caller->co, test->loop, call, caller, "caller", on_caller_ended), 0);
}

/* One more coroutine, which watches the callers and moves things on. */
struct script {
    struct co co;
    struct test *test;
    struct caller *callers;
    int outcome;
};

static void on_script_ended(struct co *co, int result)
{
    struct script *script = (struct script *)co;
    script->outcome = result;
    end_one(script->test);
}

/* Runs the script (NULL: none) beside the callers until all have ended; the script's result. */
static int run(struct test *test, coro_fn *fn, struct caller *callers)
{
    struct script script = {.test = test, .callers = callers};
    if (fn) {
        test->running++;
        assert_int_equal(co_start(&script.co, test->loop, fn, &script, "script", on_script_ended),
                         0);
        script.test = test; /* co_start sets up the co only */
    }
    assert_int_equal(loop_run_forever(test->loop), 0);
    return script.outcome;
}

/* Waits until a thread has begun that many jobs. */
static int await_begun(struct test *test, int count)
{
    char byte;
    for (int i = 0; i < count; i++) {
        ssize_t rc = co_read(test->begun[0], &byte, 1);
        if (rc != 1)
            return rc < 0 ? (int)rc : -EPIPE;
    }
    return 0;
}

static int open_gate(struct test *test, int count)
{
    for (int i = 0; i < count; i++)
        if (write(test->gate[1], "", 1) != 1)
            return -errno;
    return 0;
}

/* ---- Jobs ---------------------------------------------------------------------------------- */

static int sum_of_squares(void *arg)
{
    struct caller *caller = arg;
    int sum = 0;
    for (int i = 0; i < 100; i++)
        sum += i * i;
    caller->worked_in = gettid();
    caller->runs++;
    return sum;
}

static int fail_to_work(void *arg)
{
    struct caller *caller = arg;
    caller->runs++;
    return -EDOM;
}

/* Tells that it has begun, and waits at the gate. */
static int wait_at_gate(void *arg)
{
    struct caller *caller = arg;
    char byte;
    caller->runs++;
    if (write(caller->test->begun[1], "", 1) != 1 || read(caller->test->gate[0], &byte, 1) != 1)
        return -EIO;
    caller->is_done = true;
    return caller->number;
}

/* ---- Results ------------------------------------------------------------------------------- */

static void test_the_result_comes_back(void **state)
{
    struct test *test = *state;
    struct caller caller;
    start_caller(test, &caller, sum_of_squares);
    run(test, NULL, NULL);
    assert_int_equal(caller.result, 328350);
    assert_int_equal(caller.releases, 1);
    assert_int_equal(loop_pending(test->loop).readers, 0); /* nothing is expected any more */
}

static void test_an_error_comes_back(void **state)
{
    struct test *test = *state;
    struct caller caller;
    start_caller(test, &caller, fail_to_work);
    run(test, NULL, NULL);
    assert_int_equal(caller.result, -EDOM);
    assert_int_equal(caller.releases, 1);
}

static void test_only_the_work_is_in_another_thread(void **state)
{
    struct test *test = *state;
    struct caller caller;
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
        if ((rc = co_yield ()) < 0)
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
    executor_free(test->executor);
    test->executor = NULL;
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
    struct caller caller = {.test = test, .fn = sum_of_squares};
    test->running++;
    assert_int_equal(co_start(&caller.co, test->loop, cancel_in_its_first_step, &caller, "caller",
                              on_caller_ended),
                     0);
    run(test, NULL, NULL);
    assert_int_equal(caller.result, -ECANCELED);
    executor_free(test->executor);
    test->executor = NULL;
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
    struct caller caller = {.test = test, .fn = sum_of_squares};
    test->running++;
    assert_int_equal(co_start(&caller.co, test->loop, call_with_cancel_in_release, &caller,
                              "caller", on_caller_ended),
                     0);
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
        int rc = co_yield ();
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
    executor_free(test->executor);
    test->executor = NULL;
    for (int i = 0; i < JOBS; i++) {
        assert_true(callers[i].result == 328350 || callers[i].result == -ECANCELED);
        assert_int_equal(callers[i].releases, 1);
        assert_true(callers[i].runs <= 1);
        assert_true(callers[i].result == -ECANCELED || callers[i].runs == 1);
    }
}

/* ---- All of it on each backend ------------------------------------------------------------- */

#define ON(backend, test)                                 \
    {                                                     \
#test, test, set_up, tear_down, (void *)(backend) \
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
        ON(backend, test_cancelled_before_it_begins_it_never_runs),
        ON(backend, test_cancelled_while_it_runs_only_the_waiter_leaves),
        ON(backend, test_a_cancel_that_came_before_the_call),
        ON(backend, test_a_cancel_beats_the_result),
        ON(backend, test_each_job_has_one_outcome),
    };
    return cmocka_run_group_tests_name(backend->name, tests, NULL, NULL);
}

/* The pool's threads and libuv's pipe for signals stay with the process once there: no leak. */
static void warm_up(void)
{
    void *state = (void *)&backend_epoll;
    if (set_up(&state) < 0)
        exit(1);
    struct test *test = state;
    struct caller caller;
    start_caller(test, &caller, sum_of_squares);
    run(test, NULL, NULL);
    test->before = own_usage();
    tear_down(&state);
}

int main(void)
{
    const struct loop_backend *const backends[] = {&backend_epoll, &backend_uv, &backend_virtual};
    alarm(GUARD_S);
    setenv("UV_THREADPOOL_SIZE", "4", 1);
    warm_up();
    int failed = 0;
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        alarm(GUARD_S);
        failed += run_on(backends[i]);
    }
    return failed != 0;
}
