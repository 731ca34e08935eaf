/* The small programs: what they print, by their counters and orders. */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "programs.h"
#include "unit.h"

/* ---- get, gets ----------------------------------------------------------------------------- */

static void get_shows_its_answer(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(program_start(&aio, "get", "0"),
                   "Status: 200\nContent-type: application/json; charset=utf-8\n"
                   "Body: {\"delay\": 0}\ncost: * units\n");
    program_expect(program_start(&aio, "get", ""),
                   "Status: 200\nContent-type: application/json; charset=utf-8\n"
                   "Body: {\"delay\": *}\ncost: * units\n");
    aio_stop(&aio);
}

static void gets_shows_both_orders(void **state)
{
    (void)state;
    program_expect_in_time("gets", "2 1 0",
                           "request 3 (delay 0) success after * units\n"
                           "request 2 (delay 1) success after * units\n"
                           "request 1 (delay 2) success after * units\n"
                           "in the order of asking:\n"
                           "1: 200 {\"delay\": 2}\n"
                           "2: 200 {\"delay\": 1}\n"
                           "3: 200 {\"delay\": 0}\n"
                           "cost: * units for 3 requests, 0 failed\n"
                           "memory: * KiB for each that was under way\n");
}

/* All are in flight before the first one ends. */
static void many_gets_at_once(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    struct process *program = program_start(&aio, "gets", "--count 1200 " LONG);
    aio_wait(&aio, "in_flight", 1200);
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 1);
    process_free(program);
    aio_wait(&aio, "aborted", 1200);
    program = program_start(&aio, "gets", "--count 12 0");
    assert_int_equal(process_wait(program), 0);
    assert_non_null(strstr(process_stdout(program), "\n10: 200 {\"delay\": 0}\nand 2 more\n"));
    process_free(program);
    aio_stop(&aio);
}

/* ---- Timeouts ------------------------------------------------------------------------------ */

static void a_wait_in_time_and_one_too_short(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    program_expect(program_start(&aio, "get_timeout", "--timeout 3600 0"),
                   "wait: 1 done, 0 pending after * units\n"
                   "the task: done true, cancelled false\n"
                   "its result: 200, {\"delay\": 0}\n");
    program_expect(program_start(&aio, "get_timeout", "--timeout 1 " LONG),
                   "wait: 0 done, 1 pending after * units\n"
                   "the task: done false, cancelled false\n"
                   "the server: in flight 1\n"
                   "the task: done true, cancelled true\n"
                   "the server: in flight 0, aborted 1\n");
    aio_stop(&aio);
}

/* After two units of four. */
static void pending_ones_finish_later(void **state)
{
    (void)state;
    program_expect_in_time("gets_timeout", "--timeout 2 0 4 0",
                           "after * units: 2 done, 1 pending\n"
                           "  1 (delay 0): 200 {\"delay\": 0}\n"
                           "  2 (delay 4): pending, cancelled false\n"
                           "  3 (delay 0): 200 {\"delay\": 0}\n"
                           "the server: in flight 1, aborted 0\n"
                           "after * units: 3 done, 0 pending\n"
                           "  1 (delay 0): 200 {\"delay\": 0}\n"
                           "  2 (delay 4): 200 {\"delay\": 4}\n"
                           "  3 (delay 0): 200 {\"delay\": 0}\n");
}

static void what_takes_too_long_is_ended(void **state)
{
    (void)state;
    program_expect_in_time("timeout_it", "--timeout 2 " LONG " 0 " LONG,
                           "task 2 (delay 0) complete\n"
                           "task 1 (delay " LONG ") timeout\n"
                           "task 3 (delay " LONG ") timeout\n"
                           "results: -110 0 -110\n"
                           "timeouts 2; the server: aborted 2\n");
}

/* ---- Ends ---------------------------------------------------------------------------------- */

static const struct {
    const char *name, *words;
    long in_flight; /* when it is interrupted */
} endless[] = {
    {"get", LONG, 1},
    {"get_timeout", "--timeout 3600 --unit-ms 60000 " LONG, 1},
    {"gets", LONG " " LONG, 2},
    {"gets_timeout", "--timeout 3600 --unit-ms 60000 " LONG " " LONG " " LONG, 3},
    {"timeout_it", "--timeout 3600 --unit-ms 60000 " LONG " " LONG, 2},
    {"single_flight", LONG, 1},
    {"happy_eyeballs", "--stagger 0 " LONG " " LONG, 2},
};
enum { ENDLESS = sizeof endless / sizeof endless[0] };

static void expect_interrupted(struct process *program, const char *name, int signo)
{
    char line[100];
    snprintf(line, sizeof line, "%s: interrupted: ECANCELED (Operation canceled)\n", name);
    process_signal(program, signo);
    assert_int_equal(process_wait(program), 1);
    assert_string_equal(process_stderr(program), line);
    process_free(program);
}

static void ctrl_c_reaches_the_server(void **state)
{
    (void)state;
    struct aio aio;
    long aborted = 0;
    aio_start(&aio);
    for (int i = 0; i < ENDLESS; i++) {
        struct process *program = program_start(&aio, endless[i].name, endless[i].words);
        aio_wait(&aio, "in_flight", endless[i].in_flight);
        expect_interrupted(program, endless[i].name, i % 2 ? SIGTERM : SIGINT);
        aio_wait(&aio, "aborted", aborted += endless[i].in_flight);
        aio_wait(&aio, "in_flight", 0);
    }
    aio_stop(&aio);
}

/* A port that is taken, so that nobody else gets it, and on which nobody listens. The socket is to
 * be closed. */
static int take_away_server(struct aio *aio)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    snprintf(aio->entry, sizeof aio->entry, "AIO_URL=http://127.0.0.1:%d", net_port(fd));
    return fd;
}

static void without_a_server_there_is_a_remedy(void **state)
{
    (void)state;
    struct aio aio;
    int fd = take_away_server(&aio);
    for (int i = 0; i < ENDLESS; i++) {
        struct process *program = program_start(&aio, endless[i].name, endless[i].words);
        char line[200];
        snprintf(line, sizeof line,
                 "%s: no /aio server at %s (ECONNREFUSED (Connection refused)); start one with: "
                 "make aio\n",
                 endless[i].name, aio.entry + strlen("AIO_URL="));
        assert_int_equal(process_wait(program), 1);
        assert_string_equal(process_stdout(program), "");
        assert_string_equal(process_stderr(program), line);
        process_free(program);
    }
    close(fd);
}

static void expect_usage_error(const struct aio *aio, const char *name, const char *words,
                               const char *named)
{
    struct process *program = program_start(aio, name, words);
    assert_int_equal(process_wait(program), 2);
    assert_string_equal(process_stdout(program), "");
    if (!strstr(process_stderr(program), named))
        fail_msg("%s %s: %s", name, words, process_stderr(program));
    process_free(program);
}

static void bad_arguments_are_named(void **state)
{
    (void)state;
    struct aio aio;
    int fd = take_away_server(&aio);
    for (int i = 0; i < ENDLESS; i++) {
        expect_usage_error(&aio, endless[i].name, "x", "\"x\": expected a whole number from 0 to");
        expect_usage_error(&aio, endless[i].name, "--unit-ms 0", "--unit-ms \"0\"");
        expect_usage_error(&aio, endless[i].name, "--url ftp://x",
                           "--url \"ftp://x\": expected http");
    }
    expect_usage_error(&aio, "get", "1 2", "\"2\": too much, the limit is 1");
    expect_usage_error(&aio, "gets", "--count 0", "--count \"0\"");
    expect_usage_error(&aio, "get_timeout", "--timeout -1", "--timeout \"-1\"");
    expect_usage_error(&aio, "single_flight", "--callers 1", "--callers \"1\"");
    expect_usage_error(&aio, "happy_eyeballs", "--stagger x", "--stagger \"x\"");
    expect_usage_error(&aio, "compare", "1", "\"1\": expected no arguments");
    expect_usage_error(&aio, "compare", "--unit-ms x", "--unit-ms \"x\"");
    close(fd);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    char command[200];
    snprintf(command, sizeof command, "exec %s 0 >/dev/full", program_path("06-tasks-gather/get"));
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    const char *const environment[] = {aio.entry, NULL};
    struct process *program = process_start_argv(argv, environment);
    assert_int_equal(process_wait(program), 1);
    assert_string_equal(process_stderr(program), "get: stdout could not be written\n");
    process_free(program);
    aio_stop(&aio);
}

int main(void)
{
    net_ignore_sigpipe();
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(get_shows_its_answer),      TEST(gets_shows_both_orders),
        TEST(many_gets_at_once),         TEST(a_wait_in_time_and_one_too_short),
        TEST(pending_ones_finish_later), TEST(what_takes_too_long_is_ended),
        TEST(ctrl_c_reaches_the_server), TEST(without_a_server_there_is_a_remedy),
        TEST(bad_arguments_are_named),   TEST(a_full_disk_is_told),
    };
    return cmocka_run_group_tests_name("programs", tests, NULL, NULL);
}
