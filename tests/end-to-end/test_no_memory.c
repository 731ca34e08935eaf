/* Whole servers, to which an allocation is refused (preload/no_memory.c): the first that they make,
 * the second, and so on for as many as they make while they serve. Each time: either they cannot
 * begin, and say so in a line; or a client is turned away, and the next one is served. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs.h"
#include "unit.h"

#define VISITS     3
#define BEYOND     5    /* further than the parent of many processes has counted */
#define NUMBER_MAX 1000 /* nobody asks so often */

/* ---- A life of the program ----------------------------------------------------------------- */

static struct process *start(const struct program *program, int number)
{
    static char preload[600], at[40];
    static const char *const environment[] = {preload, at, NULL};
    const char *argv[PROGRAM_ARGUMENTS];
    program_arguments(program, argv);
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s",
             program_path("tests/end-to-end/no_memory.so"));
    snprintf(at, sizeof at, "NO_MEMORY_AT=%d", number);
    return process_start_argv(argv, environment);
}

/* What it has said, without the preload's last line; and how many allocations that one tells. */
static int take_report(struct process *process, char *said, size_t size)
{
    const char *text = process_stderr(process), *report = strstr(text, "no_memory: ");
    int made = 0;
    if (!report || sscanf(report, "no_memory: %d", &made) != 1)
        fail_msg("no report in \"%s\"", text);
    snprintf(said, size, "%.*s", (int)(report - text), text);
    return made;
}

/* Of three visitors at most one is turned away: only one allocation is refused. */
static void visit_all(const struct program *program, struct process *process, int number)
{
    uint16_t port = process_serving_port(process);
    int served = 0;
    for (int i = 0; i < VISITS; i++)
        served += program->visit(port);
    if (served < (number > 0 ? VISITS - 1 : VISITS))
        fail_msg("%s, allocation %d refused: %d of %d visitors were served, and it says \"%s\"",
                 program->title, number, served, VISITS, process_stderr(process));
}

/* How many allocations it makes; number 0: none is refused. */
static int live(const struct program *program, int number)
{
    char said[2000];
    struct process *process = start(program, number);
    bool has_begun = program_is_serving(process);
    if (has_begun)
        visit_all(program, process, number);
    int code = has_begun ? process_stop(process) : process_wait(process);
    int made = take_report(process, said, sizeof said);
    if (!has_begun || code != 0)
        program_expect_refusal(program, said, code);
    assert_true(process_group_is_empty(process));
    process_free(process);
    return made;
}

static void survives(void **state)
{
    const struct program *program = *state;
    int most = live(program, 0);
    assert_in_range(most, 1, NUMBER_MAX);
    for (int number = 1; number <= most + BEYOND; number++) {
        int made = live(program, number);
        most = made > most && made < NUMBER_MAX ? made : most;
    }
    print_message("%s: %d allocations\n", program->title, most);
}

static void left_out(void **state)
{
    (void)state;
    print_message("left out: the sanitizers have an allocator of their own; make test-end-to-end "
                  "without SANITIZE has it\n");
    skip();
}

int main(void)
{
#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
    const struct CMUnitTest none[] = {cmocka_unit_test(left_out)};
    (void)survives;
    return cmocka_run_group_tests_name("servers without memory", none, NULL, NULL);
#else
    (void)left_out;
    return programs_run("servers without memory", survives);
#endif
}
