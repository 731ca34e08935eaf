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
    int idle_clients;       /* how many the cell of idle clients sets on it */
    bool is_interrupted;    /* its end is a signal handler that interrupts a call that blocks */
    bool takes_commands;    /* chapter 04's command server: no greeting, other answers */
};

extern const struct server servers[];
extern const int server_count;

/* What a server made of a client. It did not die of it, or the test has failed. */
enum outcome {
    SURVIVED,  /* and served the others meanwhile */
    CLOSED_IT, /* the same, and ended the connection of the rude one */
    FROZEN,    /* served nobody else until the rude one had gone */
    NOT_PLAYED,
};

const char *outcome_name(enum outcome outcome);

struct cell {
    const struct server *server;
    struct process *process;
    uint16_t port;
    struct usage before;
    enum outcome saw; /* set by the test that plays; SURVIVED if it does not say otherwise */
};

typedef void cell_fn(struct cell *cell);

struct cell_test {
    const char *name;
    cell_fn *play;
    bool (*concerns)(const struct server *server); /* NULL: all of them */
    bool is_for_commands;                          /* the command server, too */
    enum outcome expected; /* FROZEN: by servers that clients can freeze (frozen_by) */
};

/* Plays every test on every server that it concerns, as one cmocka group. `environment` (or NULL)
 * is given to the servers. The number of failed tests. */
int cells_run(const char *group, const struct cell_test *tests, int count,
              const char *const environment[]);

/* The same, with what came of it: outcomes[server * count + test]. A cell that is not as expected
 * is there as it was, and failed. */
int cells_run_outcomes(const char *group, const struct cell_test *tests, int count,
                       const char *const environment[], enum outcome *outcomes);

/* What follows every test, unless it has ended the server itself: a fresh client is served, the
 * counts are back, SIGTERM ends the server, with 0, and nobody is left. */
void cell_finish(struct cell *cell);

/* Connects and waits for the greeting. */
void greeted(struct client *client, uint16_t port);

/* Sends "TEXT\n" and expects "Hello, TEXT". */
void says(struct client *client, const char *text);

/* A whole polite visit: greeting, a line, exit, the end. */
void polite_visit(uint16_t port);

/* The same three, in the words of this cell's server. */
void cell_greeted(const struct cell *cell, struct client *client);
void cell_says(const struct cell *cell, struct client *client, const char *word);
void cell_visit(const struct cell *cell);

/* Expects the answer to a line "WORD". */
void cell_expect_answer(const struct cell *cell, struct client *client, const char *word);

/* A client's bytes must not pile up in the server and its children. (A sanitizer's own books grow
 * as they like, so under one this looks at nothing.) */
long cell_memory_kib(const struct cell *cell);
void expect_no_growth(const struct cell *cell, long before_kib, long allowed_kib);

#endif
