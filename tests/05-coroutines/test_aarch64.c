/* test_aarch64.c - the chapter for 64-bit ARM, on a machine that is none: aarch64/Makefile builds
 * its small programs and most of its tests with a cross-compiler, and here they are run by qemu.
 * Where one of the two is not installed, or on an ARM machine, where all the other tests do it,
 * they are left out. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "unit.h"

#define COMPILER "aarch64-linux-gnu-gcc"
#define EMULATOR "qemu-aarch64"

static bool is_built;
static char folder[400]; /* where they were built */

/* Starts a command of the shell in the top folder; its stderr goes where its stdout goes. */
static struct process *shell(const char *command)
{
    const char *root = getenv("ROOT");
    char line[2000];
    int length =
        snprintf(line, sizeof line, "cd '%s' && exec 2>&1 && %s", root ? root : ".", command);
    assert_in_range(length, 1, sizeof line - 1);
    return process_start("/bin/sh", "-c", line, NULL);
}

static bool works(const char *command)
{
    struct process *process = shell(command);
    bool works = process_wait(process) == 0;
    process_free(process);
    return works;
}

/* A cross-compiler may have come without a C library. */
static bool can_build_and_run(void)
{
    return works("echo 'int main(void) { return 0; }' | " COMPILER
                 " -static -x c -o /dev/null -") &&
           works("command -v " EMULATOR);
}

static void must_succeed(struct process *process)
{
    int code = process_wait(process);
    if (code != 0)
        fail_msg("exit code %d:\n%s", code, process_stdout(process));
}

static int build_all(void **state)
{
    (void)state;
#ifndef __aarch64__
    is_built = can_build_and_run();
#endif
    if (!is_built)
        return 0;
    snprintf(folder, sizeof folder, "%s", program_path("tests/05-coroutines/aarch64"));
    char command[700];
    snprintf(command, sizeof command,
             "unset MAKEFLAGS MFLAGS MAKELEVEL; make -s -C tests/05-coroutines/aarch64 OUT='%s'",
             folder);
    struct process *process = shell(command);
    must_succeed(process);
    process_free(process);
    return 0;
}

/* Runs one of them; what it has printed must be looked at before the next step. */
static struct process *emulate(const char *program_and_arguments)
{
    if (!is_built) {
        print_message("left out: needs " COMPILER " and " EMULATOR
                      " (sh common/setup.sh --with ci), and is not for ARM itself\n");
        skip();
    }
    char command[700];
    snprintf(command, sizeof command, EMULATOR " '%s'/%s", folder, program_and_arguments);
    struct process *process = shell(command);
    must_succeed(process);
    return process;
}

static void its_tests_pass(void **state)
{
    (void)state;
    static const char *const tests[] = {
        "test_coro",
        "test_co",
        "test_co_io",
        "test_co_local",
        "test_co_scope",
        "test_generator",
        "test_stream",
        "test_stream_writer",
        "test_stream_writer_end",
        "test_line_iterator",
        "test_co_server",
        "test_debug",
    };
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        struct process *process = emulate(tests[i]);
        const char *printed = process_stdout(process);
        assert_non_null(strstr(printed, ": right\n"));
        assert_null(strstr(printed, "not so"));
        process_free(process);
    }
}

static void a_parked_stack_holds_its_registers(void **state)
{
    (void)state;
    struct process *process = emulate("swap");
    const char *printed = process_stdout(process);
    assert_non_null(strstr(printed, "side is parked 160 bytes below the end of its stack"));
    assert_non_null(strstr(printed, "\n    x19 "));
    assert_non_null(strstr(printed, "\n    x30 "));
    assert_non_null(strstr(printed, " bytes behind the beginning of side\n"));
    process_free(process);
}

static void a_switch_is_drawn(void **state)
{
    (void)state;
    struct process *process = emulate("switch");
    const char *printed = process_stdout(process);
    assert_non_null(strstr(printed, "  x30           "));
    assert_non_null(strstr(printed, "in stop_here, "));
    assert_non_null(strstr(printed, "in first_frame, "));
    assert_non_null(strstr(printed, "Ada was resumed there, and her turns are 2\n"));
    process_free(process);
}

static void two_sleep_at_the_same_time(void **state)
{
    (void)state;
    struct process *process = emulate("sleep --unit-ms 50");
    assert_non_null(strstr(process_stdout(process), "Ada: start\nBob: start\n"
                                                    "Ada: finish\nBob: finish\n"));
    process_free(process);
}

static void generators_give_in_the_same_orders(void **state)
{
    (void)state;
    struct process *process = emulate("generator");
    const char *printed = process_stdout(process);
    assert_non_null(strstr(printed, "stackful,  in turns:   1 3 2 4\n"
                                    "stackful,  one inside: 1 3 4 2\n"
                                    "stackless, in turns:   1 3 2 4\n"
                                    "stackless, one inside: 1 3 4 2\n"));
    process_free(process);
}

static void thousands_sleep(void **state)
{
    (void)state;
    struct process *process = emulate("million --count 10000 --stackful 1000 --unit-ms 1");
    assert_non_null(strstr(process_stdout(process), "at most 10000 at once; 20000 naps, 0 too"));
    assert_non_null(strstr(process_stdout(process), "at most 1000 at once; 2000 naps, 0 too"));
    process_free(process);
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_tests_pass),
        TEST(a_parked_stack_holds_its_registers),
        TEST(a_switch_is_drawn),
        TEST(two_sleep_at_the_same_time),
        TEST(generators_give_in_the_same_orders),
        TEST(thousands_sleep),
    };
    return cmocka_run_group_tests_name("aarch64", tests, build_all, NULL);
}
