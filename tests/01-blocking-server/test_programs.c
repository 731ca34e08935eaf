/* The small programs of the chapter: fetch in both ways, the queue of connections, and the wrong
 * twins, each of which has to fall into its trap. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "runs.h"
#include "unit.h"

/* ---- fetch --------------------------------------------------------------------------------- */

static void both_ways_fetch_the_same(void **state)
{
    (void)state;
    static const char fifteen[] = "  Status: 200\n"
                                  "  Content-type: text/plain; charset=utf-8\n"
                                  "  Body: Hello, Ada Love...\n";
    char entry[64], url[128], expected[512];
    struct process *server = start_aio(entry);
    snprintf(url, sizeof url, "%s/Ada%%20Lovelace", strchr(entry, '=') + 1);
    snprintf(expected, sizeof expected, "by hand\n%sby libcurl\n%s", fifteen, fifteen);
    struct process *fetch = process_start(program_path("01-blocking-server/fetch"), url, NULL);
    assert_int_equal(process_wait(fetch), 0);
    assert_string_equal(process_stdout(fetch), expected);
    process_free(fetch);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

/* A body that is shorter than 15, a query, and a status that is no success. */
static void what_is_short_is_shown_whole(void **state)
{
    (void)state;
    char entry[64], url[128];
    struct process *server = start_aio(entry);
    snprintf(url, sizeof url, "%s/aio?delay=1&fail=503", strchr(entry, '=') + 1);
    struct process *fetch = process_start(program_path("01-blocking-server/fetch"), url, NULL);
    assert_int_equal(process_wait(fetch), 0);
    const char *first = strstr(process_stdout(fetch), "Status: 503");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "Status: 503"));
    process_free(fetch);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

static void nobody_there_is_said(void **state)
{
    (void)state;
    int taken = net_listen("127.0.0.1", 0, 1);
    assert_true(taken >= 0);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", net_port(taken));
    shutdown(taken, SHUT_RDWR); /* the port stays ours, and refuses */
    struct process *fetch = process_start(program_path("01-blocking-server/fetch"), url, NULL);
    assert_int_equal(process_wait(fetch), 1);
    assert_string_equal(process_stdout(fetch), "");
    assert_non_null(strstr(process_stderr(fetch), "ECONNREFUSED"));
    process_free(fetch);
    close(taken);
}

/* ---- backlog ------------------------------------------------------------------------------- */

static void the_queue_takes_what_it_may(void **state)
{
    (void)state;
    struct process *backlog = process_start(program_path("01-blocking-server/backlog"), NULL);
    assert_int_equal(process_wait(backlog), 0);
    expect_printed(backlog, "listen, with a backlog of 2;  queue 0 of 2\n"
                            "client 1: connected, line sent;  queue 1 of 2\n"
                            "client 2: connected, line sent;  queue 2 of 2\n"
                            "client 3: connected, line sent;  queue 3 of 2\n"
                            "client 4: no answer;             queue 3 of 2\n"
                            "accept: \"I am client 1\";  queue 2 of 2\n"
                            "client 4: connected after ");
    process_free(backlog);
}

/* ---- The wrong twins ----------------------------------------------------------------------- */

static void a_silent_client_stops_the_loop(void **state)
{
    (void)state;
    expect_run("01-blocking-server/broken/silent", 0,
               "Ada: silent; the server stood there and waited\n"
               "Bob: all the while, 7 bytes lay unread\n"
               "Bob: read 7 bytes and answered\n");
}

static void a_client_that_does_not_read_stops_it(void **state)
{
    (void)state;
    expect_run("01-blocking-server/broken/never_reads", 0,
               "Ada: does not read; the server stood there and waited\n"
               "Bob: answered, late\n");
}

/* That three handlers take the time of three is in the server's own count. */
static void handlers_that_wait_go_one_by_one(void **state)
{
    (void)state;
    char entry[64];
    struct process *server = start_aio(entry);
    struct process *twin = process_start_argv(
        (const char *const[]){program_path("01-blocking-server/broken/handler_waits"), "1", "1",
                              "1", NULL},
        (const char *const[]){entry, NULL});
    assert_int_equal(process_wait(twin), 0);
    expect_printed(twin, "handler_waits: ");
    expect_printed(twin, " units, max in flight 1, threads 1\n");
    process_free(twin);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

static void a_short_write_loses_the_rest(void **state)
{
    (void)state;
    expect_run("01-blocking-server/broken/short_write", 1,
               "the server has answered\n"
               "the client got only a part of 8388608 bytes\n");
}

static void an_interruption_ends_a_dialogue(void **state)
{
    (void)state;
    expect_run("01-blocking-server/broken/eintr", 1,
               "read: EINTR (Interrupted system call); the connection is closed\n"
               "Ada has got no answer, and does not know why\n");
}

static void a_client_that_has_left_kills_it(void **state)
{
    (void)state;
    expect_run("01-blocking-server/broken/sigpipe", 128 + 13, "Ada has left\n");
}

/* ---- Options ------------------------------------------------------------------------------- */

static void bad_words_are_refused(void **state)
{
    (void)state;
    expect_refused("01-blocking-server/fetch", "ftp://127.0.0.1/", "\"ftp://127.0.0.1/\"");
    expect_refused("01-blocking-server/fetch", "http://127.0.0.1:99999/", "99999");
    expect_refused("01-blocking-server/backlog", "--backlog=x", "--backlog \"x\"");
    expect_refused("01-blocking-server/backlog", "0", "\"0\"");
    expect_refused("01-blocking-server/broken/silent", "--mend", "--mend");
    static const char *const programs[] = {"fetch",
                                           "backlog",
                                           "client",
                                           "broken/silent",
                                           "broken/eintr",
                                           "broken/never_reads",
                                           "broken/sigpipe",
                                           "broken/short_write",
                                           "broken/handler_waits"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char program[64];
        snprintf(program, sizeof program, "01-blocking-server/%s", programs[i]);
        expect_help(program);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_ways_fetch_the_same),
        TEST(what_is_short_is_shown_whole),
        TEST(nobody_there_is_said),
        TEST(the_queue_takes_what_it_may),
        TEST(a_silent_client_stops_the_loop),
        TEST(a_client_that_does_not_read_stops_it),
        TEST(handlers_that_wait_go_one_by_one),
        TEST(a_short_write_loses_the_rest),
        TEST(an_interruption_ends_a_dialogue),
        TEST(a_client_that_has_left_kills_it),
        TEST(bad_words_are_refused),
    };
    return cmocka_run_group_tests_name("the small programs of 01", tests, NULL, NULL);
}
