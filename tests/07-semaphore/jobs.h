/* jobs.h - what the scenarios of co_pool share: jobs that say when they begin and how they end. */
#ifndef JOBS_H
#define JOBS_H

#include "co_pool.h"
#include "scenario.h"

struct job {
    int n;      /* its name, and its result */
    int passes; /* of the loop: so long it takes */
    int error;  /* its result instead; 0: none */
};

/* "+1" when it begins, then "-1", "-1 EIO" or "-1 cancelled". */
int job(void *job);

/* An error's name; "0" and so on. Valid until the next call. */
const char *rc_name(int rc);

/* Dies when it cannot. */
void begin(struct co_pool *pool, int size);

/* co_pool_spawn_n, and says so when it has come back: "brought 1". */
int bring(struct co_pool *pool, struct job *of);

/* "2 ended, 1 failed, 0 cancelled" */
void say_counts(const struct co_pool *pool);

#endif
