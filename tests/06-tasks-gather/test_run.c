/* test_run.c - task_run: into the first task and cleanly out again. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "backend.h"
#include "backend_virtual.h"
#include "clock.h"
#include "task.h"
#include "trace.h"
#include "unit.h"

#define LONG (3600 * NS_PER_S)

static int run_on(const struct loop_backend *backend, coro_fn *fn, bool signals)
{
    struct loop *loop = loop_new(backend);
    assert_non_null(loop);
    trace_clear();
    alarm(60);
    int rc = task_run(loop, fn, NULL, signals);
    alarm(0);
    struct loop_pending left = loop_pending(loop);
    assert_int_equal(task_count(loop), 0);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    assert_int_equal(coro_count(), 0);
    loop_free(loop);
    return rc;
}

static int return_seven(void *arg)
{
    (void)arg;
    int rc = co_sleep(NS_PER_MS);
    return rc < 0 ? rc : 7;
}

static void its_result_is_the_main_tasks(void **state)
{
    (void)state;
    assert_int_equal(run_on(&backend_virtual, return_seven, false), 7);
}

static int clean_up(void *arg)
{
    int rc = co_sleep(LONG), cleaned = co_sleep(NS_PER_MS);
    say("%s cleaned %d", (const char *)arg, cleaned);
    return rc;
}

static int leave_others_behind(void *arg)
{
    (void)arg;
    task_detach(task_spawn(co_loop(), clean_up, "a", "a"));
    task_detach(task_spawn(co_loop(), clean_up, "b", "b"));
    int rc = co_yield();
    say("main ends");
    return rc;
}

static void others_are_cancelled_and_awaited(void **state)
{
    (void)state;
    assert_int_equal(run_on(&backend_virtual, leave_others_behind, false), 0);
    assert_string_equal(trace_text(), "main ends, a cleaned 0, b cleaned 0");
}

static bool undo_nothing(struct co_waiter *waiter)
{
    (void)waiter;
    return true;
}

static int wait_for_nothing(void *arg)
{
    (void)arg;
    struct co_waiter waiter = {.cancel = undo_nothing};
    int rc = co_wait(&waiter);
    say("%d", rc == -ECANCELED);
    return rc;
}

static void a_deadlock_is_told_and_undone(void **state)
{
    (void)state;
    assert_int_equal(run_on(&backend_virtual, wait_for_nothing, false), -EDEADLK);
    assert_string_equal(trace_text(), "1");
}

static int interrupt_oneself(void *arg)
{
    (void)arg;
    kill(getpid(), SIGINT);
    return co_sleep(LONG);
}

static void an_interrupt_cancels_the_main_task(void **state)
{
    (void)state;
    assert_int_equal(run_on(&backend_epoll, interrupt_oneself, true), -ECANCELED);
}

/* What the handler of the loop is told. */
static void on_exception(const struct loop_exception *exception, void *arg)
{
    (void)arg;
    say("told %s %d", exception->name, exception->error);
}

/* Asked to end, it ends with a value. */
static int end_well(void *arg)
{
    int rc = co_sleep(LONG);
    (void)arg;
    return rc == -ECANCELED ? 7 : rc;
}

/* Cancels who waits for the end of all, in the pass in which "well" has ended. */
static int interrupt_the_end(void *arg)
{
    int rc = co_sleep(LONG);
    struct task *tasks[4];
    int count = all_tasks(co_loop(), tasks, 4);
    (void)arg;
    for (int i = 0; i < count; i++)
        if (tasks[i] != task_current())
            say("%s %d", task_name(tasks[i]), task_cancel(tasks[i]));
    return rc;
}

static int leave_two_behind(void *arg)
{
    (void)arg;
    loop_set_exception_handler(co_loop(), on_exception, NULL);
    task_detach(task_spawn(co_loop(), end_well, NULL, "well"));
    task_detach(task_spawn(co_loop(), interrupt_the_end, NULL, "badly"));
    return co_yield();
}

static void an_interrupt_of_the_end_is_no_tasks_error(void **state)
{
    (void)state;
    assert_int_equal(run_on(&backend_virtual, leave_two_behind, false), 0);
    assert_string_equal(trace_text(), "end all others 1");
}

static int say_that_it_runs(void *arg)
{
    (void)arg;
    say("runs");
    return 0;
}

/* Without a descriptor for signals Ctrl-C would not be heard. */
static void signals_that_cannot_be_had_are_told(void **state)
{
    (void)state;
    struct loop *loop = loop_new(&backend_virtual);
    struct rlimit before, few = {0};
    assert_non_null(loop);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few.rlim_max = before.rlim_max;
    trace_clear();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    int rc = task_run(loop, say_that_it_runs, NULL, true);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(rc, -EMFILE);
    assert_string_equal(trace_text(), "");
    assert_int_equal(task_count(loop) + coro_count(), 0);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_result_is_the_main_tasks),
        cmocka_unit_test(others_are_cancelled_and_awaited),
        cmocka_unit_test(a_deadlock_is_told_and_undone),
        cmocka_unit_test(an_interrupt_cancels_the_main_task),
        cmocka_unit_test(an_interrupt_of_the_end_is_no_tasks_error),
        cmocka_unit_test(signals_that_cannot_be_had_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
