/* verdicts.h - what the course's programs must reach, and whether they did. */
#ifndef BENCH_VERDICTS_H
#define BENCH_VERDICTS_H

#include "stats.h"

/* A line for each ratio and each limit whose experiment was run. */
void verdicts_print(const struct rows *rows);

#endif
