/* test_task_tree.c - the tree of tasks, printed at moments that the virtual clock fixes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "as_completed.h"
#include "backend_virtual.h"
#include "clock.h"
#include "gather.h"
#include "group.h"
#include "shield.h"
#include "task_tree.h"
#include "unit.h"

/* What was printed, after each print_tree. Assertions come when the loop has ended: a failed one
 * leaves by longjmp, which must not be done from a coroutine's stack. */
static char printed[16384];

static void print_tree(void *arg)
{
    FILE *file = fmemopen(printed, sizeof printed, "w");
    if (!file || task_tree_print(arg, file) < 0)
        abort();
    fclose(file);
}

/* Runs `fn`, and prints the tree after so long. */
static void run_and_print(coro_fn *fn, void *arg, int64_t after_ns)
{
    struct loop *loop = loop_new(&backend_virtual);
    struct timer timer;
    assert_non_null(loop);
    timer_init(&timer, print_tree, loop);
    assert_int_equal(loop_call_later(loop, &timer, after_ns), 0);
    printed[0] = '\0';
    alarm(60);
    assert_int_equal(task_run(loop, fn, arg, false), 0);
    alarm(0);
    assert_int_equal(task_count(loop), 0);
    loop_free(loop);
}

static struct task *start(coro_fn *fn, void *arg, const char *name)
{
    struct task *task = task_spawn(co_loop(), fn, arg, name);
    if (!task)
        abort();
    return task;
}

static int sleep_seconds(void *arg)
{
    return co_sleep((int64_t)(intptr_t)arg * NS_PER_S);
}

/* ---- Each way to wait ---------------------------------------------------------------------- */

static int wait_in_every_way(void *way)
{
    struct task *tasks[] = {start(sleep_seconds, (void *)2, "a"),
                            start(sleep_seconds, (void *)3, "b")};
    const char *which = way;
    struct as_completed it;
    struct task *first;
    int rc = -EINVAL;
    if (strcmp(which, "gather") == 0)
        rc = gather(tasks, 2, NULL, 0);
    else if (strcmp(which, "wait_tasks") == 0)
        rc = wait_tasks(tasks, 2, WAIT_ALL_COMPLETED, -1);
    else if (strcmp(which, "as_completed_next") == 0 &&
             (rc = as_completed_begin(&it, tasks, 2, -1)) == 0) {
        rc = as_completed_next(&it, &first);
        as_completed_end(&it);
    }
    for (int i = 0; i < 2; i++) {
        int joined = task_join(tasks[i]);
        rc = rc < 0 ? rc : joined;
    }
    return rc < 0 ? rc : 0;
}

static void who_waits_for_many_stands_above_them(void **state)
{
    static char ways[][20] = {"gather", "wait_tasks", "as_completed_next"};
    char expected[400];
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        run_and_print(wait_in_every_way, ways[i], NS_PER_S);
        snprintf(expected, sizeof expected,
                 "main                         waits for %s\n"
                 "|-- a                        waits for sleep\n"
                 "`-- b                        waits for sleep\n",
                 ways[i]);
        assert_string_equal(printed, expected);
    }
}

static int shield_a_joiner(void *arg)
{
    return arg ? shield(arg) : 0;
}

static int join_it(void *arg)
{
    return task_join(arg);
}

static int group_of_two(void *arg)
{
    (void)arg;
    struct task *deep = start(sleep_seconds, (void *)4, "deep");
    struct task *joiner = start(join_it, future_ref(&deep->future), "joiner");
    struct group group;
    group_begin(&group);
    int rc = group_spawn(&group, shield_a_joiner, joiner, "shielding");
    if (rc == 0)
        rc = group_spawn(&group, sleep_seconds, (void *)9, "sleeping");
    if (rc == 0)
        rc = co_sleep(8 * NS_PER_S);
    rc = group_end(&group, rc);
    task_unref(joiner);
    task_unref(deep);
    return rc;
}

static void groups_and_shields_are_waits_too(void **state)
{
    (void)state;
    run_and_print(group_of_two, NULL, NS_PER_S);
    assert_string_equal(printed, "main                         waits for sleep\n"
                                 "|-- shielding                waits for shield\n"
                                 "|   `-- joiner               waits for a task\n"
                                 "|       `-- deep             waits for sleep\n"
                                 "`-- sleeping                 waits for sleep\n");
    run_and_print(group_of_two, NULL, 8 * NS_PER_S + NS_PER_MS);
    assert_string_equal(printed, "main                         waits for group_end\n"
                                 "`-- sleeping                 waits for sleep\n");
}

/* ---- States -------------------------------------------------------------------------------- */

static int end_slowly(void *arg)
{
    (void)arg;
    int rc = co_sleep(9 * NS_PER_S), cleaned = co_sleep(3 * NS_PER_S);
    return cleaned < 0 ? cleaned : rc;
}

static int states(void *loop)
{
    struct task *slow = start(end_slowly, NULL, "slow");
    int rc = co_sleep(NS_PER_S);
    task_cancel(slow);
    if (rc == 0)
        rc = co_sleep(NS_PER_S);
    struct task *fresh = start(sleep_seconds, (void *)1, "fresh");
    print_tree(loop);
    int joined = task_join(fresh), ended = task_join(slow);
    return rc < 0 ? rc : joined < 0 ? joined : ended == -ECANCELED ? 0 : -EPROTO;
}

static void states_are_told(void **state)
{
    (void)state;
    struct loop *loop = loop_new(&backend_virtual);
    assert_non_null(loop);
    assert_int_equal(task_run(loop, states, loop, false), 0);
    loop_free(loop);
    assert_string_equal(printed,
                        "main                         runs\n"
                        "slow                         waits for sleep, is being cancelled\n"
                        "fresh                        has not started\n");
}

/* ---- Awkward ones -------------------------------------------------------------------------- */

static struct task *circle[2];

static int join_the_other(void *arg)
{
    return await(&circle[(intptr_t)arg]->future);
}

/* A cancel would go round for ever, as it does in asyncio: the end is given to one of them. */
static int wait_in_a_circle(void *arg)
{
    (void)arg;
    circle[0] = start(join_the_other, (void *)1, "hen");
    circle[1] = start(join_the_other, (void *)0, "egg");
    int rc = co_sleep(2 * NS_PER_S);
    if (future_set_result(&circle[0]->future, 0) < 0)
        abort();
    int egg = task_join(circle[1]), others = co_sleep(NS_PER_S);
    task_unref(circle[0]);
    return rc < 0 ? rc : egg < 0 ? egg : others;
}

static void a_circle_is_shown(void **state)
{
    (void)state;
    run_and_print(wait_in_a_circle, NULL, NS_PER_S);
    assert_string_equal(printed, "main                         waits for sleep\n"
                                 "hen                          waits for a task\n"
                                 "`-- egg                      waits for a task\n"
                                 "    `-- hen                  waits for a task, see above\n");
}

static int deeper(void *arg)
{
    int left = (int)(intptr_t)arg;
    if (left == 0)
        return co_sleep(2 * NS_PER_S);
    return task_join(start(deeper, (void *)(intptr_t)(left - 1), "deeper"));
}

static void a_deep_one_is_cut(void **state)
{
    (void)state;
    run_and_print(deeper, (void *)50, NS_PER_S);
    assert_non_null(strstr(printed, "deeper waits for a task, and others for it\n"));
}

static int two_for_one(void *arg)
{
    (void)arg;
    struct task *end = start(sleep_seconds, (void *)3, "end");
    struct task *shared = start(join_it, end, "shared");
    struct task *one = start(join_it, future_ref(&shared->future), "one");
    struct task *two = start(join_it, shared, "two");
    int first = task_join(one), second = task_join(two);
    return first < 0 ? first : second;
}

static void one_below_two_is_shown_once_in_full(void **state)
{
    (void)state;
    run_and_print(two_for_one, NULL, NS_PER_S);
    assert_string_equal(printed, "main                         waits for a task\n"
                                 "`-- one                      waits for a task\n"
                                 "    `-- shared               waits for a task\n"
                                 "        `-- end              waits for sleep\n"
                                 "two                          waits for a task\n"
                                 "`-- shared                   waits for a task, see above\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_waits_for_many_stands_above_them),
        cmocka_unit_test(groups_and_shields_are_waits_too),
        cmocka_unit_test(states_are_told),
        cmocka_unit_test(a_circle_is_shown),
        cmocka_unit_test(a_deep_one_is_cut),
        cmocka_unit_test(one_below_two_is_shown_once_in_full),
    };
    return cmocka_run_group_tests_name("task tree", tests, NULL, NULL);
}
