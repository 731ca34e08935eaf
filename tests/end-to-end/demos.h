/* demos.h - the ten demos and the /aio server, for the tests of them. */
#ifndef DEMOS_H
#define DEMOS_H

#include <stdint.h>

#include "process.h"

/* What the mechanism of a chapter must give for the delays 5 7 5 5 7. */
struct expected_row {
    const char *name;      /* as the row begins */
    double at_least_units; /* never early; how late depends on the machine, so there is no bound */
    int max_in_flight;
    int threads;
};

struct demo_program {
    const char *chapter;
    struct expected_row rows[2]; /* one, or two when it has a second run */
};

extern const struct demo_program demos[];
extern const int demo_count;

/* The demo of a chapter, at this port, with these further arguments, in this environment (both
 * ended by NULL; or NULL). */
struct process *demo_start(const struct demo_program *demo, uint16_t port,
                           const char *const *arguments);
struct process *demo_start_in(const struct demo_program *demo, uint16_t port,
                              const char *const *arguments, const char *const *environment);

/* The /aio server with a unit of so many milliseconds, and its port. */
struct process *aio_start(int unit_ms, uint16_t *port);

/* SIGTERM, and it must end with 0. */
void aio_stop(struct process *aio);

/* Waits until a counter of /stats is at least (or at most) this; fails after a generous guard. */
void wait_stats_at_least(uint16_t port, const char *counter, long value);
void wait_stats_at_most(uint16_t port, const char *counter, long value);

/* It must end with this exit code, and leave nobody; fails the test with its stderr. */
void expect_exit(struct process *process, int expected);

/* A port that nobody listens on, and that nobody else is given until the descriptor, which is the
 * result, is closed. */
int reserve_port(uint16_t *port);

int count_lines(const char *text);

/* The whole of a file, to be freed; fails the test when it is not there. */
char *read_whole_file(const char *path);

/* A test that is run for each demo: see demo_of. */
struct demo_test {
    const char *name;
    void (*test)(void **state);
};

/* In such a test: the demo that it is run for. */
const struct demo_program *demo_of(void **state);

/* Runs each test for each demo, as one cmocka group. The number of failed tests. */
int demos_run(const char *group, const struct demo_test *tests, int count,
              int (*setup)(void **state), int (*teardown)(void **state));

#endif
