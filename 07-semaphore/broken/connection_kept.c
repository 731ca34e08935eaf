/* connection_kept.c - broken on purpose: a connection that is not given back when something fails.
 *
 *     build/07-semaphore/broken/connection_kept
 *
 * Five questions are asked over a pool of two connections. Two of the questions are bad, and the
 * server says so. Whoever asked them returns with the error at once, as he has learned, and forgets
 * that he holds a connection. No error is told for that: the pool believes that it is in use. When
 * both are gone, everybody waits, for ever, and closing the pool does, too; only a time limit
 * shows it. The counters tell what it is: all in use, and no task that uses one.
 *
 * The mend, in ask_over_a_connection: one way out.
 *
 *     rc = ask(mine->conn, question);
 *     conn_pool_release(mine);
 *     return rc;
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "conn_pool.h"
#include "options.h"
#include "timeout.h"

static struct conn_pool pool;

/* ---- A server, as far as we need one ------------------------------------------------------- */

static int numbers[2], connected;

static int connect_to_it(void *arg, void **conn)
{
    (void)arg;
    *conn = &numbers[connected++];
    return co_yield();
}

static void close_it(void *arg, void *conn)
{
    (void)arg, (void)conn;
}

static int ask(void *conn, const char *question)
{
    (void)conn;
    int rc = co_yield();
    if (rc < 0)
        return rc;
    return strchr(question, '?') ? 0 : -EINVAL;
}

/* ---- Its client ---------------------------------------------------------------------------- */

static int ask_over_a_connection(const char *question)
{
    struct pooled *mine;
    int rc = conn_pool_acquire(&pool, &mine);
    if (rc < 0)
        return rc;
    rc = ask(mine->conn, question);
    if (rc < 0)
        return rc;
    conn_pool_release(mine);
    return 0;
}

static void say(const char *what, int rc)
{
    struct conn_pool_counters now = conn_pool_counters(&pool);
    printf("%-12s %-9s  %d idle, %d in use\n", what, rc < 0 ? strerrorname_np(-rc) : "answered",
           now.idle, now.in_use);
}

static int ask_five(void *arg)
{
    const char *const questions[] = {"who?", "what", "when?", "where", "why?"};
    const struct conn_pool_calls calls = {connect_to_it, close_it, NULL};
    const struct conn_pool_options options = {
        .min = 0, .max = 2, .recycle_ns = -1, .retry_ns = NS_PER_S};
    struct timeout_scope scope;
    (void)arg;
    int rc = conn_pool_open(&pool, &calls, &options);
    if (rc < 0)
        return rc;
    for (int i = 0; i < 5; i++) {
        timeout_begin(&scope, 50 * NS_PER_MS);
        say(questions[i], timeout_end(&scope, ask_over_a_connection(questions[i])));
    }
    timeout_begin(&scope, 50 * NS_PER_MS);
    say("close", timeout_end(&scope, conn_pool_close(&pool)));
    return 0;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a connection that is never given back.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    CHECK_RC(task_run(loop, ask_five, NULL, true));
    loop_free(loop);
    coro_trim();
    return 0;
}
