#include "verdicts.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum comparison { AT_MOST, AT_LEAST };

/* Ours against another subject of the same experiment, or, without one, against the limit. */
struct verdict {
    const char *experiment, *metric, *subject, *other;
    enum comparison comparison;
    double limit;
};

static const struct verdict verdicts[] = {
    {"echo", "cpu", "03", "bare", AT_MOST, 1.10},
    {"echo", "cpu", "03", "go", AT_MOST, 0.80},
    {"echo", "cpu", "03", "node", AT_MOST, 0.60},
    {"echo", "cpu", "03", "libuv", AT_MOST, 1.00},
    {"echo", "cpu", "04", "03", AT_MOST, 1.15},
    {"echo", "cpu", "05", "03", AT_MOST, 1.15},
    {"idle", "memory", "03", NULL, AT_MOST, 1536},
    {"crowd", "messages", "03 and 10,000 idle", "03", AT_LEAST, 0.90},
    {"timers", "cpu", "03", "libuv", AT_MOST, 0.50},
    {"switch", "cpu", "05", "swapcontext", AT_MOST, 1.0 / 20},
    {"switch", "cpu", "05", "go", AT_MOST, 1.0 / 10},
    {"switch", "cpu", "05", "asyncio", AT_MOST, 1.0 / 200},
    {"spawn", "cpu", "06", "go", AT_MOST, 0.50},
    {"sleepers", "memory", "05 stackless", NULL, AT_MOST, 64},
    {"sleepers", "memory", "05 stackful", NULL, AT_MOST, 5000},
    {"sleepers", "wall", "05 stackless", NULL, AT_MOST, 2}, /* begun and ended, each under one */
    {"sleepers", "wall", "05 stackful", NULL, AT_MOST, 2},
    {"sleepers", "cpu", "05 stackful", "asyncio", AT_MOST, 1},
    {"fetch", "wall", "06", NULL, AT_MOST, 3},
    {"queue", "wall", "08", "go", AT_MOST, 0.30},
    {"queue", "wall", "08", "asyncio", AT_MOST, 1.0 / 50},
    {"inbox", "wall", "08", "go", AT_MOST, 1.00},
    {"permit", "wall", "07", NULL, AT_MOST, 10},
};

static const char *word(const struct verdict *verdict, double value)
{
    bool is_met =
        verdict->comparison == AT_MOST ? value <= verdict->limit : value >= verdict->limit;
    return is_met ? "met" : "NOT MET";
}

static void print_verdict(const struct rows *rows, const struct verdict *v)
{
    char subjects[80];
    struct ratio ratio;
    const struct row *ours = rows_find(rows, v->experiment, v->subject, v->metric);
    const struct row *other = v->other ? rows_find(rows, v->experiment, v->other, v->metric) : NULL;
    snprintf(subjects, sizeof subjects, "%s%s%s", v->subject, v->other ? " / " : "",
             v->other ? v->other : "");
    printf("%-9s %-24s %-9s %s %8.4g ", v->experiment, subjects, v->metric,
           v->comparison == AT_MOST ? "<=" : ">=", v->limit);
    if (!ours || (v->other && rows_ratio(ours, other, &ratio) < 0)) {
        printf("%8s  not measured\n", "-");
    } else if (v->other) {
        printf("%8.3g  %s (%.3g to %.3g)\n", ratio.median, word(v, ratio.median), ratio.low,
               ratio.high);
    } else {
        printf("%8.4g  %s\n", row_median(ours), word(v, row_median(ours)));
    }
}

static bool was_run(const struct rows *rows, const char *experiment)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->row[i].experiment, experiment) == 0)
            return true;
    return false;
}

void verdicts_print(const struct rows *rows)
{
    printf("\nWhat it must reach (a ratio is the median of the rounds', then the lowest and the "
           "highest):\n");
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        if (was_run(rows, verdicts[i].experiment))
            print_verdict(rows, &verdicts[i]);
}
