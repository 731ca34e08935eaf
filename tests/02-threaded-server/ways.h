/* ways.h - the server of chapter 02 in each of its ways to serve. The steps fail the test. */
#ifndef WAYS_H
#define WAYS_H

#include <stdint.h>

#include "process.h"

/* How many clients come at a time, in most tests. */
#define CROWD 10

enum way { BY_THREADS, BY_POOL, BY_PROCESSES, WAY_COUNT };

/* The pool has room for the crowd and two more. */
struct process *start_way(enum way way, uint16_t *port);

/* With these further arguments, the last of them NULL. */
struct process *start_with(const char *const arguments[], uint16_t *port);

/* Waits for its end: exit code 0, and nobody stays behind. Frees it. */
void expect_good_end(struct process *server);

/* SIGTERM and expect_good_end. */
void stop(struct process *server);

#endif
