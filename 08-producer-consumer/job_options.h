/* job_options.h - the options that the programs of the work queue share: which Redis, which queue,
 * which engine. */
#ifndef JOB_OPTIONS_H
#define JOB_OPTIONS_H

#include <argp.h>

#include "job_queue.h"

struct job_options {
    struct redis_options redis;
    const char *queue;
    const struct job_engine *engine;
};

/* To be named as a child in the program's own argp; its input is a struct job_options. */
extern const struct argp job_argp;

/* A whole number of a program's own option, from min to the largest that makes sense for a time in
 * ms; else a usage error. */
#define JOB_MS_MAX (1000L * 60 * 60 * 24 * 365)

/* Runs fn(arg) as the main task on epoll; SIGINT and SIGTERM cancel it. Its exit code: 0; 1, after
 * a line on stderr, when it returned an error; 128 + SIGINT when it was cancelled. */
int job_program(coro_fn *fn, void *arg, const struct job_options *options);

#endif
