/* test_valgrind.c - valgrind knows our stacks (coro_tools.h), and finds nothing in the small
 * programs and in the tests of the mechanism. */
#include "memcheck.h"
#include "process.h"
#include "unit.h"

static void the_small_programs_are_clean(void **state)
{
    (void)state;
    static const char *const programs[] = {
        "05-coroutines/swap",
        "05-coroutines/switch --count 1000", /* its dump shows what nobody has set, on purpose */
        "05-coroutines/generator",
        "05-coroutines/sleep --unit-ms 20",
        "05-coroutines/million --count 1000 --stackful 100 --unit-ms 5",
    };
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        expect_memcheck_finds_nothing(programs[i]);
}

static void the_tests_of_the_mechanism_are_clean(void **state)
{
    (void)state;
    static const char *const programs[] = {
        "tests/05-coroutines/test_coro",
        "tests/05-coroutines/test_co",
        "tests/05-coroutines/test_co_io",
    };
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        expect_memcheck_finds_nothing(programs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_small_programs_are_clean, process_teardown),
        cmocka_unit_test_teardown(the_tests_of_the_mechanism_are_clean, process_teardown),
    };
    return cmocka_run_group_tests_name("valgrind", tests, NULL, NULL);
}
