/* test_run_until.c - run_until: a loop that runs for a future; and names, and who there is. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "task.h"
#include "unit.h"

#define GUARD_S 60

static int set_up(void **state)
{
    alarm(GUARD_S);
    *state = loop_new(&backend_virtual);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    loop_free(*state);
    alarm(0);
    return 0;
}

static int sleeps(void *arg)
{
    int rc = co_sleep(NS_PER_MS);
    return rc < 0 ? rc : (int)(intptr_t)arg;
}

static struct task *spawn(struct loop *loop, coro_fn *fn, void *arg, const char *name)
{
    struct task *task = task_spawn(loop, fn, arg, name);
    assert_non_null(task);
    return task;
}

static void its_result(void **state)
{
    struct loop *loop = *state;
    struct task *task = spawn(loop, sleeps, (void *)7, NULL);
    assert_int_equal(run_until(loop, &task->future), 7);
    assert_int_equal(run_until(loop, &task->future), 7); /* of one that is done */
    task_unref(task);
}

static void others_go_on_next_time(void **state)
{
    struct loop *loop = *state;
    struct task *first = spawn(loop, sleeps, (void *)1, NULL);
    struct task *second = spawn(loop, sleeps, (void *)2, NULL);
    assert_int_equal(run_until(loop, &first->future), 1);
    assert_false(loop_is_running(loop));
    assert_int_equal(run_until(loop, &second->future), 2);
    task_unref(first);
    task_unref(second);
}

static int stops_the_loop(void *arg)
{
    loop_stop(arg);
    return co_sleep(NS_PER_MS);
}

static void stopped_before(void **state)
{
    struct loop *loop = *state;
    struct task *task = spawn(loop, stops_the_loop, loop, NULL);
    assert_int_equal(run_until(loop, &task->future), -EINTR);
    assert_false(task_is_done(task));
    assert_int_equal(run_until(loop, &task->future), 0);
    task_unref(task);
}

static int runs_again(void *arg)
{
    return run_until(arg, &task_current()->future);
}

static void not_inside_a_run(void **state)
{
    struct loop *loop = *state;
    struct task *task = spawn(loop, runs_again, loop, NULL);
    assert_int_equal(run_until(loop, &task->future), -EBUSY);
    task_unref(task);
}

static void a_future_that_nobody_sets(void **state)
{
    struct future future;
    future_init(&future, *state);
    assert_int_equal(run_until(*state, &future), -EDEADLK);
}

static int joins_itself(void *arg)
{
    (void)arg;
    return task_join(task_current());
}

static void not_itself(void **state)
{
    struct task *task = spawn(*state, joins_itself, NULL, NULL);
    assert_int_equal(run_until(*state, &task->future), -EDEADLK);
    task_unref(task);
}

static int is_named(void *arg)
{
    const char *was = coro_name(coro_current());
    bool right = strcmp(was, arg) == 0;
    task_set_name(task_current(), "a name that is much longer than there is room for");
    return right && strcmp(coro_name(coro_current()), "a name that is much longer than") == 0;
}

/* The stack's overflow and the debug mode tell the coroutine's name. */
static void the_coroutine_has_its_name(void **state)
{
    struct task *task = spawn(*state, is_named, "first", "first");
    assert_int_equal(run_until(*state, &task->future), 1);
    assert_string_equal(task_name(task), "a name that is much longer than");
    task_set_name(task, "done");
    assert_string_equal(task_name(task), "done");
    task_unref(task);
}

static void all_of_this_loop(void **state)
{
    struct loop *other = loop_new(&backend_virtual);
    assert_non_null(other);
    struct task *a = spawn(*state, sleeps, NULL, NULL), *b = spawn(*state, sleeps, NULL, NULL);
    struct task *foreign = spawn(other, sleeps, NULL, NULL), *found[1];
    assert_int_equal(all_tasks(*state, found, 1), 2);
    assert_ptr_equal(found[0], a);
    assert_int_equal(task_count(other), 1);

    assert_int_equal(run_until(*state, &a->future), 0);
    assert_int_equal(run_until(*state, &b->future), 0);
    assert_int_equal(all_tasks(*state, found, 1), 0);
    assert_int_equal(run_until(other, &foreign->future), 0);
    task_unref(a);
    task_unref(b);
    task_unref(foreign);
    loop_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_result),       TEST(others_go_on_next_time),     TEST(stopped_before),
        TEST(not_inside_a_run), TEST(a_future_that_nobody_sets),  TEST(not_itself),
        TEST(all_of_this_loop), TEST(the_coroutine_has_its_name),
    };
    return cmocka_run_group_tests_name("run_until", tests, NULL, NULL);
}
