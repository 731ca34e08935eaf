/* A callback for each reply, asked for in four ways: the order, and that nothing is early. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"
#include "process.h"
#include "unit.h"

#define REQUESTS 5

static struct process *app;
static char url[64];

static int start_app(void **state)
{
    (void)state;
    app = process_start(program_path("10-http-server/app"), "--port", "0", "--unit-ms", "10", NULL);
    snprintf(url, sizeof url, "--url=http://127.0.0.1:%u", process_serving_port(app));
    return 0;
}

static int stop_app(void **state)
{
    assert_int_equal(process_stop(app), 0);
    process_free(app);
    return process_teardown(state);
}

/* The time in front of the line with these words, in units; the line is there once. */
static double time_of(const char *out, const char *words)
{
    const char *place = strstr(out, words);
    assert_non_null(place);
    assert_null(strstr(place + 1, words));
    while (place > out && place[-1] != '\n')
        place--;
    return strtod(place, NULL);
}

/* Each call is made after its reply has been told, and not before `gap` units have passed. */
static void expect_calls(const char *way, double gap)
{
    static const double delays[REQUESTS] = {5, 7, 5, 5, 7};
    struct process *program =
        process_start(program_path("04-callbacks/replies"), url, "--unit-ms", "10", way, NULL);
    assert_int_equal(process_wait(program), 0);
    const char *out = process_stdout(program);
    for (int i = 0; i < REQUESTS; i++) {
        char reply[64], success[64];
        snprintf(reply, sizeof reply, "reply to request %d: {\"delay\": %d}\n", i + 1,
                 (int)delays[i]);
        snprintf(success, sizeof success, "request %d: success\n", i + 1);
        double told = time_of(out, reply), called = time_of(out, success);
        assert_true(strstr(out, reply) < strstr(out, success));
        assert_true(told >= delays[i] - 0.11); /* each is rounded to a tenth */
        assert_true(called >= told + gap - 0.11);
    }
    process_free(program);
}

static void soon_and_threadsafe(void **state)
{
    (void)state;
    expect_calls("soon", 0);
    expect_calls("threadsafe", 0);
}

static void later_and_at(void **state)
{
    (void)state;
    expect_calls("later", 5);
    expect_calls("at", 5);
}

static void nobody_there(void **state)
{
    (void)state;
    char nowhere[64];
    int listening = net_listen("127.0.0.1", 0, 1);
    snprintf(nowhere, sizeof nowhere, "--url=http://127.0.0.1:%d", net_port(listening));
    close(listening);
    struct process *program =
        process_start(program_path("04-callbacks/replies"), nowhere, "later", NULL);
    assert_int_equal(process_wait(program), 1);
    assert_string_equal(process_stdout(program), "");
    assert_non_null(strstr(process_stderr(program), "request 5: ECONNREFUSED"));
    process_free(program);
}

static void usage(void **state)
{
    (void)state;
    static const char *const words[][2] = {{"never", "\"never\""}, {NULL, "say how"}};
    for (int i = 0; i < 2; i++) {
        struct process *program =
            process_start(program_path("04-callbacks/replies"), words[i][0], NULL);
        assert_int_equal(process_wait(program), 2);
        assert_non_null(strstr(process_stderr(program), words[i][1]));
        process_free(program);
    }
}

int main(void)
{
    net_ignore_sigpipe();
    alarm(120);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(soon_and_threadsafe, start_app, stop_app),
        cmocka_unit_test_setup_teardown(later_and_at, start_app, stop_app),
        cmocka_unit_test_teardown(nobody_there, process_teardown),
        cmocka_unit_test_teardown(usage, process_teardown),
    };
    return cmocka_run_group_tests_name("a callback for each reply", tests, NULL, NULL);
}
