/* postgres.h - a connection to PostgreSQL, awaited: libpq's calls that do not block, on our loop.
 *
 *     rc = postgres_connect(&connection, "host=/tmp dbname=test");
 *     const char *const values[] = {"42", NULL};
 *     rc = postgres_query(connection, "INSERT INTO numbers VALUES ($1::int)", values, &result);
 *     ... PQgetvalue(result, 0, 0) ...
 *     PQclear(result);
 *     postgres_close(connection);
 *
 * libpq has the whole protocol, and leaves the waiting to us: it says which descriptor it waits
 * for, and whether to read or to write (PQconnectPoll, PQflush, PQisBusy: "Asynchronous Command
 * Processing" in PostgreSQL's manual). Loop's thread only.
 *
 * A connection runs one command at a time. That is so in the server, and not just here: who has
 * several tasks needs several connections (conn_pool.h).
 */
#ifndef POSTGRES_H
#define POSTGRES_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "co.h"

struct postgres {
    PGconn *conn;
    char error[256]; /* libpq's or the server's words of what failed last, a line */
};

/* Connects. `conninfo` is libpq's ("host=/tmp dbname=test", or a postgresql:// URL); a host's name
 * is looked up, and that blocks: give an address (hostaddr) or a folder (host=/tmp). 0; -ECANCELED;
 * -ENOMEM; -ECONNREFUSED for whatever the server or libpq says, in connection->error. After an
 * error but -ENOMEM there is a connection all the same, to be asked for its error and closed; after
 * -ENOMEM *connection is NULL. */
int postgres_connect(struct postgres **connection, const char *conninfo) CO_MUST_CHECK;

/* In whatever state it is; the server rolls back what was going on. Does not suspend. NULL is
 * ignored. */
void postgres_close(struct postgres *connection);

/* Runs one command and waits for its end. $1, $2 in it stand for `values`, texts, ended by NULL
 * (NULL: there are none): never write a value into the command itself. *result is the caller's, to
 * be cleared (`result` may be NULL: nobody wants it). 0; -EBUSY: another command runs on this
 * connection, and this one was not sent; -EREMOTEIO: the server has refused it, and the connection
 * can be used on; -ECONNRESET: the connection is lost; -ENOMEM. After -ECANCELED (nobody knows
 * whether it was done) and -EOPNOTSUPP (it was a COPY) the connection is still busy with it: close
 * it. */
int postgres_query(struct postgres *connection, const char *command, const char *const values[],
                   PGresult **result) CO_MUST_CHECK;

/* Can it be used: connected, no command under way, and no transaction left open? Asks nobody. */
bool postgres_is_idle(const struct postgres *connection);

#endif
