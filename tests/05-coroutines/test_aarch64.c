/* test_aarch64.c - the switch for 64-bit ARM, on a machine that is none: aarch64/self_check.c is
 * built with the bricks by a cross-compiler and run by qemu. Where one of the two is not installed,
 * or on an ARM machine, where all the other tests do it, it is left out. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "unit.h"

#define COMPILER "aarch64-linux-gnu-gcc"
#define EMULATOR "qemu-aarch64"

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

static void build_self_check(const char *program)
{
    char command[1500];
    int length =
        snprintf(command, sizeof command,
                 "mkdir -p \"$(dirname '%s')\" && cd 05-coroutines && " COMPILER
                 " -std=gnu11 -D_GNU_SOURCE -pthread -static -O2 -g -Wall -Wextra -Werror"
                 " -fstack-clash-protection -iquote . -iquote ../common -o '%s'"
                 " ../tests/05-coroutines/aarch64/self_check.c coro.c coro_stack.c coro_overflow.c"
                 " switch_aarch64.S ../common/check.c",
                 program, program);
    assert_in_range(length, 1, sizeof command - 1);
    struct process *process = shell(command);
    must_succeed(process);
    process_free(process);
}

static void the_other_switch_switches(void **state)
{
    (void)state;
#ifdef __aarch64__
    print_message("left out: this machine is one\n");
    skip();
#endif
    if (!can_build_and_run()) {
        print_message("left out: needs " COMPILER " and " EMULATOR
                      " (sh common/setup.sh --with ci)\n");
        skip();
    }
    char program[500], command[600];
    snprintf(program, sizeof program, "%s", program_path("tests/05-coroutines/aarch64/self_check"));
    build_self_check(program);
    snprintf(command, sizeof command, EMULATOR " '%s'", program);
    struct process *process = shell(command);
    must_succeed(process);
    assert_string_equal(process_stdout(process), "they take turns: yes\n"
                                                 "they end with a result: yes\n"
                                                 "different seeds, different results: yes\n"
                                                 "all locals survive: yes\n"
                                                 "thousands live at once: yes\n"
                                                 "and all of them end: yes\n"
                                                 "no stack is left: yes\n");
    process_free(process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_other_switch_switches, process_teardown),
    };
    return cmocka_run_group_tests_name("aarch64", tests, NULL, NULL);
}
