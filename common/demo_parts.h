/* demo_parts.h - what the files of the demo share. Nobody else includes it. */
#ifndef COMMON_DEMO_PARTS_H
#define COMMON_DEMO_PARTS_H

#include "demo.h"

/* ---- demo_options.c ------------------------------------------------------------------------ */

/* Fills in about, url, host, port, count, delays (to be freed), format, output, summary; and
 * unit_ns, which is 0 when no --unit-ms was given. Exits with 2 when something is wrong. */
void demo_read_options(struct demo *demo, int argc, char **argv, const struct demo_about *about);

/* ---- demo_stats.c -------------------------------------------------------------------------- */

struct demo_counters {
    int64_t requests, in_flight, max_in_flight, completed, aborted;
    int64_t unit_ms; /* 0: the server did not say */
};

#define DEMO_WHY_MAX 512

/* GET /stats and POST /stats/reset: true, or false and a sentence about it in `why`. They block,
 * for 10 seconds at most, and leave no connection and no thread. */
bool demo_get_counters(const struct demo *demo, struct demo_counters *counters,
                       char why[DEMO_WHY_MAX]);
bool demo_reset_counters(const struct demo *demo, char why[DEMO_WHY_MAX]);

#endif
