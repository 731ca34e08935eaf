/* postgres.c - libpq says what it waits for; here it is awaited. */
#include "postgres.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "co_io.h"

/* The words of libpq end with a line feed, and may be several lines: the first is enough. */
static int failed(struct postgres *connection, const char *words, int rc)
{
    size_t length = strcspn(words, "\n");
    if (length >= sizeof connection->error)
        length = sizeof connection->error - 1;
    memcpy(connection->error, words, length);
    connection->error[length] = '\0';
    return rc;
}

static int lost(struct postgres *connection)
{
    return failed(connection, PQerrorMessage(connection->conn), -ECONNRESET);
}

/* ---- Connecting ---------------------------------------------------------------------------- */

/* While it connects libpq may close its socket and go on with another: the next address, or the
 * same without encryption. That may happen in PQconnectPoll, so the loop must know nothing of the
 * socket when that is called. */
static int wait_while_connecting(PGconn *conn, PostgresPollingStatusType what)
{
    int fd = PQsocket(conn);
    int rc = what == PGRES_POLLING_READING ? co_wait_readable(fd) : co_wait_writable(fd);
    loop_forget_fd(co_loop(), fd);
    return rc;
}

static int finish_connecting(struct postgres *connection)
{
    PGconn *conn = connection->conn;
    PostgresPollingStatusType what = PGRES_POLLING_WRITING; /* as after PQconnectStart */
    while (what != PGRES_POLLING_OK) {
        int rc = wait_while_connecting(conn, what);
        if (rc < 0)
            return rc;
        what = PQconnectPoll(conn);
        if (what == PGRES_POLLING_FAILED)
            return failed(connection, PQerrorMessage(conn), -ECONNREFUSED);
    }
    return PQsetnonblocking(conn, 1) == 0 ? 0 : lost(connection);
}

/* The server's notices ("table exists, skipping") are no errors, and nobody has asked for them. */
static void ignore_notice(void *arg, const PGresult *notice)
{
    (void)arg;
    (void)notice;
}

int postgres_connect(struct postgres **connection, const char *conninfo)
{
    struct postgres *made = calloc(1, sizeof *made);
    *connection = made;
    if (!made)
        return -ENOMEM;
    made->conn = PQconnectStart(conninfo);
    if (!made->conn) {
        free(made);
        *connection = NULL;
        return -ENOMEM;
    }
    PQsetNoticeReceiver(made->conn, ignore_notice, NULL);
    if (PQstatus(made->conn) == CONNECTION_BAD)
        return failed(made, PQerrorMessage(made->conn), -ECONNREFUSED);
    return finish_connecting(made);
}

void postgres_close(struct postgres *connection)
{
    if (!connection)
        return;
    int fd = PQsocket(connection->conn);
    if (fd >= 0)
        loop_forget_fd(co_loop(), fd);
    PQfinish(connection->conn);
    free(connection);
}

/* ---- Commands ------------------------------------------------------------------------------ */

/* Puts the command into libpq's buffer. */
static int begin(struct postgres *connection, const char *command, const char *const values[])
{
    int count = 0;
    while (values && values[count])
        count++;
    bool busy = PQtransactionStatus(connection->conn) == PQTRANS_ACTIVE;
    if (PQsendQueryParams(connection->conn, command, count, NULL, values, NULL, NULL, 0) == 1)
        return 0;
    return failed(connection, PQerrorMessage(connection->conn), busy ? -EBUSY : -ECONNRESET);
}

struct either {
    struct co_waiter waiter; /* first */
    struct co *co;
    int fd;
};

static void stop_watching(const struct either *either)
{
    loop_remove_reader(either->co->loop, either->fd);
    loop_remove_writer(either->co->loop, either->fd);
}

static void on_either(void *arg)
{
    struct either *either = arg;
    stop_watching(either);
    co_wake_now(either->co, 0);
}

static bool cancel_either(struct co_waiter *waiter)
{
    stop_watching((struct either *)waiter);
    return true;
}

static int wait_readable_or_writable(int fd)
{
    struct either either = {{cancel_either, "a database to read or write"}, co_current(), fd};
    int rc = loop_add_reader(co_loop(), fd, on_either, &either);
    if (rc == 0)
        rc = loop_add_writer(co_loop(), fd, on_either, &either);
    if (rc == 0)
        return co_wait(&either.waiter);
    stop_watching(&either);
    return rc;
}

/* Sends what is in the buffer. A server whose answers nobody takes does not read any more: so they
 * are taken in while we wait. */
static int flush(struct postgres *connection)
{
    int left;
    while ((left = PQflush(connection->conn)) == 1) {
        int rc = wait_readable_or_writable(PQsocket(connection->conn));
        if (rc < 0)
            return rc;
        if (PQconsumeInput(connection->conn) == 0)
            return lost(connection);
    }
    return left == 0 ? 0 : lost(connection);
}

/* The next result, waited for: 1; 0: the command is over; or an error. */
static int next_result(struct postgres *connection, PGresult **result)
{
    while (PQisBusy(connection->conn)) {
        int rc = co_wait_readable(PQsocket(connection->conn));
        if (rc < 0)
            return rc;
        if (PQconsumeInput(connection->conn) == 0)
            return lost(connection);
    }
    *result = PQgetResult(connection->conn);
    return *result != NULL;
}

static int judge(struct postgres *connection, const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
        return 0;
    bool is_lost = PQstatus(connection->conn) == CONNECTION_BAD;
    return failed(connection, PQresultErrorMessage(result), is_lost ? -ECONNRESET : -EREMOTEIO);
}

/* libpq gives such a result again and again, until somebody has copied. */
static bool is_copy(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/* Takes results until there are no more: the connection is free for another command only then. */
static int take_results(struct postgres *connection, PGresult **kept)
{
    PGresult *result;
    int rc, verdict = 0;
    while ((rc = next_result(connection, &result)) > 0) {
        if (verdict == 0)
            verdict = judge(connection, result);
        PQclear(*kept);
        *kept = result;
        if (is_copy(result))
            return failed(connection, "COPY cannot be done by postgres_query", -EOPNOTSUPP);
    }
    return rc < 0 ? rc : verdict;
}

int postgres_query(struct postgres *connection, const char *command, const char *const values[],
                   PGresult **result)
{
    PGresult *kept = NULL;
    int rc = begin(connection, command, values);
    if (rc == 0)
        rc = flush(connection);
    if (rc == 0)
        rc = take_results(connection, &kept);
    if (rc < 0 || !result)
        PQclear(kept);
    else
        *result = kept;
    return rc;
}

bool postgres_is_idle(const struct postgres *connection)
{
    return PQstatus(connection->conn) == CONNECTION_OK &&
           PQtransactionStatus(connection->conn) == PQTRANS_IDLE;
}
