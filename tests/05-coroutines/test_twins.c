/* test_twins.c - what chapter 05 says of itself: the small programs about scopes, loops and locals;
 * and that its twins of chapter 04's programs are so much shorter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runs.h"
#include "unit.h"

/* ---- Scopes, iterators, locals ------------------------------------------------------------- */

static void every_way_out_closes(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "return: open, 666, closed, ",
        "\nbreak: open, 666, closed, ",
        "\nerror: open, closed, ",
        " units, EIO (Input/output error)\n",
        "\ncancel: open, closed, ",
        " units, ECANCELED (Operation canceled), and then the second cancel\n",
    };
    struct process *process = process_start(program_path("05-coroutines/resource"), NULL);
    assert_int_equal(process_wait(process), 0);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect_printed(process, lines[i]);
    assert_string_equal(process_stderr(process), "");
    process_free(process);
}

static void two_loops_take_turns(void **state)
{
    (void)state;
    expect_run("05-coroutines/iterate", 0,
               "Ada: 1\nBob: 1\nAda: 2\nBob: 2\nBob: enough\nAda: 3\nAda: 4\nAda: the end\n");
}

static void each_line_knows_its_request(void **state)
{
    (void)state;
    expect_run("05-coroutines/request_id", 0,
               "[-] two requests come\n"
               "[request 1] ordered\n"
               "[request 2] ordered\n"
               "[request 1] the card is charged\n"
               "[request 1] done\n"
               "[request 2] the card is charged\n"
               "[request 2] done\n"
               "[request 1] audited\n"
               "[request 2] audited\n"
               "[-] both are done\n");
}

/* ---- The library that blocks --------------------------------------------------------------- */

static void the_server_never_sees_two_at_a_time(void **state)
{
    (void)state;
    char entry[64];
    struct process *aio = start_aio(entry);
    const char *const argv[] = {program_path("05-coroutines/broken/curl_easy_in_a_coroutine"), "1",
                                "1", "1", NULL};
    const char *const environment[] = {entry, NULL};
    struct process *process = process_start_argv(argv, environment);
    int code = process_wait(process);
    expect_printed(process, ", max in flight 1, threads 1\n");
    assert_int_equal(code, 0);
    process_free(process);
    process_free(aio);
}

static void bad_words_are_refused(void **state)
{
    (void)state;
    static const char *const programs[] = {"resource", "iterate", "request_id", "client",
                                           "broken/curl_easy_in_a_coroutine"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char program[64];
        snprintf(program, sizeof program, "05-coroutines/%s", programs[i]);
        expect_refused(program, "--mend", "--mend");
        expect_help(program);
    }
}

/* ---- Lines, counted ------------------------------------------------------------------------ */

/* Lines that are neither blank nor only comment, as the lesson counts them. */
static int count_lines(const char *file)
{
    static const char count[] = "gcc -fpreprocessed -dD -E -P \"$ROOT/$0\" | grep -c .";
    struct process *process = process_start("/bin/sh", "-c", count, file, NULL);
    assert_int_equal(process_wait(process), 0);
    int lines = atoi(process_stdout(process));
    assert_true(lines > 10);
    process_free(process);
    return lines;
}

static void half_the_lines(void **state)
{
    (void)state;
    int by_callbacks = count_lines("04-callbacks/command_server.c");
    int by_coroutines = count_lines("05-coroutines/command_server.c");
    assert_in_range(2 * by_coroutines, 1, by_callbacks);
    by_callbacks = count_lines("04-callbacks/dialogue.c");
    by_coroutines = count_lines("05-coroutines/dialogue.c");
    assert_in_range(by_coroutines, 1, by_callbacks * 3 / 4);
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_way_out_closes),        TEST(two_loops_take_turns),
        TEST(each_line_knows_its_request), TEST(the_server_never_sees_two_at_a_time),
        TEST(bad_words_are_refused),       TEST(half_the_lines),
    };
    return cmocka_run_group_tests_name("twins and small programs of 05", tests, NULL, NULL);
}
