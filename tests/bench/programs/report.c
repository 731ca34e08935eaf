/* report.c - from what was measured in all rounds to the tables, the verdicts, and bench.tsv.
 *
 *     report BENCH.TSV <RAW
 *
 * RAW has a line for each round's metric (see stats.h). The tables show medians and, behind a "~",
 * the spread over the rounds. The verdicts are no test: the exit code is 0 whatever they say.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "stats.h"
#include "verdicts.h"

static struct rows rows;

struct column {
    const char *metric, *head, *below, *format;
    int width;
    bool has_spread;
};

static const struct column of_servers[] = {
    {"messages", "messages", "per s", "%.0f", 9, true},
    {"p50", "p50", "us", "%.0f", 6, false},
    {"p99", "p99", "us", "%.0f", 6, false},
    {"cpu", "CPU us", "/message", "%.2f", 8, true},
    {"calls", "calls", "/message", "%.2f", 8, false},
    {"switches", "switches", "/message", "%.3f", 8, false},
    {"threads", "", "threads", "%.0f", 7, false},
    {"memory", "bytes", "per idle", "%.0f", 9, false},
    {0},
};

static const struct column of_pieces[] = {
    {"cpu", "CPU ns", "each", "%.1f", 10, true},
    {"memory", "bytes", "each", "%.0f", 9, false},
    {"wall", "s in all", "or ns each", "%.2f", 10, true},
    {0},
};

static bool is_server(const struct row *row)
{
    static const char *const experiments[] = {"echo", "idle", "crowd"};
    for (size_t i = 0; i < sizeof experiments / sizeof experiments[0]; i++)
        if (strcmp(row->experiment, experiments[i]) == 0)
            return true;
    return false;
}

static void print_head(const struct column *columns)
{
    printf("%-9s %-22s", "", "");
    for (const struct column *c = columns; c->metric; c++)
        printf(" %*s%s", c->width, c->head, c->has_spread ? "      " : "");
    printf("\n%-9s %-22s", "", "");
    for (const struct column *c = columns; c->metric; c++)
        printf(" %*s%s", c->width, c->below, c->has_spread ? "      " : "");
    putchar('\n');
}

static void print_cell(const struct row *first, const struct column *column)
{
    const struct row *row = rows_find(&rows, first->experiment, first->subject, column->metric);
    char value[32] = "-", spread[16] = "";
    if (row)
        snprintf(value, sizeof value, column->format, row_median(row));
    if (row && column->has_spread)
        snprintf(spread, sizeof spread, " ~%3.0f%%", 100 * row_spread(row));
    printf(" %*s%*s", column->width, value, column->has_spread ? 6 : 0, spread);
}

static bool is_first_of_its_subject(size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (strcmp(rows.row[i].experiment, rows.row[place].experiment) == 0 &&
            strcmp(rows.row[i].subject, rows.row[place].subject) == 0)
            return false;
    return true;
}

static void print_table(bool servers, const char *title, const struct column *columns)
{
    bool has_head = false;
    for (size_t i = 0; i < rows.count; i++) {
        const struct row *row = &rows.row[i];
        if (is_server(row) != servers || !is_first_of_its_subject(i))
            continue;
        if (!has_head) {
            puts(title);
            print_head(columns);
        }
        has_head = true;
        printf("%-9s %-22s", row->experiment, row->subject);
        for (const struct column *c = columns; c->metric; c++)
            print_cell(row, c);
        putchar('\n');
    }
}

static void write_tsv(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file)
        die_error(errno, "%s", path);
    fprintf(file, "experiment\tsubject\tmetric\tvalue\tunit\n");
    for (size_t i = 0; i < rows.count; i++) {
        const struct row *row = &rows.row[i];
        fprintf(file, "%s\t%s\t%s\t%.3f\t%s\n", row->experiment, row->subject, row->metric,
                row_median(row), row->unit);
    }
    if (fclose(file) != 0)
        die_error(errno, "%s", path);
}

int main(int argc, char **argv)
{
    char line[300];
    if (argc != 2) {
        fprintf(stderr, "usage: report BENCH.TSV <RAW\n");
        return 2;
    }
    while (fgets(line, sizeof line, stdin)) {
        int rc = rows_add(&rows, line);
        if (rc < 0)
            die_error(rc, "the line \"%.100s\"", line);
    }
    write_tsv(argv[1]);
    print_table(true, "Servers of one line protocol: a greeting, then \"Hello, LINE\" for a line.",
                of_servers);
    print_table(false, "\nPieces:", of_pieces);
    verdicts_print(&rows);
    return 0;
}
