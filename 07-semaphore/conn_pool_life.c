/* conn_pool_life.c - how a pool of connections begins, keeps its least number, and ends.
 *
 * The keeper is a task that sleeps until too few are open. It takes a permit like everybody else
 * while it opens one. When that fails it waits a while before it tries again; whoever needs a
 * connection meanwhile tries himself, and hears why it cannot be had.
 */
#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "conn_pool_internal.h"

static bool is_below_min(const struct conn_pool *pool)
{
    return pool->n_open + pool->n_connecting < pool->options.min;
}

void conn_pool_look_at_min(struct conn_pool *pool)
{
    if (is_below_min(pool))
        event_set(&pool->below_min);
}

/* ---- The keeper ---------------------------------------------------------------------------- */

static int open_one_more(struct conn_pool *pool)
{
    struct pooled *one;
    int rc = semaphore_acquire(&pool->permits);
    if (rc < 0)
        return rc;
    if (is_below_min(pool)) { /* nobody else has opened one meanwhile */
        rc = conn_pool_connect(pool, &one);
        if (rc == 0)
            conn_pool_lay_down(one);
    }
    semaphore_release(&pool->permits);
    return rc;
}

static int open_up_to_min(struct conn_pool *pool)
{
    int rc = 0;
    while (rc == 0 && is_below_min(pool))
        rc = open_one_more(pool);
    return rc;
}

static int sleep_until_below_min(struct conn_pool *pool)
{
    event_clear(&pool->below_min);
    return event_wait(&pool->below_min);
}

/* Until it is cancelled. Without the memory for a timer it tries again when the next one goes. */
static int keep_min(void *arg)
{
    struct conn_pool *pool = arg;
    int rc = 0;
    while (rc != -ECANCELED) {
        rc = open_up_to_min(pool);
        if (rc < 0 && rc != -ECANCELED)
            rc = co_sleep(pool->options.retry_ns);
        else if (rc == 0)
            rc = sleep_until_below_min(pool);
        if (rc == -ENOMEM)
            rc = sleep_until_below_min(pool);
    }
    return rc;
}

static void on_keeper_done(void *arg)
{
    struct conn_pool *pool = arg;
    future_mark_retrieved(&pool->keeper->future);
    task_unref(pool->keeper);
    pool->keeper = NULL;
    event_set(&pool->no_keeper);
}

static int start_keeper(struct conn_pool *pool)
{
    pool->keeper = task_spawn(co_loop(), keep_min, pool, "a pool's keeper");
    if (!pool->keeper)
        return -ENOMEM;
    event_clear(&pool->no_keeper);
    callback_init(&pool->on_keeper_done.callback, on_keeper_done, pool);
    future_add_done_callback(&pool->keeper->future, &pool->on_keeper_done);
    return 0;
}

/* 0; -ECANCELED: the caller was, and it may still run. */
static int end_keeper(struct conn_pool *pool)
{
    if (pool->keeper)
        task_cancel(pool->keeper);
    return event_wait(&pool->no_keeper);
}

/* ---- The beginning ------------------------------------------------------------------------- */

static void close_idle(struct conn_pool *pool)
{
    struct pooled *one;
    while ((one = conn_pool_pick_up(pool)) != NULL)
        conn_pool_disconnect(one);
    free(pool->all);
    pool->all = NULL;
}

static bool are_possible(const struct conn_pool_options *options)
{
    return options->max >= 1 && options->min >= 0 && options->min <= options->max &&
           options->retry_ns >= NS_PER_MS;
}

static int open_min(struct conn_pool *pool)
{
    int rc = 0;
    while (rc == 0 && is_below_min(pool)) {
        struct pooled *one;
        rc = conn_pool_connect(pool, &one);
        if (rc == 0)
            conn_pool_lay_down(one);
    }
    return rc;
}

int conn_pool_open(struct conn_pool *pool, const struct conn_pool_calls *calls,
                   const struct conn_pool_options *options)
{
    if (!are_possible(options))
        return -EINVAL;
    *pool = (struct conn_pool){.calls = calls, .options = *options};
    TAILQ_INIT(&pool->idle);
    TAILQ_INIT(&pool->empty);
    semaphore_init_bounded(&pool->permits, options->max);
    event_init(&pool->below_min);
    event_init(&pool->no_keeper);
    event_set(&pool->no_keeper);
    lock_init(&pool->closer);
    pool->all = calloc((size_t)options->max, sizeof *pool->all);
    if (!pool->all)
        return -ENOMEM;
    for (int i = 0; i < options->max; i++) {
        pool->all[i].pool = pool;
        TAILQ_INSERT_TAIL(&pool->empty, &pool->all[i], link);
    }

    int rc = open_min(pool);
    if (rc == 0 && options->min > 0)
        rc = start_keeper(pool);
    if (rc < 0)
        close_idle(pool);
    return rc;
}

/* ---- The end ------------------------------------------------------------------------------- */

/* Who holds all permits knows that nobody uses a connection. Those who wait are in line before us,
 * and leave when their turn comes. */
static int take_all_permits(struct conn_pool *pool)
{
    int rc = 0, taken = 0;
    while (rc == 0 && taken < pool->options.max) {
        rc = semaphore_acquire(&pool->permits);
        taken += rc == 0;
    }
    while (rc < 0 && taken-- > 0)
        semaphore_release(&pool->permits);
    return rc;
}

/* With the lock: two who each had half of the permits would wait for ever. */
static int close_all(struct conn_pool *pool)
{
    int rc = end_keeper(pool);
    if (rc == 0)
        rc = take_all_permits(pool);
    if (rc == 0)
        close_idle(pool);
    return rc;
}

int conn_pool_close(struct conn_pool *pool)
{
    pool->closing = true;
    int rc = lock_acquire(&pool->closer);
    if (rc < 0)
        return rc;
    if (pool->all) /* nobody else has closed it meanwhile */
        rc = close_all(pool);
    lock_release(&pool->closer);
    return rc;
}
