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

double stats_quantile(double *values, size_t count, double part)
{
    qsort(values, count, sizeof *values, compare);
    size_t place = (size_t)(part * (double)count);
    return values[place < count ? place : count - 1];
}

/* Sorts a copy: a row keeps the order of its rounds. */
static struct ratio middle_of(const double *values, size_t count)
{
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, compare);
    return (struct ratio){(sorted[(count - 1) / 2] + sorted[count / 2]) / 2, sorted[0],
                          sorted[count - 1]};
}

double row_median(const struct row *row)
{
    return middle_of(row->values, row->count).median;
}

double row_spread(const struct row *row)
{
    struct ratio all = middle_of(row->values, row->count);
    return all.median == 0 ? 0 : (all.high - all.low) / all.median;
}

const struct row *rows_find(const struct rows *rows, const char *experiment, const char *subject,
                            const char *metric)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->row[i];
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
    const struct row *known = rows_find(rows, new.experiment, new.subject, new.metric);
    struct row *row = known ? &rows->row[known - rows->row] : NULL;
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

int rows_ratio(const struct row *row, const struct row *other, struct ratio *ratio)
{
    double ratios[ROUNDS_MAX];
    size_t count = 0;
    if (!row || !other)
        return -ENOENT;
    for (; count < row->count && count < other->count; count++) {
        if (other->values[count] == 0)
            return -ENOENT;
        ratios[count] = row->values[count] / other->values[count];
    }
    *ratio = middle_of(ratios, count);
    return 0;
}
