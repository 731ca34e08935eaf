/* stats.h - the arithmetic of a bench, and its rows. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

#define ROUNDS_MAX 64

/* The value at `part` (0.99) of `count` > 0 of them. Sorts the values. */
double stats_quantile(double *values, size_t count, double part);

/* All that was measured, over the rounds, of one metric of a subject in an experiment. */
struct row {
    char experiment[24], subject[40], metric[24], unit[16];
    double values[ROUNDS_MAX]; /* in the order of the rounds */
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
const struct row *rows_find(const struct rows *rows, const char *experiment, const char *subject,
                            const char *metric);

/* The middle one of the rounds; of an even number the mean of the middle two. */
double row_median(const struct row *row);

/* The largest less the smallest, over the median: 0.1 is 10 %. 0 when the median is 0. */
double row_spread(const struct row *row);

/* One over the other, round by round. Both were measured in turns, so what slowed the machine for a
 * while slowed both of a round, and the ratio holds stiller than either. */
struct ratio {
    double median, low, high;
};

/* 0, or -ENOENT when one was not measured, or was 0 in a round. */
int rows_ratio(const struct row *row, const struct row *other, struct ratio *ratio);

#endif
