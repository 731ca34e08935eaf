/* cells.h - the echo servers of chapters 01 to 05, and what every test of them does before and
 * after: a cell of the table "which server survives which client".
 *
 * Before: the server is started, has served a polite client, and is counted. After: cell_finish.
 */
#ifndef CELLS_H
#define CELLS_H

#include "client.h"
#include "leaks.h"
#include "process.h"

#define GREETING "Welcome. Type a line, or exit."

struct server {
    const char *title;
    const char *program;
    const char *options[3]; /* after --port 0 */
    int frozen_by;          /* so many clients that only sit there stop it; 0: no number does */
    int idle_clients;       /* how many the test of idle clients sets on it */
    bool is_interrupted;    /* its end is a signal handler that interrupts a call that blocks */
};

extern const struct server servers[];
extern const int server_count;

struct cell {
    const struct server *server;
    struct process *process;
    uint16_t port;
    struct usage before;
};

typedef void cell_fn(struct cell *cell);

struct cell_test {
    const char *name;
    cell_fn *play;
    bool (*concerns)(const struct server *server); /* NULL: all of them */
};

/* Plays every test on every server that it concerns, as one cmocka group. `environment` (or NULL)
 * is given to the servers. The number of failed tests. */
int cells_run(const char *group, const struct cell_test *tests, int count,
              const char *const environment[]);

/* What follows every test, unless it has ended the server itself: a fresh client is served, the
 * counts are back, SIGTERM ends the server, with 0, and nobody is left. */
void cell_finish(struct cell *cell);

/* Connects and waits for the greeting. */
void greeted(struct client *client, uint16_t port);

/* Sends "TEXT\n" and expects "Hello, TEXT". */
void says(struct client *client, const char *text);

/* A whole polite visit: greeting, a line, exit, the end. */
void polite_visit(uint16_t port);

/* A polite visit while somebody rude is there; not where that one stops everybody. */
void polite_visit_meanwhile(const struct cell *cell);

/* A client's bytes must not pile up in the server. (A sanitizer's own books grow as they like, so
 * under one this looks at nothing.) */
void expect_no_growth(const struct cell *cell, long before_kib, long allowed_kib);

#endif
