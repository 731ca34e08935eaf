/* The wrong twins of chapter 08: each has to fall into its trap, in the same way each time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "runs.h"
#include "unit.h"

#define PROGRAM(name) "08-producer-consumer/broken/" name

static void a_cancelled_worker_does_not_report(void **state)
{
    (void)state;
    expect_run(PROGRAM("lost_item"), 0,
               "a long one: begun\n"
               "the next: begun\n"
               "the next: done\n"
               "join: ETIMEDOUT (Connection timed out); in the queue 0, unfinished 1\n");
}

static void a_consumer_that_nobody_tells_waits(void **state)
{
    (void)state;
    expect_run(PROGRAM("never_ends"), 0,
               "the producer has ended\n"
               "one\n"
               "two\n"
               "three\n"
               "the consumer: ETIMEDOUT (Connection timed out)\n");
}

static void an_empty_queue_is_no_end(void **state)
{
    (void)state;
    expect_run(PROGRAM("polls_empty"), 0, "the queue is empty: 1 of 3 put, 1 begun, 0 done\n");
}

static void a_sentinel_is_taken_once(void **state)
{
    (void)state;
    expect_run(PROGRAM("one_sentinel"), 0,
               "one\n"
               "two\n"
               "1 of 3 workers have ended; in the queue: 0\n");
}

#ifndef THREAD_SANITIZER
static double seconds_before(const char *text, const char *what)
{
    double seconds = -1;
    const char *line = strstr(text, what);
    while (line && line > text && line[-1] != '\n')
        line--;
    if (!line || sscanf(line, "after %lf s", &seconds) != 1)
        fail_msg("no time before \"%s\" in:\n%s", what, text);
    return seconds;
}
#endif

/* That the getter does not run before the timer is what can be relied on: a timer is never early.
 * Under the thread sanitizer it is the race that is told. */
static void nobody_wakes_the_loop(void **state)
{
    (void)state;
    struct process *process = process_start(program_path(PROGRAM("put_from_a_thread")), NULL);
    int code = process_wait(process);
#ifdef THREAD_SANITIZER
    assert_int_not_equal(code, 0);
    assert_non_null(strstr(process_stderr(process), "data race"));
#else
    assert_int_equal(code, 0);
    assert_true(seconds_before(process_stdout(process), "the thread has put it: 0\n") < 1.0);
    assert_true(seconds_before(process_stdout(process), "the getter has got the item\n") >= 1.0);
#endif
    process_free(process);
}

/* The second lines of the orders are what is missing. */
static void what_nobody_ends_is_cut_off(void **state)
{
    (void)state;
    struct process *process = process_start(program_path(PROGRAM("daemon_thread")), NULL);
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(process_stdout(process), "order 1: booked\n"
                                                 "order 2: booked\n"
                                                 "order 3: booked\n"
                                                 "main has handed in all, and returns\n");
    process_free(process);
}

static void bad_words_are_refused(void **state)
{
    (void)state;
    static const char *const programs[] = {"lost_item",    "never_ends",        "polls_empty",
                                           "one_sentinel", "put_from_a_thread", "daemon_thread"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char program[64];
        snprintf(program, sizeof program, "08-producer-consumer/broken/%s", programs[i]);
        expect_refused(program, "--mend", "--mend");
        expect_help(program);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cancelled_worker_does_not_report),
        TEST(a_consumer_that_nobody_tells_waits),
        TEST(an_empty_queue_is_no_end),
        TEST(a_sentinel_is_taken_once),
        TEST(nobody_wakes_the_loop),
        TEST(what_nobody_ends_is_cut_off),
        TEST(bad_words_are_refused),
    };
    return cmocka_run_group_tests_name("broken", tests, NULL, NULL);
}
