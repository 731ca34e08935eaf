/* insert_postgres.c - insert_engine.h for PostgreSQL. The table is made by the program and must not
 * be there before: nothing of anybody else's is touched.
 */
#include <errno.h>
#include <stdio.h>

#include "insert_engine.h"
#include "options.h"
#include "postgres.h"

static int connect_postgres(void *arg, void **conn)
{
    struct insert_database *database = arg;
    struct postgres *connection;
    int rc = postgres_connect(&connection, database->conninfo);
    if (rc == 0) {
        *conn = connection;
        return 0;
    }
    snprintf(database->error, sizeof database->error, "%s",
             connection ? connection->error : "no memory");
    postgres_close(connection);
    return rc;
}

static void close_postgres(void *arg, void *conn)
{
    (void)arg;
    postgres_close(conn);
}

static int check_postgres(void *arg, void *conn)
{
    (void)arg;
    return postgres_is_idle(conn) ? 0 : -ECONNRESET;
}

static int begin_postgres(void *conn)
{
    return postgres_query(conn, "CREATE TABLE " DATABASE_TABLE " (number integer NOT NULL)", NULL,
                          NULL);
}

static int end_postgres(void *conn)
{
    return postgres_query(conn, "DROP TABLE " DATABASE_TABLE, NULL, NULL);
}

static int insert_postgres(void *conn, int number)
{
    char text[16];
    const char *const values[] = {text, NULL};
    snprintf(text, sizeof text, "%d", number);
    return postgres_query(conn, "INSERT INTO " DATABASE_TABLE " VALUES ($1::integer)", values,
                          NULL);
}

static int count_postgres(void *conn, long *rows)
{
    PGresult *result;
    int rc = postgres_query(conn, "SELECT count(*) FROM " DATABASE_TABLE, NULL, &result);
    if (rc < 0)
        return rc;
    rc = parse_number(PQgetvalue(result, 0, 0), 0, INT32_MAX, rows);
    PQclear(result);
    return rc;
}

static const char *postgres_error(void *conn)
{
    const struct postgres *connection = conn;
    return connection->error;
}

const struct insert_engine postgres_engine = {
    .calls = {connect_postgres, close_postgres, check_postgres},
    .begin = begin_postgres,
    .end = end_postgres,
    .insert = insert_postgres,
    .count = count_postgres,
    .error = postgres_error,
};
