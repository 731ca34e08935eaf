/* The small database, PostgreSQL's connection, tokens and tries without memory: the n-th allocation
 * is refused, for every n. */
#include <errno.h>
#include <unistd.h>

#include "backoff.h"
#include "clock.h"
#include "no_memory_task.h"
#include "postgres.h"
#include "rows_client.h"
#include "token_bucket.h"
#include "unit.h"

/* ---- The small database -------------------------------------------------------------------- */

static int insert_and_count(const struct rows_server *server)
{
    struct rows_client *client;
    long rows = 0;
    int rc = rows_connect(&client, server->port);
    if (rc < 0)
        return rc;
    rc = rows_query(client, "insert 1", NULL);
    if (rc == 0)
        rc = rows_query(client, "count", &rows);
    rows_close(client);
    return rc == 0 && rows != 1 ? -EPROTO : rc;
}

/* A server without memory cannot say so: its client finds the connection lost. */
static int play_rows(void *arg)
{
    (void)arg;
    struct rows_server server;
    int rc = rows_server_open(&server, NS_PER_MS, 5);
    if (rc < 0)
        return rc;
    struct task *serving = task_spawn(co_loop(), rows_server_run, &server, "server");
    if (!serving) {
        rows_server_close(&server);
        return -ENOMEM;
    }
    rc = insert_and_count(&server);
    task_cancel(serving);
    int ended = task_join(serving);
    rows_server_close(&server);
    if (server.connections != 0 || (ended != -ECANCELED && ended != -ENOMEM))
        return -EPROTO;
    return rc == -ECONNRESET || rc == -EPIPE || rc == -ECONNREFUSED ? -ENOMEM : rc;
}

static void the_small_database(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_rows, MAY_COPE), 8, 100);
}

/* ---- PostgreSQL ---------------------------------------------------------------------------- */

/* Nobody is there: that much can be had everywhere. */
static int play_postgres(void *arg)
{
    (void)arg;
    struct postgres *connection;
    int rc = postgres_connect(&connection, "host=/nowhere");
    postgres_close(connection);
    return rc == -ECONNREFUSED ? 0 : rc;
}

static void a_connection_to_nowhere(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_postgres, MUST_SAY), 3,
                    100);
}

/* ---- Tokens and tries ---------------------------------------------------------------------- */

static int take_two(void *arg)
{
    struct token_bucket *bucket = arg;
    int rc = token_bucket_take(bucket);
    return rc < 0 ? rc : token_bucket_take(bucket);
}

/* Whoever has no timer for his sleep leaves the line, and the bucket as it was. */
static int play_tokens(void *arg)
{
    (void)arg;
    struct token_bucket bucket;
    token_bucket_init(&bucket, NS_PER_MS, 1);
    int rc = take_two(&bucket);
    return lock_locked(&bucket.line) ? -EPROTO : rc;
}

static void tokens(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_tokens, MUST_SAY), 3,
                    100);
}

static int fail_once(void *arg)
{
    int *tried = arg;
    return ++*tried == 1 ? -ECONNRESET : 0;
}

static bool always(int error, void *arg)
{
    (void)error;
    (void)arg;
    return true;
}

static int play_tries(void *arg)
{
    (void)arg;
    struct backoff backoff;
    int tried = 0;
    backoff_init(&backoff, NS_PER_S, NS_PER_S, 1);
    return retry(&backoff, 3, always, fail_once, &tried);
}

static void tries(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_tries, MUST_SAY), 3, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_small_database),
        cmocka_unit_test(a_connection_to_nowhere),
        cmocka_unit_test(tokens),
        cmocka_unit_test(tries),
    };
    return cmocka_run_group_tests_name("rows without memory", tests, NULL, NULL);
}
