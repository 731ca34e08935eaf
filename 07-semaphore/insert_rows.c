/* insert_rows.c - insert_engine.h for our own small server. It has one table, and no other. */
#include <errno.h>
#include <stdio.h>

#include "insert_engine.h"
#include "rows_client.h"

static int connect_rows(void *arg, void **conn)
{
    struct insert_database *database = arg;
    struct rows_client *client;
    int rc = rows_connect(&client, database->port);
    if (rc == 0)
        *conn = client;
    else
        snprintf(database->error, sizeof database->error, "the small server cannot be reached");
    return rc;
}

static void close_rows(void *arg, void *conn)
{
    (void)arg;
    rows_close(conn);
}

static int check_rows(void *arg, void *conn)
{
    const struct rows_client *client = conn;
    (void)arg;
    return client->is_busy ? -EBUSY : 0;
}

static int begin_rows(void *conn)
{
    return rows_query(conn, "count", NULL); /* the table is there; so is the server */
}

static int end_rows(void *conn)
{
    (void)conn;
    return 0;
}

static int insert_row(void *conn, int number)
{
    char command[40];
    snprintf(command, sizeof command, "insert %d", number);
    return rows_query(conn, command, NULL);
}

static int count_rows(void *conn, long *rows)
{
    return rows_query(conn, "count", rows);
}

static const char *rows_error(void *conn)
{
    const struct rows_client *client = conn;
    return client->error;
}

const struct insert_engine rows_engine = {
    .calls = {connect_rows, close_rows, check_rows},
    .begin = begin_rows,
    .end = end_rows,
    .insert = insert_row,
    .count = count_rows,
    .error = rows_error,
};
