/* test_co_local.c - a value for each coroutine, begun with the one of who started it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "co_local.h"
#include "trace.h"
#include "unit.h"

static struct loop *loop;
static struct co_local name = CO_LOCAL, other = CO_LOCAL;

static int set_up(void **state)
{
    (void)state;
    loop = loop_new(&backend_virtual);
    trace_clear();
    return loop ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    return coro_count();
}

static void run_until_nothing_is_left(void)
{
    alarm(60);
    assert_int_equal(loop_run_forever(loop), -EDEADLK);
    alarm(0);
}

static void say_name(const char *who)
{
    const char *value = co_local_get(&name);
    say("%s %s", who, value ? value : "none");
}

static void set_name(const char *value)
{
    int rc = co_local_set(&name, (void *)value);
    assert_int_equal(rc, 0);
}

static int take_turns(void *arg)
{
    set_name(arg);
    for (int i = 0; i < 2; i++) {
        int rc = co_sleep(NS_PER_S);
        if (rc < 0)
            return rc;
        say_name(arg);
    }
    return 0;
}

static void each_has_its_own(void **state)
{
    (void)state;
    assert_int_equal(co_spawn(loop, take_turns, "Ada", "Ada"), 0);
    assert_int_equal(co_spawn(loop, take_turns, "Bob", "Bob"), 0);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "Ada Ada, Bob Bob, Ada Ada, Bob Bob");
}

static int be_child(void *arg)
{
    (void)arg;
    say_name("child");
    set_name("child's");
    int rc = co_sleep(NS_PER_S);
    say_name("child");
    return rc;
}

/* The child takes what is there at the spawn, and not what is set before its first step. */
static int be_parent(void *arg)
{
    (void)arg;
    say_name("parent");
    set_name("first");
    int rc = co_spawn(co_loop(), be_child, NULL, "child");
    set_name("second");
    if (rc == 0)
        rc = co_yield();
    say_name("parent");
    return rc;
}

static void a_child_begins_with_the_values_at_the_spawn(void **state)
{
    (void)state;
    assert_int_equal(co_spawn(loop, be_parent, NULL, "parent"), 0);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "parent none, child first, parent second, child child's");
}

static void outside_there_is_none(void **state)
{
    (void)state;
    int rc = co_local_set(&name, "x");
    assert_int_equal(rc, -EPERM);
    assert_null(co_local_get(&name));
}

/* The last test: slots are never given back. */
static int take_all_slots(void *arg)
{
    (void)arg;
    static struct co_local more[CO_LOCALS_MAX + 1];
    int rc = co_local_set(&other, "other's");
    assert_int_equal(rc, 0);
    set_name("name's");
    int had = 2;
    for (int i = 0; (rc = co_local_set(&more[i], "more")) == 0; i++)
        had++;
    say("%s after %d", strerrorname_np(-rc), had);
    say("%s", (const char *)co_local_get(&other));
    say_name("still");
    return 0;
}

static void there_are_so_many_slots(void **state)
{
    (void)state;
    assert_int_equal(CO_LOCALS_MAX, 4);
    assert_int_equal(co_spawn(loop, take_all_slots, NULL, "test"), 0);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "ENOSPC after 4, other's, still name's");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_has_its_own),
        TEST(a_child_begins_with_the_values_at_the_spawn),
        TEST(outside_there_is_none),
        TEST(there_are_so_many_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
