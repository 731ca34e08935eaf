/* rows_server.h - the smallest database that is of use here: one table of numbers, a line is a
 * command.
 *
 *     insert 42    ok
 *     count        ok 1
 *
 * It stands in for a real one where there is none, and has the two manners of it that matter:
 *
 *   - a connection runs one command at a time. Another one that comes meanwhile is answered at once
 *     by "error another command is already in progress";
 *   - there may be only so many connections. One more is told "error too many clients already".
 *
 * It runs as a task in the process of who asks it. Loop's thread only.
 */
#ifndef ROWS_SERVER_H
#define ROWS_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "task.h"

#define ROWS_BUSY        "another command is already in progress"
#define ROWS_TOO_MANY    "too many clients already"
#define ROWS_COMMAND_MAX 80  /* bytes of a command, without its end */
#define ROWS_ANSWER_MAX  128 /* bytes of an answer, with its end */

struct rows_server {
    int64_t service_ns;  /* so long a command takes */
    int max_connections; /* more are turned away */
    int listening;
    uint16_t port; /* on 127.0.0.1 */
    long rows;     /* in the table */
    LIST_HEAD(rows_sessions, rows_session) sessions;
    /* What it has seen: */
    int connections, most_connections; /* now, and at most at the same time */
    int running, most_running;         /* commands */
    long connects, turned_away;        /* of connections */
    long refused;                      /* commands, since another one was running */
};

/* Listens on a free port. 0 or -errno. */
int rows_server_open(struct rows_server *server, int64_t service_ns, int max_connections);

/* A coroutine function: serves until it is cancelled, then ends all connections. -ECANCELED; or why
 * it could not go on: -ENOMEM. */
int rows_server_run(void *server);

/* No longer listens. When nothing runs it any more, if anything ever did. */
void rows_server_close(struct rows_server *server);

#endif
