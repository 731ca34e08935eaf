/* database.c - many inserts at once: over one connection, with a semaphore, with a pool.
 *
 *     build/07-semaphore/database                        our own small server, in this process
 *     build/07-semaphore/database --database 'host=/tmp dbname=test' --inserts 10000
 *
 * Watch the rows that there are in the end. Over one connection the first insert is done, and the
 * others are refused: another command is already in progress. A semaphore of ten does not help,
 * for a connection runs one command at a time, not ten. A semaphore of one does, and is as slow as
 * doing one after the other. A pool has ten connections, and hands out each to one task at a time.
 *
 * With --database it makes a table async_in_c_numbers there, which must not exist, and takes it
 * away in the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "clock.h"
#include "co_scope.h"
#include "fetch_all.h"
#include "group.h"
#include "insert_engine.h"
#include "net.h"
#include "options.h"
#include "rows_server.h"

#define MAX_INSERTS     20000
#define MAX_CONNECTIONS 1000

struct work {
    int inserts, connections;
    int64_t service_ns;
    struct insert_database database;
    const struct insert_engine *engine;
    void *shared; /* the one connection */
    /* A way: */
    int (*insert)(struct work *work, int number);
    struct semaphore permits;
    struct conn_pool pool;
    long busy; /* inserts that were refused */
    struct insert *list;
    char error[256]; /* why nothing goes on */
};

struct insert {
    struct work *work;
    int number;
};

/* ---- Three ways to insert a row ------------------------------------------------------------- */

/* Of a call to the database: an error ends all, and its words are kept. That another command is
 * under way is no such error. */
static int noted(struct work *work, void *conn, int rc)
{
    if (rc < 0 && rc != -EBUSY && rc != -ECANCELED)
        snprintf(work->error, sizeof work->error, "%s", work->engine->error(conn));
    return rc;
}

static int insert_over(struct work *work, void *conn, int number)
{
    int rc = work->engine->insert(conn, number);
    work->busy += rc == -EBUSY;
    return noted(work, conn, rc);
}

static int insert_shared(struct work *work, int number)
{
    return insert_over(work, work->shared, number);
}

static int insert_with_permit(struct work *work, int number)
{
    int rc = semaphore_acquire(&work->permits);
    if (rc < 0)
        return rc;
    rc = insert_over(work, work->shared, number);
    int released = semaphore_release(&work->permits);
    return rc < 0 ? rc : released;
}

static int insert_pooled(struct work *work, int number)
{
    struct pooled *mine;
    int rc = conn_pool_acquire(&work->pool, &mine);
    if (rc < 0)
        return rc;
    rc = insert_over(work, mine->conn, number);
    if (rc < 0)
        conn_pool_discard(mine); /* nobody knows in which state it is */
    else
        conn_pool_release(mine);
    return rc;
}

/* ---- All of them at once -------------------------------------------------------------------- */

/* A task. */
static int insert_one(void *arg)
{
    const struct insert *insert = arg;
    int rc = insert->work->insert(insert->work, insert->number);
    return rc == -EBUSY ? 0 : rc;
}

static int insert_all(struct work *work)
{
    struct group group;
    int rc = 0;
    group_begin(&group);
    for (int i = 0; rc == 0 && i < work->inserts; i++) {
        work->list[i] = (struct insert){work, i};
        rc = group_spawn(&group, insert_one, &work->list[i], "insert");
    }
    return group_end(&group, rc);
}

/* The rows are what the database counts, not what we believe. */
static int play(struct work *work, const char *name, int (*insert)(struct work *work, int number))
{
    long before, after;
    work->insert = insert;
    work->busy = 0;
    int rc = noted(work, work->shared, work->engine->count(work->shared, &before));
    int64_t begun = loop_time(co_loop());
    if (rc == 0)
        rc = insert_all(work);
    int64_t elapsed = loop_time(co_loop()) - begun;
    if (rc == 0)
        rc = noted(work, work->shared, work->engine->count(work->shared, &after));
    if (rc == 0)
        printf("%-36s %6ld rows, %6ld refused, %.1f s\n", name, after - before, work->busy,
               (double)elapsed / (double)NS_PER_S);
    return rc;
}

/* ---- One connection, a semaphore, a pool ---------------------------------------------------- */

static int play_with_permits(struct work *work, int permits)
{
    char name[60];
    snprintf(name, sizeof name, "one connection, a semaphore of %d:", permits);
    semaphore_init_bounded(&work->permits, permits);
    return play(work, name, insert_with_permit);
}

static int play_with_pool(struct work *work)
{
    const struct conn_pool_options options = {
        .max = work->connections, .recycle_ns = -1, .retry_ns = NS_PER_S, .arg = &work->database};
    char name[60];
    snprintf(name, sizeof name, "a pool of %d connections:", work->connections);
    int rc = conn_pool_open(&work->pool, &work->engine->calls, &options);
    if (rc < 0)
        return rc;
    rc = play(work, name, insert_pooled);
    int closed = conn_pool_close(&work->pool);
    return rc < 0 ? rc : closed;
}

static int play_all(struct work *work)
{
    int rc = play(work, "one connection:", insert_shared);
    if (rc == 0)
        rc = play_with_permits(work, work->connections);
    if (rc == 0)
        rc = play_with_permits(work, 1);
    if (rc == 0)
        rc = play_with_pool(work);
    return rc;
}

/* ---- The table, and the database ------------------------------------------------------------ */

static int with_connection(struct work *work, int (*use)(struct work *work, void *conn))
{
    void *conn;
    int rc = work->engine->calls.connect(&work->database, &conn);
    if (rc < 0)
        return rc;
    rc = use(work, conn);
    work->engine->calls.close(&work->database, conn);
    return rc;
}

/* Over a connection of its own: after a cancel the other one may be in the middle of something. */
static int end_table(struct work *work, void *conn)
{
    return noted(work, conn, work->engine->end(conn));
}

static int take_table_away(void *arg)
{
    return with_connection(arg, end_table);
}

static int play_with_table(struct work *work, void *conn)
{
    int rc = noted(work, conn, work->engine->begin(conn));
    if (rc < 0)
        return rc;
    work->shared = conn;
    return co_scope_end(take_table_away, work, play_all(work));
}

/* The server is a task, and this is another one. */
static int play_beside(struct work *work, struct rows_server *server)
{
    struct task *serving = task_spawn(co_loop(), rows_server_run, server, "database");
    if (!serving)
        return -ENOMEM;
    int rc = with_connection(work, play_with_table);
    task_cancel(serving);
    int ended = task_join(serving);
    return rc < 0 || ended == -ECANCELED ? rc : ended;
}

static int play_with_own_server(struct work *work)
{
    struct rows_server server;
    int rc = rows_server_open(&server, work->service_ns, MAX_CONNECTIONS + 1);
    if (rc < 0)
        return rc;
    work->database.port = server.port;
    rc = play_beside(work, &server);
    rows_server_close(&server);
    return rc;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    if (work->database.conninfo)
        return with_connection(work, play_with_table);
    return play_with_own_server(work);
}

/* ---- The program ---------------------------------------------------------------------------- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct work *work = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case 'd':
        work->database.conninfo = text;
        work->engine = &postgres_engine;
        return 0;
    case 'n':
        work->inserts = (int)option_number(state, "--inserts", text, 1, MAX_INSERTS);
        return 0;
    case 'c':
        work->connections = (int)option_number(state, "--connections", text, 1, MAX_CONNECTIONS);
        return 0;
    case 's':
        work->service_ns = option_number(state, "--service-ms", text, 0, 60000) * NS_PER_MS;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void read_options(struct work *work, int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"database", 'd', "CONNINFO", 0,
         "PostgreSQL, as its own tools name it: 'host=/tmp dbname=test' or postgresql://... "
         "(default: a small server of our own)",
         0},
        {"inserts", 'n', "N", 0, "So many (default 100)", 0},
        {"connections", 'c', "N", 0, "In the pool (default 10)", 0},
        {"service-ms", 's', "MS", 0, "A command takes so long in our own server (default 20)", 0},
        {0},
    };
    static const struct argp argp = {
        .options = list,
        .parser = parse_option,
        .doc = "Inserts many rows at once: over one connection, with a semaphore, with a pool of "
               "connections.\vWith --database it makes a table " DATABASE_TABLE
               " there, which must not exist, and takes it away in the end."};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, work);
    if (error != 0)
        die_error(error, "options");
}

static void tell_why(const struct work *work, int rc)
{
    if (rc == -ECANCELED)
        die_error(rc, "interrupted");
    if (work->error[0])
        die("the database says: %s", work->error);
    if (work->database.error[0])
        die("cannot connect: %s", work->database.error);
    die_error(rc, "the inserts have failed");
}

int main(int argc, char **argv)
{
    struct work work = {
        .inserts = 100, .connections = 10, .service_ns = 20 * NS_PER_MS, .engine = &rows_engine};
    read_options(&work, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    work.list = calloc((size_t)work.inserts, sizeof work.list[0]);
    if (!work.list)
        die_error(ENOMEM, "%d inserts", work.inserts);
    int rc = run_on_epoll(main_task, &work);
    free(work.list);
    if (rc < 0)
        tell_why(&work, rc);
    if (fflush(stdout) != 0 || ferror(stdout))
        die("stdout could not be written");
    return 0;
}
