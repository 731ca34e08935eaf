/* The small programs of the chapter: where stacks lie, the order of generators, who starves, and
 * what a sleeper costs. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "process.h"
#include "runs.h"
#include "unit.h"

#define PROGRAM(name) program_path("05-coroutines/" name)

/* ---- swap ---------------------------------------------------------------------------------- */

/* The number behind `text`, looked for from `from` on. */
static uintptr_t number_behind(const char *from, const char *text)
{
    uintmax_t number = 0;
    const char *at = strstr(from, text);
    if (!at || sscanf(at + strlen(text), "%jx", &number) != 1)
        fail_msg("no number behind \"%s\" in\n%s", text, from);
    return (uintptr_t)number;
}

static const char *second(const char *in, const char *text)
{
    const char *first = strstr(in, text);
    assert_non_null(first);
    const char *again = strstr(first + 1, text);
    assert_non_null(again);
    return again;
}

/* With its search for uses after a return the address sanitizer puts variables elsewhere. */
static struct process *swap(void)
{
    const char *const argv[] = {PROGRAM("swap"), NULL};
    const char *const environment[] = {"ASAN_OPTIONS=detect_stack_use_after_return=0", NULL};
    return process_start_argv(argv, environment);
}

static void each_side_stands_on_its_own_stack(void **state)
{
    (void)state;
    struct process *process = swap();
    assert_int_equal(process_wait(process), 0);
    const char *text = process_stdout(process);
    uintptr_t low = number_behind(text, "the stack for side: from ");
    uintptr_t high = number_behind(strstr(text, "the stack for side: from "), " to ");
    uintptr_t of_main = number_behind(text, "main: my turns are at ");
    uintptr_t of_side = number_behind(strstr(text, "\nside: my argument"), "my turns are at ");
    uintptr_t main_parked = number_behind(text, "main is parked, its stack pointer is ");
    uintptr_t side_parked = number_behind(second(text, "\nside is parked "), "From ");
    assert_int_equal(high - low, 64 * 1024);
    assert_true(low < side_parked && side_parked < of_side && of_side < high);
    assert_false(low <= of_main && of_main < high);
    assert_true(main_parked < of_main && of_main - main_parked < 4096);
    assert_string_equal(process_stderr(process), "");
    process_free(process);
}

#ifndef SWITCH_UCONTEXT /* whose way of laying things out is its own */
static void a_parked_stack_says_where_to_go_on(void **state)
{
    (void)state;
    struct process *process = process_start(PROGRAM("swap"), NULL);
    assert_int_equal(process_wait(process), 0);
    const char *text = process_stdout(process);
    uintptr_t fn = number_behind(text, "the function side is at ");
    uintptr_t arg = number_behind(text, "main: my turns are at ");
#ifdef __aarch64__
    assert_int_equal(number_behind(text, " x19 "), fn);
    assert_int_equal(number_behind(text, " x20 "), arg);
    uintptr_t goes_on = number_behind(second(text, " x30 "), " x30 ");
#else
    assert_int_equal(number_behind(text, " rbx "), fn);
    assert_int_equal(number_behind(text, " r12 "), arg);
    uintptr_t goes_on = number_behind(second(text, " rip "), " rip ");
#endif
    assert_int_equal(number_behind(text, "side: my argument is "), arg);
    assert_true(fn < goes_on && goes_on < fn + 4096);
    process_free(process);
}
#endif

static void locals_of_both_sides_count(void **state)
{
    (void)state;
    struct process *process = process_start(PROGRAM("swap"), NULL);
    assert_int_equal(process_wait(process), 0);
    const char *at = process_stdout(process);
    static const char *const order[] = {
        "\nside: my argument", ": 1\n", "\nmain: my turns", ": 1\n",
        "\nside: my argument", ": 2\n", "\nmain: my turns", ": 2\n"};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        at = strstr(at, order[i]);
        if (!at)
            fail_msg("step %zu is missing in\n%s", i, process_stdout(process));
    }
    process_free(process);
}

/* ---- generator ----------------------------------------------------------------------------- */

static void both_kinds_print_the_same_orders(void **state)
{
    (void)state;
    expect_run("05-coroutines/generator", 0,
               "stackful,  in turns:   1 3 2 4\n"
               "stackful,  one inside: 1 3 4 2\n"
               "stackless, in turns:   1 3 2 4\n"
               "stackless, one inside: 1 3 4 2\n"
               "a frame: 8 bytes; a stack: 65536, of which one page at least is touched\n");
}

/* ---- starve -------------------------------------------------------------------------------- */

static void who_never_waits_starves_the_other(void **state)
{
    (void)state;
    expect_run("05-coroutines/starve", 0,
               "the calculation: part 1 of 5\n"
               "the calculation: part 2 of 5\n"
               "the calculation: part 3 of 5\n"
               "the calculation: part 4 of 5\n"
               "the calculation: part 5 of 5\n"
               "the calculation: done\n"
               "Bob: answer 1 of 5\n"
               "Bob: answer 2 of 5\n"
               "Bob: answer 3 of 5\n"
               "Bob: answer 4 of 5\n"
               "Bob: answer 5 of 5\n"
               "Bob: done\n");
}

static void with_yield_they_take_turns(void **state)
{
    (void)state;
    struct process *process = process_start(PROGRAM("starve"), "--yield", NULL);
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(process_stdout(process), "the calculation: part 1 of 5\n"
                                                 "Bob: answer 1 of 5\n"
                                                 "the calculation: part 2 of 5\n"
                                                 "Bob: answer 2 of 5\n"
                                                 "the calculation: part 3 of 5\n"
                                                 "Bob: answer 3 of 5\n"
                                                 "the calculation: part 4 of 5\n"
                                                 "Bob: answer 4 of 5\n"
                                                 "the calculation: part 5 of 5\n"
                                                 "Bob: answer 5 of 5\n"
                                                 "the calculation: done\n"
                                                 "Bob: done\n");
    assert_string_equal(process_stderr(process), "");
    process_free(process);
}

/* The parts together take 250 ms, and over 100 is told. */
static void the_guilty_one_is_named(void **state)
{
    (void)state;
    const char *const argv[] = {PROGRAM("starve"), NULL};
    const char *const environment[] = {"LOOP_DEBUG=1", NULL};
    struct process *process = process_start_argv(argv, environment);
    assert_int_equal(process_wait(process), 0);
    assert_non_null(strstr(process_stderr(process), "loop: the calculation kept the loop for "));
    process_free(process);
}

/* ---- million ------------------------------------------------------------------------------- */

/* ThreadSanitizer has a thread of its own, and knows 8,128 stacks; the memory is that of a program
 * without sanitizers. */
#if defined(THREAD_SANITIZER) || defined(ADDRESS_SANITIZER)
#define STACKLESS       20000
#define STACKFUL        500
#define MEMORY_IS_KNOWN false
#else
#define STACKLESS       1000000
#define STACKFUL        10000
#define MEMORY_IS_KNOWN true
#endif
#ifdef SWITCH_UCONTEXT /* two of a kilobyte are on the way to a second page */
#define STACK_TOUCHES 9000
#else
#define STACK_TOUCHES 5000
#endif
#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)

static long decimal_behind(const char *from, const char *text)
{
    long number = 0;
    const char *at = from ? strstr(from, text) : NULL;
    if (!at || sscanf(at + strlen(text), "%ld", &number) != 1)
        fail_msg("no number behind \"%s\"", text);
    return number;
}

static void all_sleep_at_once_and_none_too_short(void **state)
{
    (void)state;
    struct process *process = process_start(PROGRAM("million"), "--count", TEXT(STACKLESS),
                                            "--stackful", TEXT(STACKFUL), "--unit-ms", "1", NULL);
    assert_int_equal(process_wait(process), 0);
    const char *less = strstr(process_stdout(process), "stackless: " TEXT(STACKLESS) " sleepers, ");
    const char *full = strstr(process_stdout(process), "stackful: " TEXT(STACKFUL) " sleepers, ");
    assert_int_equal(decimal_behind(less, "at most "), STACKLESS);
    assert_int_equal(decimal_behind(less, " at once; "), 2 * STACKLESS);
    assert_int_equal(decimal_behind(less, " naps, "), 0);
    assert_int_equal(decimal_behind(full, "at most "), STACKFUL);
    assert_int_equal(decimal_behind(full, " at once; "), 2 * STACKFUL);
    assert_int_equal(decimal_behind(full, " naps, "), 0);
#ifndef THREAD_SANITIZER
    assert_int_equal(decimal_behind(less, "threads "), 1);
    assert_int_equal(decimal_behind(full, "threads "), 1);
#endif
    if (MEMORY_IS_KNOWN) {
        assert_in_range(decimal_behind(less, "sleepers, "), 24, 40);
        assert_in_range(decimal_behind(less, "bytes each, "), 24, 64);
        assert_in_range(decimal_behind(full, "sleepers, "), 4096, STACK_TOUCHES);
    }
    process_free(process);
}

static void more_than_there_is_memory_for_is_refused(void **state)
{
    (void)state;
    struct process *process =
        process_start(PROGRAM("million"), "--count=0", "--stackful=2000000000", NULL);
    assert_int_equal(process_wait(process), 1);
    assert_string_equal(process_stdout(process), "");
    assert_non_null(strstr(process_stderr(process), "2000000000 stackful sleepers need about "));
    assert_non_null(strstr(process_stderr(process), "choose fewer by --stackful"));
    process_free(process);
}

static void bad_words_are_refused(void **state)
{
    (void)state;
    expect_refused("05-coroutines/swap", "me", "\"me\"");
    expect_refused("05-coroutines/generator", "--lazy", "--lazy");
    expect_refused("05-coroutines/starve", "Bob", "\"Bob\"");
    expect_refused("05-coroutines/million", "--count=x", "--count \"x\"");
    expect_refused("05-coroutines/million", "--unit-ms=0", "--unit-ms \"0\"");
    expect_refused("05-coroutines/million", "ten", "\"ten\"");
    expect_help("05-coroutines/million");
    expect_help("05-coroutines/swap");
    expect_help("05-coroutines/generator");
    expect_help("05-coroutines/starve");
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_side_stands_on_its_own_stack),
#ifndef SWITCH_UCONTEXT
        TEST(a_parked_stack_says_where_to_go_on),
#endif
        TEST(locals_of_both_sides_count),
        TEST(both_kinds_print_the_same_orders),
        TEST(who_never_waits_starves_the_other),
        TEST(with_yield_they_take_turns),
        TEST(the_guilty_one_is_named),
        TEST(all_sleep_at_once_and_none_too_short),
        TEST(more_than_there_is_memory_for_is_refused),
        TEST(bad_words_are_refused),
    };
    return cmocka_run_group_tests_name("the small programs of 05", tests, NULL, NULL);
}
