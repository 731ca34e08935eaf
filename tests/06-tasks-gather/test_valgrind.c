/* test_valgrind.c - valgrind finds nothing in the tests of futures and tasks. */
#include "memcheck.h"
#include "process.h"
#include "unit.h"

static void tasks_are_clean(void **state)
{
    (void)state;
    static const char *const programs[] = {
        "tests/06-tasks-gather/test_future",  "tests/06-tasks-gather/test_cancel",
        "tests/06-tasks-gather/test_gather",  "tests/06-tasks-gather/test_wait",
        "tests/06-tasks-gather/test_timeout", "tests/06-tasks-gather/test_run",
    };
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        expect_memcheck_finds_nothing(programs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(tasks_are_clean, process_teardown),
    };
    return cmocka_run_group_tests_name("valgrind", tests, NULL, NULL);
}
