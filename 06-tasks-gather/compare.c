/* compare.c - gather, wait and wait_for: the table of their differences, executed.
 *
 *     build/06-tasks-gather/compare
 *     build/06-tasks-gather/compare --unit-ms 100
 *
 * Nothing in the table is typed in. Each line is a run of its own: three tasks that sleep 3, 1 and
 * 2 units, and one who waits for them by that tool. All 24 run at the same time, so the whole takes
 * three units. No server is asked: these differences are not the network's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "comparison.h"
#include "group.h"
#include "options.h"

#define MAX_UNIT_MS 60000

struct table {
    int64_t unit_ns;
    struct cell cells[SITUATIONS][TOOLS];
};

static int spawn_cells(struct group *group, struct table *table)
{
    for (int s = 0; s < SITUATIONS; s++)
        for (int t = 0; t < TOOLS; t++) {
            struct cell *cell = &table->cells[s][t];
            *cell = (struct cell){
                .tool = (enum tool)t, .situation = (enum situation)s, .unit_ns = table->unit_ns};
            int rc = group_spawn(group, compare_cell, cell, "cell");
            if (rc < 0)
                return rc;
        }
    return 0;
}

static int main_task(void *arg)
{
    struct group group;
    group_begin(&group);
    return group_end(&group, spawn_cells(&group, arg));
}

static void print_cell(const struct cell *cell)
{
    char result[40];
    if (cell->result < 0)
        snprintf(result, sizeof result, "-%s", strerrorname_np(-cell->result));
    else
        snprintf(result, sizeof result, "%d", cell->result);
    printf("%-22s %5.1f  %-10s %5d %7d %10d %8d\n", tool_name(cell->tool),
           (double)cell->elapsed_ns / (double)cell->unit_ns, result, cell->ended, cell->failed,
           cell->cancelled, cell->running);
}

static void print_table(const struct table *table)
{
    for (int s = 0; s < SITUATIONS; s++) {
        printf("%s%s\n", s > 0 ? "\n" : "", situation_name((enum situation)s));
        printf("%-22s %5s  %-10s %5s %7s %10s %8s\n", "", "after", "returns", "ended", "failed",
               "cancelled", "running");
        for (int t = 0; t < TOOLS; t++)
            print_cell(&table->cells[s][t]);
    }
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct table *table = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case 'u':
        table->unit_ns = option_number(state, "--unit-ms", text, 1, MAX_UNIT_MS) * NS_PER_MS;
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void read_options(struct table *table, int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"unit-ms", 'u', "MS", 0, "How long a unit is (default 1000)", 0},
        {0},
    };
    static const struct argp argp = {
        .options = list,
        .parser = parse_option,
        .doc = "Compares gather, wait and wait_for by running them.",
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, table);
    if (error != 0)
        die_error(error, "options");
}

int main(int argc, char **argv)
{
    static struct table table = {.unit_ns = NS_PER_S};
    read_options(&table, argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int rc = task_run(loop, main_task, &table, true);
    loop_free(loop);
    coro_trim();
    if (rc < 0)
        die_error(rc, "%s", rc == -ECANCELED ? "interrupted" : "the tools were not compared");
    print_table(&table);
    if (fflush(stdout) != 0 || ferror(stdout))
        die("stdout could not be written");
    return 0;
}
