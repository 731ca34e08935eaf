/* The command lines: --help is there, and a bad value gets a sentence that names it and exit code
 * 2. A port that is taken is no usage error: exit code 1. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "demos.h"
#include "unit.h"

/* ---- The demos ----------------------------------------------------------------------------- */

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

/* ---- The servers --------------------------------------------------------------------------- */

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

int main(void)
{
    static const struct demo_test of_demos[] = {
        {"help is there", help_is_there},
        {"bad values are refused", bad_values_are_refused},
    };
    const struct CMUnitTest of_servers[] = {
        cmocka_unit_test_teardown(servers_refuse_bad_values, process_teardown),
        cmocka_unit_test_teardown(servers_help, process_teardown),
    };
    int failed = demos_run("the demos' options", of_demos, 2, NULL, NULL);
    return failed + cmocka_run_group_tests_name("the servers' options", of_servers, NULL, NULL);
}
