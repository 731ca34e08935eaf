/* report.c - from what was measured in all rounds to a table, the ratios, and bench.tsv.
 *
 *     report BENCH.TSV <RAW
 *
 * RAW has a line for each round's metric (see stats.h). The table shows medians and, behind a "~",
 * the spread of the messages. The verdicts compare the CPU per message, the figure that holds still
 * on a busy machine; they are no test, so the exit code is 0 whatever they say.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "stats.h"

static struct rows rows;

static double median_of(struct row *row)
{
    return stats_median(row->values, row->count);
}

/* ---- The table ----------------------------------------------------------------------------- */

static void print_value(const char *experiment, const char *subject, const char *metric,
                        const char *format, int width)
{
    struct row *row = rows_find(&rows, experiment, subject, metric);
    char text[32] = "-";
    if (row)
        snprintf(text, sizeof text, format, median_of(row));
    printf(" %*s", width, text);
}

static void print_subject(const struct row *row)
{
    const char *e = row->experiment, *s = row->subject;
    struct row *messages = rows_find(&rows, e, s, "messages");
    printf("%-8s %-22s", e, s);
    print_value(e, s, "messages", "%.0f", 9);
    if (messages)
        printf(" ~%3.0f%%", 100 * stats_spread(messages->values, messages->count));
    else
        printf("      ");
    print_value(e, s, "p50", "%.0f", 7);
    print_value(e, s, "p99", "%.0f", 7);
    print_value(e, s, "cpu", strcmp(e, "timers") == 0 ? "%.0f ns" : "%.2f us", 10);
    print_value(e, s, "memory", "%.0f B", 9);
    print_value(e, s, "threads", "%.0f", 7);
    print_value(e, s, "switches", "%.3f", 9);
    putchar('\n');
}

static void print_table(void)
{
    printf("Each server speaks the same line protocol: a greeting, then \"Hello, LINE\" for a "
           "line.\n");
    printf("%-8s %-22s %9s %5s %7s %7s %10s %9s %7s %9s\n", "", "", "messages", "", "p50", "p99",
           "CPU per", "memory", "", "switches");
    printf("%-8s %-22s %9s %5s %7s %7s %10s %9s %7s %9s\n", "", "", "per s", "", "us", "us",
           "message", "per idle", "threads", "/message");
    for (size_t i = 0; i < rows.count; i++) {
        const struct row *row = &rows.row[i];
        bool is_first = true;
        for (size_t k = 0; k < i && is_first; k++)
            is_first = strcmp(rows.row[k].experiment, row->experiment) != 0 ||
                       strcmp(rows.row[k].subject, row->subject) != 0;
        if (is_first)
            print_subject(row);
    }
}

/* ---- The verdicts -------------------------------------------------------------------------- */

struct verdict {
    const char *experiment, *subject, *other, *metric;
    double limit;
    bool is_least; /* the limit is a lower one */
};

static void print_verdict(const struct verdict *v)
{
    double ratio;
    const char *experiment = v->experiment;
    int rc = rows_ratio(rows_find(&rows, experiment, v->subject, v->metric),
                        rows_find(&rows, experiment, v->other, v->metric), &ratio);
    printf("%-7s %-18s / %-18s %-9s %s %.2f  ", experiment, v->subject, v->other, v->metric,
           v->is_least ? ">=" : "<=", v->limit);
    if (rc < 0)
        printf("   -  not measured\n");
    else
        printf("%5.2f %s\n", ratio,
               (v->is_least ? ratio >= v->limit : ratio <= v->limit) ? "met" : "NOT MET");
}

static void print_verdicts(void)
{
    static const struct verdict verdicts[] = {
        {"echo", "03", "bare", "cpu", 1.10, false},
        {"echo", "03", "go", "cpu", 0.80, false},
        {"echo", "03", "node", "cpu", 0.60, false},
        {"echo", "03", "libuv", "cpu", 1.00, false},
        {"echo", "04", "03", "cpu", 1.15, false},
        {"timers", "03", "libuv", "cpu", 0.50, false},
        {"crowd", "03 and 10,000 idle", "03", "messages", 0.90, true},
    };
    printf("\nWhat it must reach:\n");
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        print_verdict(&verdicts[i]);
    struct row *memory = rows_find(&rows, "idle", "03", "memory");
    printf("idle    03 memory per idle connection         <= 1536 B  ");
    if (memory)
        printf("%.0f %s\n", median_of(memory), median_of(memory) <= 1536 ? "met" : "NOT MET");
    else
        printf("-  not measured\n");
}

static void write_tsv(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file)
        die_error(errno, "%s", path);
    fprintf(file, "experiment\tsubject\tmetric\tvalue\tunit\n");
    for (size_t i = 0; i < rows.count; i++) {
        struct row *row = &rows.row[i];
        fprintf(file, "%s\t%s\t%s\t%.3f\t%s\n", row->experiment, row->subject, row->metric,
                median_of(row), row->unit);
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
    print_table();
    print_verdicts();
    return 0;
}
