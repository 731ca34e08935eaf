/* run.h - runs a driver for one test, in a process with limits, and collects the facts. */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol.h"

#define MAX_FACTS  32
#define OUTPUT_MAX 1024 /* what is kept of what the student's code prints */

struct fact {
    char name[FACT_NAME_MAX];
    size_t length;
    char value[VALUE_MAX + 1]; /* NUL-terminated */
};

struct run {
    bool complete;  /* the driver came to its end */
    bool intruded;  /* a packet came that was not the driver's */
    bool took_long; /* it was ended for that */
    int status;     /* as waitpid gives it */
    char output[OUTPUT_MAX + 1];
    size_t output_length;
    int fact_count;
    struct fact facts[MAX_FACTS];
};

/* Limits of a run, in seconds; times GRADE_TIMEOUT_MULTIPLIER from the environment. */
#define PROCESSOR_TIME_S 2
#define TIME_S           30
int run_time_multiplier(void);

/* Runs it. 0, or -errno when that was not possible; this is then nobody's fault. */
int run_driver(struct run *run, const char *program, const char *plan, const unsigned char *payload,
               size_t payload_length);

/* NULL: no such fact. */
const struct fact *run_fact(const struct run *run, const char *name);

#endif
