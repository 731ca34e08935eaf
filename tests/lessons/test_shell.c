/* test_shell.c - the shell that runs the lessons: it lasts, it is bounded, it leaves nothing. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "process.h"
#include "shell.h"
#include "unit.h"

static struct shell *start(void)
{
    const char *const environment[] = {"COLOUR=blue", NULL};

    return shell_start("/", environment);
}

static void variables_and_folders_last(void **state)
{
    struct shell *shell = start();

    (void)state;
    assert_int_equal(shell_run(shell, "pwd\nx=$COLOUR\ncd usr\n", 60), 0);
    assert_string_equal(shell_output(shell), "/\n");
    assert_int_equal(shell_run(shell, "echo $x; pwd\n", 60), 0);
    assert_string_equal(shell_output(shell), "blue\n/usr\n");
    shell_stop(shell);
}

static void exit_codes_and_stderr_are_told(void **state)
{
    struct shell *shell = start();

    (void)state;
    assert_int_equal(shell_run(shell, "echo oh >&2; false\n", 60), 1);
    assert_string_equal(shell_output(shell), "oh\n");
    assert_int_equal(shell_run(shell, "(exit 42)\n", 60), 42);
    assert_int_equal(shell_run(shell, "cat\n", 60), 0); /* its stdin is empty */
    shell_stop(shell);
}

static void much_output_does_not_stop_it(void **state)
{
    struct shell *shell = start();

    (void)state;
    assert_int_equal(shell_run(shell, "seq 400000\n", 60), 0);
    assert_int_equal(strlen(shell_output(shell)), 2688895);
    shell_stop(shell);
}

static void a_command_that_hangs_is_given_up(void **state)
{
    struct shell *shell = start();

    (void)state;
    assert_int_equal(shell_run(shell, "sleep 1000\n", 1), -ETIMEDOUT);
    shell_stop(shell);
}

static void a_command_that_ends_the_shell_is_seen(void **state)
{
    struct shell *shell = start();

    (void)state;
    assert_int_equal(shell_run(shell, "exit 0\n", 60), -ECHILD);
    shell_stop(shell);
}

/* Killed and perhaps not yet buried counts as gone. */
static bool is_gone(pid_t pid)
{
    char path[64], what = 'Z';
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    file = fopen(path, "r");
    if (file == NULL)
        return true;
    if (fscanf(file, "%*d (%*[^)]) %c", &what) != 1)
        what = 'Z';
    fclose(file);
    return what == 'Z' || what == 'X';
}

static void what_runs_in_the_background_ends_with_it(void **state)
{
    struct shell *shell = start();
    int64_t deadline = clock_now() + 60 * NS_PER_S;
    pid_t pid;

    (void)state;
    assert_int_equal(shell_run(shell, "sleep 1000 &\necho $!\n", 60), 0);
    pid = (pid_t)strtol(shell_output(shell), NULL, 10);
    assert_true(pid > 1);
    assert_int_equal(shell_run(shell, "kill -0 $!\n", 60), 0);
    shell_stop(shell);
    while (!is_gone(pid) && clock_now() < deadline)
        clock_sleep(NS_PER_MS);
    assert_true(is_gone(pid));
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(variables_and_folders_last),
        TEST(exit_codes_and_stderr_are_told),
        TEST(much_output_does_not_stop_it),
        TEST(a_command_that_hangs_is_given_up),
        TEST(a_command_that_ends_the_shell_is_seen),
        TEST(what_runs_in_the_background_ends_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
