#include "stats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double stats_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

double stats_quantile(double *values, size_t count, double part)
{
    qsort(values, count, sizeof *values, compare);
    size_t place = (size_t)(part * (double)count);
    return values[place < count ? place : count - 1];
}

double stats_spread(double *values, size_t count)
{
    double median = stats_median(values, count);
    return median == 0 ? 0 : (values[count - 1] - values[0]) / median;
}

struct row *rows_find(struct rows *rows, const char *experiment, const char *subject,
                      const char *metric)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct row *row = &rows->row[i];
        if (strcmp(row->experiment, experiment) == 0 && strcmp(row->subject, subject) == 0 &&
            strcmp(row->metric, metric) == 0)
            return row;
    }
    return NULL;
}

int rows_add(struct rows *rows, const char *line)
{
    struct row new = {.count = 1};
    if (sscanf(line, "%23[^\t]\t%39[^\t]\t%23[^\t]\t%lf\t%15[^\t\n]", new.experiment, new.subject,
               new.metric, &new.values[0], new.unit) != 5)
        return -EINVAL;
    struct row *row = rows_find(rows, new.experiment, new.subject, new.metric);
    if (!row && rows->count == sizeof rows->row / sizeof rows->row[0])
        return -ENOSPC;
    if (!row) {
        rows->row[rows->count++] = new;
        return 0;
    }
    if (row->count == sizeof row->values / sizeof row->values[0])
        return -ENOSPC;
    row->values[row->count++] = new.values[0];
    return 0;
}

int rows_ratio(struct row *row, struct row *other, double *ratio)
{
    double below = other ? stats_median(other->values, other->count) : 0;
    if (!row || below == 0)
        return -ENOENT;
    *ratio = stats_median(row->values, row->count) / below;
    return 0;
}
