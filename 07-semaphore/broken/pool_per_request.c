/* pool_per_request.c - broken on purpose: a pool of connections for each request.
 *
 *     build/07-semaphore/broken/pool_per_request
 *     build/07-semaphore/broken/pool_per_request --mend
 *
 * There is a pool, so connections are used again, and there are never more than five: so the author
 * believed. But the handler makes a pool for each request, takes one connection from it, gives it
 * back, and forgets the pool. Watch the server's counters, for the client's know of nothing wrong:
 * one more connection is open after every request, none is used twice, and the twenty-first request
 * is told that there are too many. (--mend makes one pool at the beginning, and closes it in the
 * end.)
 */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "clock.h"
#include "fetch_all.h"
#include "insert_engine.h"
#include "net.h"
#include "options.h"
#include "rows_server.h"

#define REQUESTS        30
#define MAX_CONNECTIONS 20 /* the server's */

struct site {
    bool is_mended;
    struct rows_server server;
    struct insert_database database;
    struct conn_pool pools[REQUESTS]; /* so that the program can clean up behind the trap */
    int pool_count;
};

static int open_pool(struct site *site)
{
    const struct conn_pool_options options = {
        .min = 1, .max = 5, .recycle_ns = -1, .retry_ns = NS_PER_S, .arg = &site->database};
    int rc = conn_pool_open(&site->pools[site->pool_count], &rows_engine.calls, &options);
    if (rc == 0)
        site->pool_count++;
    return rc;
}

static int insert(struct conn_pool *pool, int number)
{
    struct pooled *mine;
    int rc = conn_pool_acquire(pool, &mine);
    if (rc < 0)
        return rc;
    rc = rows_engine.insert(mine->conn, number);
    if (rc < 0)
        printf("request %d: %s\n", number + 1, rows_engine.error(mine->conn));
    if (rc < 0)
        conn_pool_discard(mine);
    else
        conn_pool_release(mine);
    return rc;
}

static int handle_request(struct site *site, int number)
{
    int rc = site->is_mended ? 0 : open_pool(site); /* the trap */
    if (rc < 0)
        return rc;
    return insert(&site->pools[site->pool_count - 1], number);
}

static int handle_requests(struct site *site)
{
    int rc = site->is_mended ? open_pool(site) : 0;
    for (int i = 0; rc == 0 && i < REQUESTS; i++)
        rc = handle_request(site, i);
    printf("the server: %ld rows, %ld connections were made, %d are open, %ld turned away\n",
           site->server.rows, site->server.connects, site->server.connections,
           site->server.turned_away);
    return rc == -EREMOTEIO || rc == -ECONNRESET ? 0 : rc; /* that was to be shown */
}

static int close_pools(struct site *site, int result)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < site->pool_count; i++)
        rc = conn_pool_close(&site->pools[i]);
    return result < 0 ? result : rc;
}

static int play(struct site *site)
{
    struct task *serving = task_spawn(co_loop(), rows_server_run, &site->server, "database");
    if (!serving)
        return -ENOMEM;
    int rc = close_pools(site, handle_requests(site));
    task_cancel(serving);
    int ended = task_join(serving);
    return rc < 0 || ended == -ECANCELED ? rc : ended;
}

static int main_task(void *arg)
{
    struct site *site = arg;
    int rc = rows_server_open(&site->server, NS_PER_MS, MAX_CONNECTIONS);
    if (rc < 0)
        return rc;
    site->database.port = site->server.port;
    rc = play(site);
    rows_server_close(&site->server);
    return rc;
}

static error_t parse_mend(int key, char *text, struct argp_state *state)
{
    struct site *site = state->input;
    (void)text;
    if (key == ARGP_KEY_INIT)
        argp_err_exit_status = USAGE_ERROR;
    if (key != 'm')
        return key == ARGP_KEY_INIT ? 0 : ARGP_ERR_UNKNOWN;
    site->is_mended = true;
    return 0;
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"mend", 'm', NULL, 0, "One pool for all requests", 0},
        {0},
    };
    static const struct argp argp = {
        .options = list,
        .parser = parse_mend,
        .doc = "Broken on purpose: a pool of connections for each request."};
    static struct site site;
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &site);
    if (error != 0)
        die_error(error, "options");
    net_ignore_sigpipe();
    int rc = run_on_epoll(main_task, &site);
    if (rc < 0)
        die_error(rc, "%s", rc == -ECANCELED ? "interrupted" : "the requests have failed");
    return 0;
}
