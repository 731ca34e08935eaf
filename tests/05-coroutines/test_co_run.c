/* test_co_run.c - a loop for one coroutine: its result, an interrupt, a loop that is stopped. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "clock.h"
#include "co.h"
#include "co_run.h"
#include "unit.h"

#define LONG (3600 * NS_PER_S)

static int double_it(void *arg)
{
    int rc = co_sleep(1);
    return rc < 0 ? rc : 2 * (int)(intptr_t)arg;
}

static void its_result_is_the_coroutines(void **state)
{
    (void)state;
    assert_int_equal(co_run(double_it, (void *)21, "main"), 42);
    assert_int_equal(coro_count() + coro_stacks_kept(), 0);
}

static int interrupt_oneself(void *arg)
{
    (void)arg;
    kill(getpid(), SIGINT);
    return co_sleep(LONG);
}

static void an_interrupt_cancels_it(void **state)
{
    (void)state;
    assert_int_equal(co_run(interrupt_oneself, NULL, "main"), -ECANCELED);
}

static int stop_the_loop(void *arg)
{
    (void)arg;
    loop_stop(co_loop());
    return co_sleep(LONG);
}

/* Nobody knows then what it would have come to: it has no result. */
static void one_that_stops_its_own_loop_has_no_result(void **state)
{
    (void)state;
    assert_int_equal(co_run(stop_the_loop, NULL, "main"), -EINTR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_result_is_the_coroutines),
        cmocka_unit_test(an_interrupt_cancels_it),
        cmocka_unit_test(one_that_stops_its_own_loop_has_no_result),
    };
    alarm(60);
    return cmocka_run_group_tests_name("a loop for one coroutine", tests, NULL, NULL);
}
