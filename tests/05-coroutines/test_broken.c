/* The wrong twins of chapter 05: each has to fall into its trap, in the same way each time. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "process.h"
#include "runs.h"
#include "unit.h"

#define PROGRAM(name) program_path("05-coroutines/broken/" name)

static void who_blocks_takes_the_sum(void **state)
{
    (void)state;
    expect_run("05-coroutines/broken/blocking_sleep", 0,
               "Ada falls asleep\n"
               "Ada is awake\n"
               "Bob falls asleep\n"
               "Bob is awake\n"
               "Cleo falls asleep\n"
               "Cleo is awake\n"
               "3 sleepers, at most 1 asleep at a time\n");
}

static void who_blocks_is_named(void **state)
{
    (void)state;
    const char *const argv[] = {PROGRAM("blocking_sleep"), NULL};
    const char *const environment[] = {"LOOP_DEBUG=1", NULL};
    struct process *process = process_start_argv(argv, environment);
    assert_int_equal(process_wait(process), 0);
    assert_non_null(strstr(process_stderr(process), "loop: Ada kept the loop for "));
    assert_non_null(strstr(process_stderr(process), "loop: Cleo kept the loop for "));
    process_free(process);
}

/* Under a sanitizer the stacks are eight times as large, and nothing happens. */
static void a_large_local_ends_the_program(void **state)
{
    (void)state;
    struct process *process = process_start(PROGRAM("large_local"), NULL);
    int code = process_wait(process);
    expect_printed(process, "a stack has 65536 bytes, and the array 70000\n");
#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
    assert_int_equal(code, 0);
    expect_printed(process, "a page of 69993 bytes");
#else
    assert_int_equal(code, 128 + SIGSEGV);
    assert_null(strstr(process_stdout(process), "a page of"));
    assert_string_equal(process_stderr(process),
                        "stack overflow in task Ada: large arrays and deep recursion do not fit "
                        "on a coroutine's stack\n");
#endif
    process_free(process);
}

static struct process *bake(const char *asan_options)
{
    const char *const argv[] = {PROGRAM("dead_stack"), NULL};
    const char *const environment[] = {asan_options, NULL};
    return process_start_argv(argv, environment);
}

/* The address sanitizer does not see it unless it is asked to. */
static void the_next_ones_bytes_stand_there(void **state)
{
    (void)state;
    struct process *process = bake("ASAN_OPTIONS=detect_stack_use_after_return=0");
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(process_stdout(process), "Ada orders bread and leaves\n"
                                                 "Bob orders cake and leaves\n"
                                                 "baked: cake for Bob\n"
                                                 "baked: cake for Bob\n");
    assert_string_equal(process_stderr(process), "");
    process_free(process);
}

#ifdef ADDRESS_SANITIZER
static void the_address_sanitizer_can_see_it(void **state)
{
    (void)state;
    struct process *process = bake("ASAN_OPTIONS=detect_stack_use_after_return=1");
    assert_int_not_equal(process_wait(process), 0);
    assert_non_null(strstr(process_stderr(process), "ERROR: AddressSanitizer"));
    assert_non_null(strstr(process_stderr(process), "in bake "));
    process_free(process);
}
#endif

static void who_awaits_his_client_accepts_nobody(void **state)
{
    (void)state;
    expect_run("05-coroutines/broken/awaits_in_accept", 0,
               "Ada is greeted, and says nothing\n"
               "Bob has waited for 100 passes of the loop, and nobody greets him\n"
               "Ada leaves\n"
               "Bob is greeted, at last\n"
               "Bob leaves\n");
}

/* Runs it with `debug` in its environment; what it said on stderr must be `told`. */
static void forget(const char *debug, const char *told)
{
    const char *const argv[] = {PROGRAM("never_awaited"), NULL};
    const char *const environment[] = {debug, NULL};
    struct process *process = process_start_argv(argv, environment);
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(process_stdout(process), "Hello, Bob\n");
    assert_string_equal(process_stderr(process), told);
    process_free(process);
}

#define ADA_IS_FORGOTTEN "coroutine Ada was never awaited: made at broken/never_awaited.c:49\n"

static void who_is_never_awaited_is_told_with_the_place(void **state)
{
    (void)state;
    forget("LOOP_DEBUG=0", ADA_IS_FORGOTTEN);
}

static void in_debug_mode_who_is_suspended_is_told_too(void **state)
{
    (void)state;
    forget("LOOP_DEBUG=1", ADA_IS_FORGOTTEN
           "coroutine Cleo is suspended still: made at broken/never_awaited.c:50\n");
}

static void bad_words_are_refused(void **state)
{
    (void)state;
    static const char *const programs[] = {"awaits_in_accept", "blocking_sleep", "dead_stack",
                                           "large_local", "never_awaited"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char program[64];
        snprintf(program, sizeof program, "05-coroutines/broken/%s", programs[i]);
        expect_refused(program, "--mend", "--mend");
        expect_help(program);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_blocks_takes_the_sum),
        TEST(who_blocks_is_named),
        TEST(a_large_local_ends_the_program),
        TEST(the_next_ones_bytes_stand_there),
#ifdef ADDRESS_SANITIZER
        TEST(the_address_sanitizer_can_see_it),
#endif
        TEST(who_awaits_his_client_accepts_nobody),
        TEST(who_is_never_awaited_is_told_with_the_place),
        TEST(in_debug_mode_who_is_suspended_is_told_too),
        TEST(bad_words_are_refused),
    };
    return cmocka_run_group_tests_name("the wrong twins of 05", tests, NULL, NULL);
}
