/* redis_pool.c - when one connection is enough for all, and when each needs one of his own.
 *
 *     build/08-producer-consumer/redis_pool                  twenty tasks, at most four connections
 *     build/08-producer-consumer/redis_pool --tasks 100 --max 10
 *
 * Each task adds 1 to a number. First by INCR, all on one connection: pipelining makes a pool of no
 * use. Then by a transaction: WATCH, GET, MULTI, SET, EXEC. Watch what becomes of those on one
 * connection: Redis knows connections, not tasks, and so one task's MULTI swallows the commands of
 * all. With a pool each has a connection of his own for as long as the transaction lasts, and the
 * sum is right.
 *
 * It is no way to count: that is INCR. It stands for a change that Redis has no command for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "clock.h"
#include "conn_pool.h"
#include "fetch_all.h"
#include "group.h"
#include "net.h"
#include "options.h"
#include "redis.h"
#include "redis_transaction.h"
#include "redis_url.h"

#define KEY "redis_pool:sum"

struct program {
    struct redis_options at;
    int tasks, max;
    struct redis *shared;
    struct conn_pool pool;
    int again, failed; /* transactions that somebody came between; that failed */
};

/* ---- Adding 1, in three ways --------------------------------------------------------------- */

static int add_by_incr(void *arg)
{
    struct program *program = arg;
    redisReply *reply;
    int rc = redis_command(program->shared, &reply, "INCR " KEY);
    freeReplyObject(reply);
    return rc;
}

/* The number, with the key watched. */
static int look(struct redis_transaction *transaction, long *number)
{
    redisReply *reply;
    int rc = redis_transaction_command(transaction, &reply, "WATCH " KEY);
    freeReplyObject(reply);
    if (rc < 0)
        return rc;
    rc = redis_transaction_command(transaction, &reply, "GET " KEY);
    if (rc == 0 &&
        (reply->type != REDIS_REPLY_STRING || parse_number(reply->str, 0, INT32_MAX, number) < 0))
        rc = -EPROTO; /* QUEUED, say: it was taken for another's transaction */
    freeReplyObject(reply);
    return rc;
}

static int change(struct redis_transaction *transaction, long number)
{
    redisReply *reply;
    int rc = redis_transaction_multi(transaction);
    if (rc < 0)
        return rc;
    rc = redis_transaction_command(transaction, &reply, "SET " KEY " %ld", number);
    freeReplyObject(reply);
    if (rc == 0)
        rc = redis_transaction_exec(transaction, &reply);
    else
        reply = NULL;
    freeReplyObject(reply);
    return rc;
}

static int add_in_transaction(struct program *program, struct redis *own)
{
    struct redis_transaction transaction;
    int rc;
    do {
        long number = 0;
        redis_transaction_begin(&transaction, own);
        rc = look(&transaction, &number);
        if (rc == 0)
            rc = change(&transaction, number + 1);
        rc = redis_transaction_end(&transaction, rc);
        program->again += rc == -EAGAIN;
    } while (rc == -EAGAIN);
    return rc;
}

static int add_on_shared(void *arg)
{
    struct program *program = arg;
    int rc = add_in_transaction(program, program->shared);
    program->failed += rc < 0 && rc != -ECANCELED;
    return rc == -ECANCELED ? rc : 0;
}

static int add_by_pool(void *arg)
{
    struct program *program = arg;
    struct pooled *mine;
    int rc = conn_pool_acquire(&program->pool, &mine);
    if (rc < 0)
        return rc;
    rc = add_in_transaction(program, mine->conn);
    if (rc < 0)
        conn_pool_discard(mine);
    else
        conn_pool_release(mine);
    return rc;
}

/* ---- The pool's connections ---------------------------------------------------------------- */

static int connect_one(void *arg, void **conn)
{
    struct program *program = arg;
    struct redis *redis;
    int rc = redis_connect(&program->at, &redis);
    *conn = redis;
    return rc;
}

static void close_one(void *arg, void *conn)
{
    (void)arg;
    redis_close(conn);
}

static int check_one(void *arg, void *conn)
{
    redisReply *reply;
    (void)arg;
    int rc = redis_command(conn, &reply, "PING");
    freeReplyObject(reply);
    return rc;
}

static const struct conn_pool_calls calls = {connect_one, close_one, check_one};

/* ---- The program --------------------------------------------------------------------------- */

static int start_at_zero(struct program *program)
{
    redisReply *reply;
    program->again = program->failed = 0;
    int rc = redis_command(program->shared, &reply, "SET " KEY " 0");
    freeReplyObject(reply);
    return rc;
}

static int tell(struct program *program, const char *how, int connections)
{
    redisReply *reply;
    int rc = redis_command(program->shared, &reply, "GET " KEY);
    if (rc == 0)
        printf("%-33s %s of %d; connections %d, failed %d\n", how, reply->str, program->tasks,
               connections, program->failed);
    freeReplyObject(reply);
    return rc;
}

static int run_tasks(struct program *program, coro_fn *add)
{
    struct group group;
    int rc = start_at_zero(program);
    if (rc < 0)
        return rc;
    group_begin(&group);
    for (int i = 0; i < program->tasks && rc == 0; i++)
        rc = group_spawn(&group, add, program, "adds one");
    return group_end(&group, rc);
}

static int run_with_pool(struct program *program)
{
    const struct conn_pool_options options = {.min = 1,
                                              .max = program->max,
                                              .recycle_ns = -1,
                                              .retry_ns = 100 * NS_PER_MS,
                                              .arg = program};
    int rc = conn_pool_open(&program->pool, &calls, &options);
    if (rc < 0)
        return rc;
    rc = run_tasks(program, add_by_pool);
    if (rc == 0)
        rc = tell(program, "transactions, a pool:", conn_pool_counters(&program->pool).open);
    int closed = conn_pool_close(&program->pool);
    return rc < 0 ? rc : closed;
}

/* The shared connection is left inside a transaction that nobody ends: a new one is opened. */
static int run_all(struct program *program)
{
    int rc = run_tasks(program, add_by_incr);
    if (rc == 0)
        rc = tell(program, "INCR, one connection:", 1);
    if (rc == 0)
        rc = run_tasks(program, add_on_shared);
    redis_close(program->shared);
    program->shared = redis_new(&program->at);
    if (rc == 0)
        rc = program->shared ? tell(program, "transactions, one connection:", 1) : -ENOMEM;
    return rc < 0 ? rc : run_with_pool(program);
}

static int main_task(void *arg)
{
    struct program *program = arg;
    int rc = redis_connect(&program->at, &program->shared);
    if (rc == 0)
        rc = run_all(program);
    redis_close(program->shared);
    return rc;
}

enum { KEY_TASKS = 't', KEY_MAX = 'm' };

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct program *program = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &program->at;
        return 0;
    case KEY_TASKS:
        program->tasks = (int)option_number(state, "--tasks", text, 1, 10000);
        return 0;
    case KEY_MAX:
        program->max = (int)option_number(state, "--max", text, 1, 1000);
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"tasks", KEY_TASKS, "N", 0, "So many tasks (default: 20)", 0},
    {"max", KEY_MAX, "N", 0, "So many connections in the pool (default: 4)", 0},
    {0},
};

int main(int argc, char **argv)
{
    static struct program program = {.tasks = 20, .max = 4};
    const struct argp_child children[] = {{&redis_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = option_list,
        .parser = parse,
        .doc = "Adds 1 to a number in Redis by many tasks, on one connection and with a pool.",
        .children = children,
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &program);
    if (error != 0)
        die_error(error, "options");
    net_ignore_sigpipe();
    int rc = run_on_epoll(main_task, &program);
    if (rc == -ECANCELED)
        return 128 + 2; /* SIGINT */
    if (rc < 0)
        die_error(rc, "Redis");
    return EXIT_SUCCESS;
}
