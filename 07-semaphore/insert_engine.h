/* insert_engine.h - what the program `database` needs of a database, and the two that it knows: our
 * own small server (rows_server.h), and PostgreSQL (postgres.h).
 *
 * The first three calls are those that a pool of connections wants (conn_pool.h); `arg` is the
 * struct insert_database then.
 */
#ifndef INSERT_ENGINE_H
#define INSERT_ENGINE_H

#include "conn_pool.h"

#define DATABASE_TABLE "async_in_c_numbers" /* PostgreSQL's; our own server has but one */

struct insert_engine {
    struct conn_pool_calls calls;

    /* Makes an empty table; takes it away. Coroutine functions: 0, or -errno and its words. */
    int (*begin)(void *conn);
    int (*end)(void *conn);

    /* A row more. As postgres_query: -EBUSY when this connection has another command under way. */
    int (*insert)(void *conn, int number);
    int (*count)(void *conn, long *rows);

    /* The words of what has failed last on this connection. */
    const char *(*error)(void *conn);
};

extern const struct insert_engine rows_engine, postgres_engine;

/* Where it is. */
struct insert_database {
    const char *conninfo; /* of PostgreSQL */
    uint16_t port;        /* of our own */
    char error[256];      /* why a connection could not be opened */
};

#endif
