/* Whole servers that may have few descriptors: too few to begin, and they say so in a line that
 * names the remedy; just enough, and they serve; and when a client has the last one they still end
 * on a signal. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs.h"
#include "unit.h"

#define FEWEST 5  /* the dynamic linker needs some, too */
#define MOST   20 /* more than any of them needs to begin */

static struct process *start_with(const struct program *program, int limit)
{
    const char *own[PROGRAM_ARGUMENTS], *argv[PROGRAM_ARGUMENTS + 4] = {"/bin/sh", "-c"};
    char command[64];
    program_arguments(program, own);
    snprintf(command, sizeof command, "ulimit -n %d; exec \"$0\" \"$@\"", limit);
    argv[2] = command;
    /* The search for leaks needs a descriptor, too. */
    const char *options = getenv("ASAN_OPTIONS");
    static char sanitizer[600];
    static const char *const environment[] = {sanitizer, NULL};
    snprintf(sanitizer, sizeof sanitizer, "ASAN_OPTIONS=%s%sdetect_leaks=0", options ? options : "",
             options ? ":" : "");
    for (int i = 0; own[i]; i++)
        argv[3 + i] = own[i];
    return process_start_argv(argv, environment);
}

/* A visitor stays and has what there is; another one waits. */
static void ends_though_it_is_full(struct process *process, uint16_t port)
{
    struct client stays, waits;
    client_connect(&stays, port);
    client_connect(&waits, port);
    int code = process_stop(process);
    if (code != 0)
        fail_msg("it ended with %d", code);
    client_close(&stays);
    client_close(&waits);
}

static void begins_or_says_why_not(void **state)
{
    const struct program *program = *state;
    bool is_serving = false;
    for (int limit = FEWEST; limit <= MOST && !is_serving; limit++) {
        struct process *process = start_with(program, limit);
        is_serving = program_is_serving(process);
        if (is_serving) {
            uint16_t port = process_serving_port(process);
            assert_true(program->visit(port));
            assert_true(program->visit(port));
            ends_though_it_is_full(process, port);
            print_message("%s: %d descriptors, of which one is a client\n", program->title, limit);
        } else {
            int code = process_wait(process);
            program_expect_refusal(program, process_stderr(process), code);
            assert_non_null(strstr(process_stderr(process), "ulimit -n"));
        }
        process_free(process);
    }
    assert_true(is_serving);
}

int main(void)
{
    return programs_run("servers with few descriptors", begins_or_says_why_not);
}
