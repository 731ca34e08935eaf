/* The ten demos against the real /aio server, and against bad luck. What the mechanism gives is
 * asserted by the server's counters; times only as "never early". */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "demos.h"
#include "fake_aio.h"
#include "leaks.h"
#include "unit.h"

#define GUARD_S 400

/* The first answers come after five units: so long may five requests take to arrive. */
#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
#define UNIT_MS 200
#else
#define UNIT_MS 60
#endif

static char folder[] = "/tmp/test-demos-XXXXXX";

static const char *file_in_folder(const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    process_teardown(NULL);
    return rmdir(folder); /* each test has removed its files */
}

static int remove_files(void **state)
{
    process_teardown(state);
    unlink(file_in_folder("summary"));
    unlink(file_in_folder("picture"));
    return 0;
}

static void expect_exit(struct process *demo, int expected)
{
    int code = process_wait(demo);
    if (code != expected)
        fail_msg("exit code %d, not %d; stderr: %.400s", code, expected, process_stderr(demo));
    assert_true(process_group_is_empty(demo));
}

/* Each demo in turn, as `*state` of a test. */
static const struct demo_program *demo_of(void **state)
{
    return *state;
}

/* ---- What the mechanism gives -------------------------------------------------------------- */

static int count_lines(const char *text)
{
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* "05-coroutines        7.0        5        1": by its columns, the name from the first on. */
static void expect_row(const char *line, const struct expected_row *expected)
{
    double units;
    int in_flight, threads, end = 0;
    size_t length = strlen(expected->name);
    assert_memory_equal(line, expected->name, length);
    assert_int_equal(line[length], ' ');
    int found = sscanf(line + length, " %lf %d %d%n", &units, &in_flight, &threads, &end);
    assert_int_equal(found, 3);
    assert_int_equal(line[length + (size_t)end], '\n');
    if (units < expected->at_least_units)
        fail_msg("%s: %.1f units is too early", expected->name, units);
    assert_int_equal(in_flight, expected->max_in_flight);
#ifndef THREAD_SANITIZER /* it adds a thread of its own when the first is started */
    assert_int_equal(threads, expected->threads);
#endif
}

static int occurrences(const char *text, const char *what)
{
    int count = 0;
    for (const char *found = text; (found = strstr(found, what)); found++)
        count++;
    return count;
}

static void gives_its_row(void **state)
{
    const struct demo_program *demo = demo_of(state);
    const char *summary = file_in_folder("summary");
    uint16_t port;
    struct process *aio = aio_start(UNIT_MS, &port);
    struct usage before = process_usage(aio);
    struct process *process = demo_start(demo, port, (const char *[]){"--summary", summary, NULL});
    expect_exit(process, 0);
    assert_string_equal(process_stderr(process), "");

    int rows = demo->rows[1].name ? 2 : 1;
    char *text = read_whole_file(summary), *line = text;
    assert_int_equal(count_lines(text), rows);
    for (int i = 0; i < rows; i++) {
        expect_row(line, &demo->rows[i]);
        line = strchr(line, '\n') + 1;
    }
    free(text);
    /* A second run, or its being possible, resets the counters; the server's log has them all. */
    assert_int_equal(occurrences(process_stderr(aio), "\"GET /aio?delay=5 HTTP/1.1\" 200 "),
                     3 * rows);
    assert_int_equal(occurrences(process_stderr(aio), "\"GET /aio?delay=7 HTTP/1.1\" 200 "),
                     2 * rows);
    assert_int_equal(http_stats(port, "aborted"), 0);
    assert_int_equal(http_stats(port, "in_flight"), 0);
    expect_server_idle_again(aio, before);
    aio_stop(aio);
}

/* ---- The picture --------------------------------------------------------------------------- */

static char *picture_of(const struct demo_program *demo, const char *format)
{
    const char *picture = file_in_folder("picture");
    struct fake_aio fake;
    fake_aio_start(&fake, AIO_PROPER);
    struct process *process = demo_start(
        demo, fake.port,
        (const char *[]){"--timeline", format, "--output", picture, "1", "2", "3", NULL});
    expect_exit(process, 0);
    fake_aio_stop(&fake);
    return read_whole_file(picture);
}

static void draws_into_a_file(void **state)
{
    char *text = picture_of(demo_of(state), "text");
    assert_non_null(strstr(text, "3 delay 3"));
    assert_non_null(strstr(text, "|\n"));
    free(text);
    char *svg = picture_of(demo_of(state), "svg");
    assert_non_null(strstr(svg, "<svg"));
    assert_non_null(strstr(svg, "3 delay 3"));
    assert_string_equal(svg + strlen(svg) - strlen("</svg>\n"), "</svg>\n");
    free(svg);
    char *trace = picture_of(demo_of(state), "trace");
    assert_int_equal(occurrences(trace, "\"ph\":\"X\""), 3);
    assert_non_null(strstr(trace, "\"traceEvents\""));
    free(trace);
}

static void full_disk(void **state)
{
    static const char *const options[] = {"--output", "--summary"};
    struct fake_aio fake;
    fake_aio_start(&fake, AIO_PROPER);
    for (int i = 0; i < 2; i++) {
        struct process *demo = demo_start(demo_of(state), fake.port,
                                          (const char *[]){options[i], "/dev/full", "1", NULL});
        expect_exit(demo, 1);
        assert_non_null(strstr(process_stderr(demo), "/dev/full: ENOSPC"));
        process_free(demo);
    }
    struct process *nowhere = demo_start(
        demo_of(state), fake.port, (const char *[]){"--output", "/no/such/folder/file", "1", NULL});
    expect_exit(nowhere, 1);
    assert_non_null(strstr(process_stderr(nowhere), "/no/such/folder/file: ENOENT"));
    fake_aio_stop(&fake);
}

/* ---- The command line ---------------------------------------------------------------------- */

static void help_is_there(void **state)
{
    struct process *demo = demo_start(demo_of(state), 1, (const char *[]){"--help", NULL});
    expect_exit(demo, 0);
    static const char *const options[] = {"--url", "--unit-ms", "--timeline", "--output",
                                          "--summary"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        assert_non_null(strstr(process_stdout(demo), options[i]));
    assert_string_equal(process_stderr(demo), "");
}

/* One sentence that names what is wrong; no server is asked. */
static void bad_values_are_refused(void **state)
{
    static const char *const bad[][3] = {
        {"--unit-ms=0", "--unit-ms \"0\""},
        {"--unit-ms=5x", "--unit-ms \"5x\""},
        {"--timeline=png", "--timeline \"png\""},
        {"--url=ftp://127.0.0.1", "\"ftp://127.0.0.1\""},
        {"--url=http://127.0.0.1:99999", "99999"},
        {"five", "\"five\""},
        {"99999999999999999999", "\"99999999999999999999\""},
        {"1.5", "\"1.5\""},
        {"--nonsense", "--nonsense"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct process *demo = demo_start(demo_of(state), 1, bad[i]);
        expect_exit(demo, 2);
        if (!strstr(process_stderr(demo), bad[i][1]))
            fail_msg("%s is not named: %s", bad[i][1], process_stderr(demo));
        process_free(demo);
    }
}

/* ---- Bad luck ------------------------------------------------------------------------------ */

/* A port that nobody listens on, and that nobody else is given meanwhile. */
static int reserve_port(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void no_server(void **state)
{
    uint16_t port;
    int reserved = reserve_port(&port);
    struct process *demo = demo_start(demo_of(state), port, NULL);
    expect_exit(demo, 1);
    assert_int_equal(count_lines(process_stderr(demo)), 1);
    assert_non_null(strstr(process_stderr(demo), "ECONNREFUSED"));
    assert_non_null(strstr(process_stderr(demo), "make aio"));
    assert_string_equal(process_stdout(demo), "");
    close(reserved);
}

static void another_server(void **state)
{
    struct fake_aio fake;
    fake_aio_start(&fake, AIO_HAS_NO_STATS);
    struct process *demo = demo_start(demo_of(state), fake.port, NULL);
    expect_exit(demo, 1);
    assert_int_equal(count_lines(process_stderr(demo)), 1);
    fake_aio_stop(&fake);
}

/* Answers that are none: each is an error with a line for it, and the demo ends. */
static void rude_server(void **state)
{
    static const enum manners rude[] = {AIO_DROPS,       AIO_RESETS,      AIO_FAILS,
                                        AIO_WRONG_DELAY, AIO_NO_JSON,     AIO_CUTS_SHORT,
                                        AIO_IS_NO_HTTP,  AIO_ENDLESS_HEAD};
    for (size_t i = 0; i < sizeof rude / sizeof rude[0]; i++) {
        struct fake_aio fake;
        fake_aio_start(&fake, rude[i]);
        struct process *demo =
            demo_start(demo_of(state), fake.port, (const char *[]){"1", "2", NULL});
        int code = process_wait(demo);
        const char *said = process_stderr(demo);
        if (code != 1 || !strstr(said, "request 2 (delay 2): E"))
            fail_msg("manners %d: exit code %d, stderr: %.300s", (int)rude[i], code, said);
        assert_true(process_group_is_empty(demo));
        process_free(demo);
        fake_aio_stop(&fake);
    }
}

static void slow_server(void **state)
{
    struct fake_aio fake;
    fake_aio_start(&fake, AIO_TRICKLES);
    struct process *demo = demo_start(demo_of(state), fake.port, (const char *[]){"1", "2", NULL});
    expect_exit(demo, 0);
    fake_aio_stop(&fake);
}

/* Delays of an hour, so that the demo is certainly in the middle of them. */
static struct process *start_in_the_middle(const struct demo_program *demo, uint16_t port)
{
    struct process *process = demo_start(demo, port, (const char *[]){"30", "30", "30", NULL});
    wait_stats_at_least(port, "in_flight",
                        demo->rows[0].max_in_flight == 1   ? 1
                        : demo->rows[0].max_in_flight == 2 ? 2
                                                           : 3);
    return process;
}

static void server_dies(void **state)
{
    uint16_t port;
    struct process *aio = aio_start(60000, &port);
    struct process *demo = start_in_the_middle(demo_of(state), port);
    process_signal(aio, SIGKILL);
    expect_exit(demo, 1);
    assert_non_null(strstr(process_stderr(demo), "request 1 (delay 30): E"));
}

/* The loop ends at once, the process when the threads come back: here, since the server goes. */
static void interrupted_threads(const struct demo_program *program)
{
    uint16_t port;
    struct process *aio = aio_start(60000, &port);
    struct process *demo = start_in_the_middle(program, port);
    process_signal(demo, SIGINT);
    process_wait_stderr(demo, "interrupted");
    process_signal(aio, SIGKILL);
    expect_exit(demo, 1);
}

/* Ctrl-C: the demo ends, and the server sees its clients leave. (Chapter 09's threads cannot be
 * interrupted in their blocking reads, which is its lesson.) */
static void interrupted(void **state)
{
    if (strncmp(demo_of(state)->chapter, "09", 2) == 0) {
        interrupted_threads(demo_of(state));
        return;
    }
    uint16_t port;
    struct process *aio = aio_start(60000, &port);
    struct usage before = process_usage(aio);
    struct process *demo = start_in_the_middle(demo_of(state), port);
    process_signal(demo, SIGINT);
    assert_int_not_equal(process_wait(demo), 0);
    assert_true(process_group_is_empty(demo));
    wait_stats_at_most(port, "in_flight", 0); /* half an hour before their time */
    expect_server_idle_again(aio, before);
    aio_stop(aio);
}

/* ---- The servers' command lines ------------------------------------------------------------ */

static const char *const server_programs[] = {
    "01-blocking-server/server", "02-threaded-server/server", "03-epoll-loop/server",
    "04-callbacks/server",       "05-coroutines/server",      "10-http-server/app",
};
#define SERVER_COUNT (sizeof server_programs / sizeof server_programs[0])

static void expect_refused(const char *program, const char *option, const char *value, int code,
                           const char *named)
{
    struct process *server = process_start(program_path(program), option, value, NULL);
    expect_exit(server, code);
    if (!strstr(process_stderr(server), named))
        fail_msg("%s does not name %s: %s", program, named, process_stderr(server));
    process_free(server);
}

static void servers_refuse_bad_values(void **state)
{
    (void)state;
    uint16_t port;
    char taken[16];
    int reserved = reserve_port(&port);
    snprintf(taken, sizeof taken, "%d", port);
    for (size_t i = 0; i < SERVER_COUNT; i++) {
        const char *program = server_programs[i];
        expect_refused(program, "--port", "70000", 2, "\"70000\"");
        expect_refused(program, "--port", "http", 2, "\"http\"");
        expect_refused(program, "--nonsense", NULL, 2, "--nonsense");
        expect_refused(program, "--host", "no.such.host.invalid", 1, "no.such.host.invalid");
        expect_refused(program, "--port", taken, 1, taken);
    }
    close(reserved);
}

static void servers_help(void **state)
{
    (void)state;
    for (size_t i = 0; i < SERVER_COUNT; i++) {
        struct process *server = process_start(program_path(server_programs[i]), "--help", NULL);
        expect_exit(server, 0);
        assert_non_null(strstr(process_stdout(server), "--port"));
        process_free(server);
    }
}

/* ---- All of them --------------------------------------------------------------------------- */

static const struct {
    const char *name;
    CMUnitTestFunction test;
} of_each_demo[] = {
    {"gives its row", gives_its_row},
    {"draws into a file", draws_into_a_file},
    {"full disk", full_disk},
    {"help", help_is_there},
    {"bad values are refused", bad_values_are_refused},
    {"no server", no_server},
    {"another server", another_server},
    {"rude server", rude_server},
    {"slow server", slow_server},
    {"the server dies", server_dies},
    {"interrupted", interrupted},
};
#define TEST_COUNT (sizeof of_each_demo / sizeof of_each_demo[0])

static int run_demos(void)
{
    static struct CMUnitTest units[TEST_COUNT * 10];
    static char names[TEST_COUNT * 10][80];
    size_t count = TEST_COUNT * (size_t)demo_count;
    for (size_t i = 0; i < count; i++) {
        const struct demo_program *demo = &demos[i / TEST_COUNT];
        snprintf(names[i], sizeof names[i], "%s: %s", demo->chapter,
                 of_each_demo[i % TEST_COUNT].name);
        units[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = of_each_demo[i % TEST_COUNT].test,
                                       .teardown_func = remove_files,
                                       .initial_state = (void *)demo};
    }
    return _cmocka_run_group_tests("the demos", units, count, make_folder, remove_folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(servers_refuse_bad_values, process_teardown),
        cmocka_unit_test_teardown(servers_help, process_teardown),
    };
    alarm(GUARD_S);
    cmocka_set_test_filter(getenv("ONLY")); /* ONLY="03*" */
    int failed = run_demos();
    return failed + cmocka_run_group_tests_name("the servers' options", tests, NULL, NULL);
}
