/* The wrong twins of chapter 06: each has to fall into its trap, in the same way each time. */
#include <stdio.h>
#include <string.h>

#include "process.h"
#include "runs.h"
#include "unit.h"

#define PROGRAM(name) program_path("06-tasks-gather/broken/" name)

static struct process *gather_and_go(const char *asan_options)
{
    const char *const argv[] = {PROGRAM("gather_and_go"), NULL};
    const char *const environment[] = {asan_options, NULL};
    return process_start_argv(argv, environment);
}

static void who_returns_with_gather_leaves_his_frame_to_the_next(void **state)
{
    (void)state;
    struct process *process = gather_and_go("ASAN_OPTIONS=detect_stack_use_after_return=0");
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(process_stdout(process), "Ada: ECONNREFUSED (Connection refused)\n"
                                                 "Bob: ECONNREFUSED (Connection refused)\n"
                                                 "cooked: for Bob\n"
                                                 "cooked: for Bob\n");
    assert_string_equal(process_stderr(process), "");
    process_free(process);
}

#ifdef ADDRESS_SANITIZER
static void the_address_sanitizer_can_see_it(void **state)
{
    (void)state;
    struct process *process = gather_and_go("ASAN_OPTIONS=detect_stack_use_after_return=1");
    assert_int_not_equal(process_wait(process), 0);
    assert_non_null(strstr(process_stderr(process), "stack-use-after-return"));
    process_free(process);
}
#endif

static void a_wrapper_that_returns_nothing_loses_all(void **state)
{
    (void)state;
    expect_run("06-tasks-gather/broken/timeout_it", 0,
               "task 1 complete\n"
               "task 3 complete\n"
               "task 2 timeout\n"
               "results: 0 0 0\n");
}

static void what_is_forgotten_fails_and_is_lost(void **state)
{
    (void)state;
    struct process *process = process_start(PROGRAM("forget"), NULL);
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(process_stdout(process), "the page is saved\n"
                                                 "the visit is counted\n"
                                                 "the program ends without an error\n");
    assert_string_equal(process_stderr(process),
                        "drop from cache: the task's error was never retrieved: ECONNREFUSED "
                        "(Connection refused)\n");
    process_free(process);
}

static void bad_words_are_refused(void **state)
{
    (void)state;
    static const char *const programs[] = {"forget", "gather_and_go", "timeout_it"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char program[64];
        snprintf(program, sizeof program, "06-tasks-gather/broken/%s", programs[i]);
        expect_refused(program, "--mend", "--mend");
        expect_help(program);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_returns_with_gather_leaves_his_frame_to_the_next),
#ifdef ADDRESS_SANITIZER
        TEST(the_address_sanitizer_can_see_it),
#endif
        TEST(a_wrapper_that_returns_nothing_loses_all),
        TEST(what_is_forgotten_fails_and_is_lost),
        TEST(bad_words_are_refused),
    };
    return cmocka_run_group_tests_name("broken", tests, NULL, NULL);
}
