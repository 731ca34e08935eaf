#include "explored.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_explore.h"
#include "check.h"
#include "unit.h"

#define GUARD_S 120

/* Under the thread sanitizer, which has nothing to see here and makes each coroutine a hundred
 * times as dear, so many seeds have to do. */
#ifdef THREAD_SANITIZER
#define SEEDS_INSTEAD 300
#else
#define SEEDS_INSTEAD 0
#endif

/* ---- One run -------------------------------------------------------------------------------- */

static int play_and_hang_up(void *test)
{
    const struct explored *explored = test;
    int rc = explored->play(NULL);
    explore_nobody_calls(co_loop());
    return rc;
}

static void complain_of_left(struct loop *loop, int coroutines)
{
    struct loop_pending left = loop_pending(loop);
    expect(task_count(loop) == 0, "%d tasks are left", task_count(loop));
    expect(left.timers == 0, "%d timers are left", left.timers);
    expect(left.callbacks == 0, "%d callbacks are left", left.callbacks);
    expect(left.readers + left.writers == 0, "%d descriptors are watched still",
           left.readers + left.writers);
    expect(coroutines == 0, "%d coroutines are left", coroutines);
}

void explored_play(void *test)
{
    struct loop *loop = loop_new(&backend_explore);
    if (!loop)
        die_error(errno, "loop_new");
    int coroutines = coro_count();
    int rc = task_run(loop, play_and_hang_up, test, false);
    expect(rc != -EDEADLK, "somebody waits for what never comes");
    expect(rc >= 0, "it ends with %s", rc < 0 ? strerrorname_np(-rc) : "");
    complain_of_left(loop, coro_count() - coroutines);
    if (task_count(loop) == 0) /* else what is left still refers to it */
        loop_free(loop);
}

/* ---- All runs ------------------------------------------------------------------------------- */

static const char *program;

static void fail_with(const struct explored *test, const struct explore_report *report)
{
    fail_msg("%s\n  events: %s\n  run %ld; again: LOOP_EXPLORE=%s %s '%s'\n  simplest: "
             "LOOP_EXPLORE=%s",
             report->complaint, report->events, report->runs, report->replay, program, test->name,
             report->path);
}

/* It must fail in some run, and not in the plain one. */
static void check_that_it_fails(struct explored *test, const struct explore_report *report)
{
    struct explore_report plain, again;
    if (!report->failed)
        fail_msg("none of %ld runs has failed", report->runs);
    if (strncmp(report->complaint, test->plain_only, strlen(test->plain_only)) != 0)
        fail_msg("it has failed in another way: %s", report->complaint);
    explore_path(explored_play, test, "", &plain);
    if (plain.failed)
        fail_msg("the plain run has failed, too: %s", plain.complaint);
    explore_path(explored_play, test, report->path + strlen("path:"), &again);
    assert_string_equal(again.complaint, report->complaint);
    assert_string_equal(again.events, report->events);
    print_message("run %ld: %s\n  events: %s\n  again: LOOP_EXPLORE=%s\n", report->runs,
                  report->complaint, report->events, report->path);
}

static void check(void **state)
{
    struct explored test = *(const struct explored *)*state;
    struct explore_report report;
    if (test.seeds == 0)
        test.seeds = SEEDS_INSTEAD;
    alarm(GUARD_S);
    explore(explored_play, &test, test.seeds, EXPLORED_RUNS_MAX, &report);
    alarm(0);
    if (test.plain_only && !getenv("LOOP_EXPLORE"))
        check_that_it_fails(&test, &report);
    else if (report.failed)
        fail_with(&test, &report);
    else if (!report.complete && test.seeds == 0 && !getenv("LOOP_EXPLORE"))
        fail_msg("more than %ld runs", report.runs);
    else
        print_message("%ld runs%s\n", report.runs, report.complete ? ", all that there are" : "");
}

int explored_run(const struct explored *tests, size_t count, int argc, char **argv)
{
    struct CMUnitTest units[count];
    program = argv[0];
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    explore_tell_on_crash();
    for (size_t i = 0; i < count; i++)
        units[i] = (struct CMUnitTest){
            .name = tests[i].name, .test_func = check, .initial_state = (void *)&tests[i]};
    return _cmocka_run_group_tests("explored", units, count, NULL, NULL);
}

/* ---- For the tests -------------------------------------------------------------------------- */

void expect(bool holds, const char *format, ...)
{
    char text[200];
    va_list arguments;
    if (holds)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    explore_complain("%s", text);
}

struct task *spawn(coro_fn *fn, void *arg, const char *name)
{
    struct task *task = task_spawn(co_loop(), fn, arg, name);
    if (!task)
        die_error(ENOMEM, "task_spawn");
    return task;
}

struct task *spawn_number(coro_fn *fn, int n, const char *name)
{
    return spawn(fn, (void *)(intptr_t)n, name);
}

static void on_cancel(void *task)
{
    task_cancel(task);
}

void cancel_from_outside(struct task *task, const char *name)
{
    explore_from_outside(co_loop(), on_cancel, task, name);
}

void call_from_outside(callback_fn *fn, void *arg, const char *name)
{
    explore_from_outside(co_loop(), fn, arg, name);
}

int end_of(struct task *task)
{
    return await(&task->future);
}

void let_go(struct task *const tasks[], int count)
{
    explore_nobody_calls(co_loop());
    for (int i = 0; i < count; i++)
        task_unref(tasks[i]);
}

int pass_by(int passes)
{
    for (int i = 0; i < passes; i++) {
        int rc = co_yield();
        if (rc < 0)
            return rc;
    }
    return 0;
}
