/* Chapter 06's demo with --timeout: who takes too long is ended, the others are not, and the server
 * sees who has left. The delays lie so far from the limit that a busy machine changes nothing. */
#include <string.h>

#include "client.h"
#include "demos.h"
#include "unit.h"

#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
#define UNIT_MS 400
#else
#define UNIT_MS 100
#endif

static const struct demo_program tasks = {.chapter = "06-tasks-gather"};

static void only_the_slow_are_ended(void **state)
{
    (void)state;
    uint16_t port;
    struct process *aio = aio_start(UNIT_MS, &port);
    struct process *demo = demo_start(
        &tasks, port, (const char *[]){"--timeout", "10", "1", "30", "1", "1", "30", NULL});
    expect_exit(demo, 1);
    assert_non_null(strstr(process_stdout(demo), "\nin the order of asking: 1 -110 1 1 -110\n"));
    assert_non_null(strstr(process_stderr(demo), "request 2 (delay 30): ECANCELED"));
    assert_non_null(strstr(process_stderr(demo), "request 5 (delay 30): ECANCELED"));
    wait_stats_at_least(port, "aborted", 2);
    assert_int_equal(http_stats(port, "aborted"), 2);
    assert_int_equal(http_stats(port, "completed"), 3);
    aio_stop(aio);
}

static void without_a_limit_all_come(void **state)
{
    (void)state;
    uint16_t port;
    struct process *aio = aio_start(UNIT_MS, &port);
    struct process *demo =
        demo_start(&tasks, port, (const char *[]){"--timeout", "0", "3", "1", "2", NULL});
    expect_exit(demo, 0);
    assert_non_null(strstr(process_stdout(demo), "\nin the order of asking: 3 1 2\n"));
    assert_int_equal(http_stats(port, "completed"), 3);
    assert_int_equal(http_stats(port, "aborted"), 0);
    aio_stop(aio);
}

static void a_bad_limit_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"-1", "soon", "6.5", "3601", ""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct process *demo = demo_start(&tasks, 1, (const char *[]){"--timeout", bad[i], NULL});
        expect_exit(demo, 2);
        assert_non_null(strstr(process_stderr(demo), "--timeout \""));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(only_the_slow_are_ended, process_teardown),
        cmocka_unit_test_teardown(without_a_limit_all_come, process_teardown),
        cmocka_unit_test_teardown(a_bad_limit_is_refused, process_teardown),
    };
    return cmocka_run_group_tests_name("the demo with a limit", tests, NULL, NULL);
}
