#include "callers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend_uv.h"
#include "backend_virtual.h"
#include "co_io.h"

#define GUARD_S 60

int callers_set_up(void **state)
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

int callers_tear_down(void **state)
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

void release(void *arg)
{
    struct caller *caller = arg;
    caller->releases++;
    caller->released_in = gettid();
}

int call(void *arg)
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

void start_caller_by(struct test *test, struct caller *caller, work_fn *fn, coro_fn *by)
{
    *caller = (struct caller){.test = test, .fn = fn, .number = caller->number};
    test->running++;
    assert_int_equal(co_start(&caller->co, test->loop, by, caller, "caller", on_caller_ended), 0);
}

void start_caller(struct test *test, struct caller *caller, work_fn *fn)
{
    start_caller_by(test, caller, fn, call);
}

static void on_script_ended(struct co *co, int result)
{
    struct script *script = (struct script *)co;
    script->outcome = result;
    end_one(script->test);
}

int run(struct test *test, coro_fn *fn, struct caller *callers)
{
    struct script script = {.test = test, .callers = callers};
    if (fn) {
        test->running++;
        assert_int_equal(co_start(&script.co, test->loop, fn, &script, "script", on_script_ended),
                         0);
    }
    assert_int_equal(loop_run_forever(test->loop), 0);
    return script.outcome;
}

int await_begun(struct test *test, int count)
{
    char byte;
    for (int i = 0; i < count; i++) {
        ssize_t rc = co_read(test->begun[0], &byte, 1);
        if (rc != 1)
            return rc < 0 ? (int)rc : -EPIPE;
    }
    return 0;
}

int open_gate(struct test *test, int count)
{
    for (int i = 0; i < count; i++)
        if (write(test->gate[1], "", 1) != 1)
            return -errno;
    return 0;
}

void end_executor(struct test *test)
{
    executor_free(test->executor);
    test->executor = NULL;
}

/* ---- Jobs ---------------------------------------------------------------------------------- */

int sum_of_squares(void *arg)
{
    struct caller *caller = arg;
    int sum = 0;
    for (int i = 0; i < 100; i++)
        sum += i * i;
    caller->worked_in = gettid();
    caller->runs++;
    return sum;
}

int fail_to_work(void *arg)
{
    struct caller *caller = arg;
    caller->runs++;
    return -EDOM;
}

/* Tells that it has begun, and waits at the gate. */
int wait_at_gate(void *arg)
{
    struct caller *caller = arg;
    char byte;
    caller->runs++;
    if (write(caller->test->begun[1], "", 1) != 1 || read(caller->test->gate[0], &byte, 1) != 1)
        return -EIO;
    caller->is_done = true;
    return caller->number;
}

/* ---- All of it on each backend ------------------------------------------------------------- */

/* The pool's threads and libuv's pipe for signals stay with the process once there: no leak. */
static void warm_up(void)
{
    void *state = (void *)&backend_epoll;
    if (callers_set_up(&state) < 0)
        exit(1);
    struct test *test = state;
    struct caller caller = {.number = 0};
    start_caller(test, &caller, sum_of_squares);
    run(test, NULL, NULL);
    test->before = own_usage();
    callers_tear_down(&state);
}

int on_each_backend(int (*run_on)(const struct loop_backend *backend))
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
    return failed;
}
