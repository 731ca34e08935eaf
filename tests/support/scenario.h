/* scenario.h - a test as a task, and the trace that it must leave on every backend.
 *
 *     static int two_wait(void *arg)
 *     {
 *         ...
 *         say("got %d", n);
 *         return 0;
 *     }
 *
 *     static const struct scenario scenarios[] = {
 *         {"two wait", two_wait, "got 1, got 2"},
 *     };
 *
 *     int main(void)
 *     {
 *         return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
 *     }
 *
 * Each runs as the main task of a new loop on epoll, libuv and the virtual clock. It must return 0,
 * leave its trace and nothing else: no task, coroutine, callback or timer. All is looked at when
 * the loop has ended, because a failed assertion of cmocka leaves by longjmp, and that must not be
 * done from a coroutine's stack.
 *
 * All of it is in this header, since tests/support stands below the tasks. ALSO :=
 * 09-threadpool-offload in the folder's Makefile brings libuv's backend.
 */
#ifndef SUPPORT_SCENARIO_H
#define SUPPORT_SCENARIO_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "backend_uv.h"
#include "backend_virtual.h"
#include "task.h"
#include "trace.h"
#include "unit.h"

#define SCENARIO_GUARD_S 60

struct scenario {
    const char *name;
    coro_fn *play; /* its argument is NULL */
    const char *expected;
};

/* A task of the running task's loop. A number, or a pointer, is its argument. */
__attribute__((unused)) static struct task *spawn(coro_fn *fn, void *arg)
{
    struct task *task = task_spawn(co_loop(), fn, arg, "of a scenario");
    if (!task)
        abort();
    return task;
}

/* Lets the others run, for so many passes. The scenario itself is never cancelled. */
__attribute__((unused)) static void let_others_run(int passes)
{
    while (passes-- > 0) {
        if (co_sleep(0) < 0)
            abort();
    }
}

/* Waits for the task and gives up its reference. */
__attribute__((unused)) static void say_end(const char *who, struct task *task)
{
    int rc = task_join(task);
    if (rc < 0)
        say("%s %s", who, strerrorname_np(-rc));
    else
        say("%s %d", who, rc);
}

/* ---- Running them -------------------------------------------------------------------------- */

struct scenario_on_backend {
    const struct scenario *scenario;
    const struct loop_backend *backend;
    bool passed;
    const struct scenario_on_backend
        *first; /* on the virtual clock, which is never stuck for long */
};

static void scenario_check(void **state)
{
    struct scenario_on_backend *test = *state;
    if (test != test->first && !test->first->passed)
        fail_msg("not tried on %s, since it failed on the virtual clock", test->backend->name);
    int coroutines_before = coro_count();
    struct loop *loop = loop_new(test->backend);
    assert_non_null(loop);
    trace_clear();

    alarm(SCENARIO_GUARD_S);
    int rc = task_run(loop, test->scenario->play, NULL, false);
    alarm(0);

    struct loop_pending left = loop_pending(loop);
    int tasks_left = task_count(loop);
    loop_free(loop);
    assert_string_equal(trace_text(), test->scenario->expected);
    assert_int_equal(rc, 0);
    assert_int_equal(tasks_left, 0);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    assert_int_equal(coro_count(), coroutines_before);
    test->passed = true;
}

/* Runs all on every backend, as one group of cmocka. How many have failed. */
__attribute__((unused)) static int scenarios_run(const struct scenario *scenarios, size_t count)
{
    const struct loop_backend *backends[] = {&backend_virtual, &backend_epoll, &backend_uv};
    struct scenario_on_backend states[3 * count];
    struct CMUnitTest tests[3 * count];
    char names[3 * count][120];

    for (size_t i = 0; i < 3 * count; i++) {
        states[i] = (struct scenario_on_backend){&scenarios[i % count], backends[i / count], false,
                                                 &states[i % count]};
        snprintf(names[i], sizeof names[i], "%s (%s)", scenarios[i % count].name,
                 backends[i / count]->name);
        tests[i] = (struct CMUnitTest){
            .name = names[i], .test_func = scenario_check, .initial_state = &states[i]};
    }
    return _cmocka_run_group_tests("scenarios", tests, 3 * count, NULL, NULL);
}

#endif
