/* stats.h - the arithmetic of a bench, and its rows. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

/* The middle one of `count` > 0 values (of an even number: the mean of the middle two), and the one
 * at `part` (0.99) of them. They sort the values. */
double stats_median(double *values, size_t count);
double stats_quantile(double *values, size_t count, double part);

/* The largest less the smallest, over the median: 0.1 is 10 %. 0 when the median is 0. */
double stats_spread(double *values, size_t count);

/* All that was measured, over the rounds, of one metric of a subject in an experiment. */
struct row {
    char experiment[24], subject[40], metric[24], unit[16];
    double values[64];
    size_t count;
};

struct rows {
    struct row row[400];
    size_t count;
};

/* A line "experiment TAB subject TAB metric TAB value TAB unit". 0; -EINVAL: it is none; -ENOSPC.
 */
int rows_add(struct rows *rows, const char *line);

/* NULL: was not measured. */
struct row *rows_find(struct rows *rows, const char *experiment, const char *subject,
                      const char *metric);

/* Median of one over the median of the other: 0, or -ENOENT when one is missing or is 0. */
int rows_ratio(struct row *row, struct row *other, double *ratio);

#endif
