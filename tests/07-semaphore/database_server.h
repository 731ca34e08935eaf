/* database_server.h - a PostgreSQL of the test's own: in a temporary folder, on a unix socket only,
 * with an ordinary user's rights, gone when the test program ends. */
#ifndef DATABASE_SERVER_H
#define DATABASE_SERVER_H

#include <stdbool.h>

#include "process.h"

#define DATABASE_CONNECTIONS 20 /* may be open at a time, all of them by a superuser */

struct database_server {
    char bin[200];   /* the folder of its programs */
    char folder[64]; /* its data and its socket */
    char conninfo[120];
    struct process *process;
};

/* Is it installed here? If not, that is told in a line for the end of `make test`. */
bool database_server_is_there(void);

/* Starts it, and waits until it can be used. */
void database_server_start(struct database_server *server);

/* Stops it: whoever is connected is disconnected. It can be started once more. */
void database_server_halt(struct database_server *server);
void database_server_resume(struct database_server *server);

/* Stops it, if it runs, and takes its folder away. */
void database_server_end(struct database_server *server);

/* What psql prints for a command: "17\n". It lasts until the next call. */
const char *database_server_ask(const struct database_server *server, const char *command);

#endif
