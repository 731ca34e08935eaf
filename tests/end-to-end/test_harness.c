/* The harness can fail. It is run against programs that are no servers, and against tests that do
 * what they must not: each of them has to come out red, and nothing may be left running. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cells.h"
#include "clock.h"
#include "unit.h"

#define GUARD_S 300

/* ---- Against what is no server ------------------------------------------------------------- */

/* Plays all tests of one server against `instead`; not one of them may pass. */
static void expect_all_red(const char *instead)
{
    char server[200];
    snprintf(server, sizeof server, "SERVER=%s", instead);
    const char *argv[] = {program_path("tests/end-to-end/test_echo_servers"), NULL};
    const char *environment[] = {server, "ONLY=03: *", NULL};
    struct process *harness = process_start_argv(argv, environment);
    assert_int_not_equal(process_wait(harness), 0);
    assert_non_null(strstr(process_stderr(harness), "[  PASSED  ] 0 test(s)."));
    assert_null(strstr(process_stderr(harness), "[  FAILED  ] 0 test(s)"));
    process_free(harness);
}

static void bin_false_is_no_server(void **state)
{
    (void)state;
    expect_all_red("/bin/false");
}

static void bin_true_is_no_server(void **state)
{
    (void)state;
    expect_all_red("/bin/true");
}

/* A script that says the right thing and does nothing. */
static void saying_so_is_not_enough(void **state)
{
    (void)state;
    char name[] = "/tmp/no-server-XXXXXX";
    static const char script[] = "#!/bin/sh\necho 'Serving on 127.0.0.1:9'\nexec sleep 100\n";
    int fd = mkostemp(name, O_CLOEXEC);
    assert_int_equal(write(fd, script, sizeof script - 1), sizeof script - 1);
    assert_int_equal(fchmod(fd, 0700), 0);
    close(fd);
    expect_all_red(name);
    unlink(name);
}

/* ---- Tests that must come out red ---------------------------------------------------------- */

static void leaves_a_descriptor(void **state)
{
    (void)state;
    struct usage before = own_usage();
    assert_true(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
    expect_own_usage(before);
}

static void program_is_not_there(void **state)
{
    (void)state;
    process_serving_port(process_start("/does/not/exist", NULL));
}

static void first_line_is_another(void **state)
{
    (void)state;
    process_serving_port(process_start("/bin/echo", "Listening on 127.0.0.1:1234", NULL));
}

static void line_is_another(void **state)
{
    (void)state;
    struct client client;
    struct process *server =
        process_start(program_path("01-blocking-server/server"), "--port", "0", NULL);
    greeted(&client, process_serving_port(server));
    client_send(&client, "Ada\n");
    client_expect_line(&client, "Hello, Grace");
}

static void end_does_not_come(void **state)
{
    (void)state;
    struct client client;
    struct process *server =
        process_start(program_path("01-blocking-server/server"), "--port", "0", NULL);
    greeted(&client, process_serving_port(server));
    client_send(&client, "Ada\n");
    client_expect_end(&client);
}

/* Says whom it has started, so that others can see whether that one is left. */
static void start_sleeper(void)
{
    struct process *sleeper = process_start("/bin/sleep", "1000", NULL);
    printf("sleeper %d\n", process_pid(sleeper));
    fflush(stdout);
}

static void fails_with_a_program_running(void **state)
{
    (void)state;
    start_sleeper();
    fail();
}

static void hangs_with_a_program_running(void **state)
{
    (void)state;
    start_sleeper();
    pause();
}

static const struct CMUnitTest red[] = {
    cmocka_unit_test_teardown(leaves_a_descriptor, process_teardown),
    cmocka_unit_test_teardown(program_is_not_there, process_teardown),
    cmocka_unit_test_teardown(first_line_is_another, process_teardown),
    cmocka_unit_test_teardown(line_is_another, process_teardown),
    cmocka_unit_test_teardown(end_does_not_come, process_teardown),
    cmocka_unit_test_teardown(fails_with_a_program_running, process_teardown),
    cmocka_unit_test(hangs_with_a_program_running),
};

/* This program again, to run one of the red tests. */
static struct process *start_red(const char *name)
{
    return process_start("/proc/self/exe", name, NULL);
}

static int run_red(const char *name)
{
    cmocka_set_test_filter(name);
    return cmocka_run_group_tests_name("red", red, NULL, NULL);
}

static void expect_red(const char *name)
{
    struct process *test = start_red(name);
    assert_int_equal(process_wait(test), 1); /* so many have failed */
    assert_non_null(strstr(process_stderr(test), name));
    process_free(test);
}

static void red_tests_are_red(void **state)
{
    (void)state;
    expect_red("leaves_a_descriptor");
    expect_red("program_is_not_there");
    expect_red("first_line_is_another");
    expect_red("line_is_another");
    expect_red("end_does_not_come");
}

/* ---- Nothing is left running --------------------------------------------------------------- */

static pid_t sleeper_of(struct process *test)
{
    int pid;
    process_wait_stdout(test, "sleeper ");
    const char *line = strstr(process_stdout(test), "sleeper ");
    assert_int_equal(sscanf(line, "sleeper %d", &pid), 1);
    return pid;
}

static void expect_gone(pid_t pid)
{
    int64_t deadline = clock_now() + LEAKS_GUARD_S * NS_PER_S;
    while (kill(pid, 0) == 0 && clock_now() < deadline)
        poll(NULL, 0, 1);
    assert_int_equal(kill(pid, 0), -1);
}

static void failed_test_leaves_nothing_running(void **state)
{
    (void)state;
    struct process *test = start_red("fails_with_a_program_running");
    pid_t sleeper = sleeper_of(test);
    assert_int_equal(process_wait(test), 1);
    expect_gone(sleeper);
    process_free(test);
}

static void killed_test_leaves_nothing_running(void **state)
{
    (void)state;
    struct process *test = start_red("hangs_with_a_program_running");
    pid_t sleeper = sleeper_of(test);
    assert_int_equal(kill(sleeper, 0), 0);
    process_signal(test, SIGKILL);
    assert_int_equal(process_wait(test), 128 + SIGKILL);
    expect_gone(sleeper);
    process_free(test);
}

/* A program's child that outlives it is seen, and goes with process_free. */
static void forgotten_child_is_seen(void **state)
{
    (void)state;
    struct process *parent = process_start("/bin/sh", "-c", "sleep 1000 & echo $!", NULL);
    assert_int_equal(process_wait(parent), 0);
    int child;
    assert_int_equal(sscanf(process_stdout(parent), "%d", &child), 1);
    assert_false(process_group_is_empty(parent));
    process_free(parent);
    expect_gone(child);
}

int main(int argc, char **argv)
{
    alarm(GUARD_S);
    if (argc == 2)
        return run_red(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(bin_false_is_no_server, process_teardown),
        cmocka_unit_test_teardown(bin_true_is_no_server, process_teardown),
        cmocka_unit_test_teardown(saying_so_is_not_enough, process_teardown),
        cmocka_unit_test_teardown(red_tests_are_red, process_teardown),
        cmocka_unit_test_teardown(failed_test_leaves_nothing_running, process_teardown),
        cmocka_unit_test_teardown(killed_test_leaves_nothing_running, process_teardown),
        cmocka_unit_test_teardown(forgotten_child_is_seen, process_teardown),
    };
    return cmocka_run_group_tests_name("the harness can fail", tests, NULL, NULL);
}
