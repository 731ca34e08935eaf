/* The small programs against the /aio server: orders and counters. Where one thing has to come
 * before another the two are far apart, or the order does not depend on time. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "programs.h"
#include "runs.h"
#include "unit.h"

#define PROGRAM(name) "08-producer-consumer/" name

static void expect_in(struct process *program, const char *text)
{
    if (!strstr(process_stdout(program), text))
        fail_msg("\"%s\" is not in:\n%s%s", text, process_stdout(program), process_stderr(program));
}

/* ---- fetcher ------------------------------------------------------------------------------- */

/* It takes the next item while the one before is under way, and ends by itself. */
static void the_fetcher_spawns_and_ends(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(program_start(&aio, PROGRAM("fetcher"), "--every 0 --timeout 3600 50 25 0"),
                   "fetching... 1\n"
                   "fetching... 2\n"
                   "fetching... 3\n"
                   "task 3 (delay 0) complete\n"
                   "task 2 (delay 25) complete\n"
                   "task 1 (delay 50) complete\n"
                   "all is done after * units: 3 complete, 0 timeouts; the server: aborted 0\n");
    aio_stop(&aio);
}

/* What is too late is cancelled, and counts as done. */
static void the_fetcher_counts_what_is_too_late(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(program_start(&aio, PROGRAM("fetcher"), "--every 0 --timeout 1 " LONG " " LONG),
                   "fetching... 1\n"
                   "fetching... 2\n"
                   "task 1 (delay 3600) timeout\n"
                   "task 2 (delay 3600) timeout\n"
                   "all is done after * units: 0 complete, 2 timeouts; the server: aborted 2\n");
    aio_stop(&aio);
}

/* The second one needs no time at all, but gets no connection as long as the first has it. */
static void the_wait_for_a_connection_counts(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(
        program_start(&aio, PROGRAM("fetcher"), "--every 0 --connections 1 --timeout 5 " LONG " 0"),
        "fetching... 1\n"
        "fetching... 2\n"
        "task 1 (delay 3600) timeout\n"
        "task 2 (delay 0) timeout\n"
        "all is done after * units: 0 complete, 2 timeouts; the server: aborted *\n");
    aio_stop(&aio);
}

/* The next item is still far off. */
static void the_fetcher_is_interrupted(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    struct process *program =
        program_start(&aio, PROGRAM("fetcher"), "--every 3600 --timeout 3600 " LONG " 1");
    aio_wait(&aio, "in_flight", 1);
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 1);
    assert_string_equal(process_stdout(program), "fetching... 1\n");
    process_free(program);
    aio_wait(&aio, "aborted", 1);
    aio_stop(&aio);
}

/* ---- pipeline ------------------------------------------------------------------------------ */

static void the_pipeline_stores_all(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    struct process *program =
        program_start(&aio, PROGRAM("pipeline"), "--parse 0 --store 0 --count 30 0 1 2");
    assert_int_equal(process_wait(program), 0);
    expect_in(program, "fetch         4     30 ");
    expect_in(program, "parse         1     30 ");
    expect_in(program, "store         1     30 ");
    expect_in(program, "30 rows in memory, ");
    expect_in(program, "their sum is 30\n");
    process_free(program);
    aio_stop(&aio);
}

/* The last stage does not move: the server is asked for what there is room for, and no more. Two
 * are with the storers and wait, 1 + 1 in the queues before them and 1 with the parser. */
static void the_slowest_stage_holds_the_others(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    struct process *program =
        program_start(&aio, PROGRAM("pipeline"),
                      "--room 1 --fetchers 3 --storers 2 --parse 0 --store 1000 --count 100 0");
    aio_wait(&aio, "completed", 2 + 1 + 1 + 1 + 3);
    process_signal(program, SIGTERM);
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(process_stderr(program), "interrupted"));
    process_free(program);
    aio_wait(&aio, "completed", 2 + 1 + 1 + 1 + 3);
    aio_stop(&aio);
}

static void the_pipeline_writes_a_file(void **state)
{
    (void)state;
    struct aio aio;
    char path[] = "/tmp/pipeline_XXXXXX", words[100], rows[20] = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    aio_start(&aio);
    snprintf(words, sizeof words, "--fetchers 1 --parse 0 --store 0 --count 4 --file %s 0 1", path);
    struct process *program = program_start(&aio, PROGRAM("pipeline"), words);
    assert_int_equal(process_wait(program), 0);
    assert_int_equal(read(fd, rows, sizeof rows), 8);
    assert_string_equal(rows, "0\n1\n0\n1\n");
    process_free(program);
    close(fd);
    unlink(path);
    program = program_start(&aio, PROGRAM("pipeline"), "--file /nowhere/rows");
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(process_stderr(program), "--file /nowhere/rows: ENOENT"));
    process_free(program);
    aio_stop(&aio);
}

/* ---- loop_in_a_thread ---------------------------------------------------------------------- */

static void main_goes_on_while_a_thread_fetches(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(program_start(&aio, PROGRAM("loop_in_a_thread"), "50 40 0"),
                   "task: 1\n"
                   "task: 2\n"
                   "task: 3\n"
                   "main goes on\n"
                   "1: {\"delay\": 50}\n"
                   "2: {\"delay\": 40}\n"
                   "3: {\"delay\": 0}\n"
                   "3 requests in * s, 0 failed\n");
    assert_in_range(http_stats(aio.port, "max_in_flight"), 2, 3);
    aio_stop(&aio);
}

/* Five that would last for over a minute: the end comes before any of them, and in order. */
static void an_interrupt_cancels_all_five(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    struct process *program =
        program_start(&aio, PROGRAM("loop_in_a_thread"), LONG " " LONG " " LONG " " LONG " " LONG);
    aio_wait(&aio, "in_flight", 5);
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 130);
    for (int i = 1; i <= 5; i++) {
        char line[60];
        snprintf(line, sizeof line, "\n%d: ECANCELED (Operation canceled)\n", i);
        expect_in(program, line);
    }
    assert_string_equal(process_stderr(program), "stopped: 5 in flight were cancelled\n");
    process_free(program);
    aio_wait(&aio, "aborted", 5);
    aio_wait(&aio, "in_flight", 0);
    aio_stop(&aio);
}

static void nobody_there_is_a_result_too(void **state)
{
    (void)state;
    struct process *program = process_start(program_path(PROGRAM("loop_in_a_thread")), "--url",
                                            "http://127.0.0.1:1", "1", "2", NULL);
    assert_int_equal(process_wait(program), 1);
    expect_in(program, "1: ECONNREFUSED (Connection refused)\n2: ECONNREFUSED");
    process_free(program);
}

/* ---- backpressure -------------------------------------------------------------------------- */

static void the_bound_holds_the_memory(void **state)
{
    (void)state;
    struct process *program = process_start(program_path(PROGRAM("backpressure")), "--items", "50",
                                            "--room", "3", "--block-kib", "2", NULL);
    assert_int_equal(process_wait(program), 0);
    expect_in(program, "room for 3\n  0% used        8 KiB |####\n");
    expect_in(program, "at most 10 KiB, 50 blocks in ");
    expect_in(program, "no bound\n  0% used      100 KiB |######");
    expect_in(program, " 50% used       50 KiB |#########################\n");
    expect_in(program, "100% used        0 KiB |\nat most 100 KiB, 50 blocks in ");
    process_free(program);
}

/* ---- Words --------------------------------------------------------------------------------- */

static void bad_words_are_refused(void **state)
{
    (void)state;
    static const char *const programs[] = {"fetcher", "pipeline", "loop_in_a_thread",
                                           "backpressure", "keyboard_client"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char program[64];
        snprintf(program, sizeof program, "08-producer-consumer/%s", programs[i]);
        expect_refused(program, "--mend", "--mend");
        expect_help(program);
    }
    expect_refused(PROGRAM("fetcher"), "--every=x", "--every \"x\"");
    expect_refused(PROGRAM("pipeline"), "--room=0", "--room \"0\"");
    expect_refused(PROGRAM("pipeline"), "soon", "\"soon\"");
    expect_refused(PROGRAM("loop_in_a_thread"), "soon", "\"soon\"");
    expect_refused(PROGRAM("backpressure"), "--items=9", "--items \"9\"");
    expect_refused(PROGRAM("keyboard_client"), "--port=p", "\"p\"");
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_fetcher_spawns_and_ends),      TEST(the_fetcher_counts_what_is_too_late),
        TEST(the_wait_for_a_connection_counts), TEST(the_fetcher_is_interrupted),
        TEST(the_pipeline_stores_all),          TEST(the_slowest_stage_holds_the_others),
        TEST(the_pipeline_writes_a_file),       TEST(main_goes_on_while_a_thread_fetches),
        TEST(an_interrupt_cancels_all_five),    TEST(nobody_there_is_a_result_too),
        TEST(the_bound_holds_the_memory),       TEST(bad_words_are_refused),
    };
    return cmocka_run_group_tests_name("programs", tests, NULL, NULL);
}
