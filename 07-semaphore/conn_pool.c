/* conn_pool.c - a semaphore for the connections, and a list of those that lie idle.
 *
 * A permit of the semaphore is the right to one connection, whichever. Its waiting line is the
 * pool's: first come, first served, and safe against cancels. Who has a permit takes an idle
 * connection, or opens one; since nobody holds more than one, and an idle one is always taken
 * first, there are never more than `max`.
 *
 * The connection that was used last is the first to be taken again: what is not needed ages.
 */
#include "conn_pool.h"

#include <errno.h>
#include <stdlib.h>

#include "conn_pool_internal.h"

/* ---- A connection -------------------------------------------------------------------------- */

int conn_pool_connect(struct conn_pool *pool, struct pooled **one)
{
    struct pooled *pooled = TAILQ_FIRST(&pool->empty);
    TAILQ_REMOVE(&pool->empty, pooled, link);
    pool->n_connecting++;
    int rc = pool->calls->connect(pool->options.arg, &pooled->conn);
    pool->n_connecting--;
    if (rc < 0) {
        TAILQ_INSERT_HEAD(&pool->empty, pooled, link);
        pool->failures += rc != -ECANCELED;
        conn_pool_look_at_min(pool);
        return rc;
    }
    pooled->opened_ns = loop_time(co_loop());
    pool->connects++;
    pool->n_open++;
    *one = pooled;
    return 0;
}

void conn_pool_disconnect(struct pooled *one)
{
    struct conn_pool *pool = one->pool;
    pool->calls->close(pool->options.arg, one->conn);
    one->conn = NULL;
    pool->n_open--;
    TAILQ_INSERT_HEAD(&pool->empty, one, link);
    conn_pool_look_at_min(pool);
}

void conn_pool_lay_down(struct pooled *one)
{
    TAILQ_INSERT_HEAD(&one->pool->idle, one, link);
    one->pool->n_idle++;
}

struct pooled *conn_pool_pick_up(struct conn_pool *pool)
{
    struct pooled *one = TAILQ_FIRST(&pool->idle);
    if (one) {
        TAILQ_REMOVE(&pool->idle, one, link);
        pool->n_idle--;
    }
    return one;
}

/* ---- Taking one ---------------------------------------------------------------------------- */

static bool is_too_old(const struct pooled *one)
{
    int64_t recycle_ns = one->pool->options.recycle_ns;
    return recycle_ns >= 0 && loop_time(co_loop()) - one->opened_ns >= recycle_ns;
}

/* Can this one, which has been lying idle, still be used? If not it is closed. 0; or why not. */
static int examine(struct pooled *one)
{
    struct conn_pool *pool = one->pool;
    int rc = 0;
    if (is_too_old(one)) {
        pool->recycled++;
        rc = -ESTALE;
    } else if (pool->calls->check) {
        rc = pool->calls->check(pool->options.arg, one->conn);
        pool->broken += rc < 0;
    }
    if (rc < 0)
        conn_pool_disconnect(one);
    return rc < 0 ? rc : 0;
}

/* With a permit. */
static int take(struct conn_pool *pool, struct pooled **mine)
{
    struct pooled *one;
    while ((one = conn_pool_pick_up(pool)) != NULL) {
        int rc = examine(one);
        if (rc == 0)
            *mine = one;
        if (rc == 0 || rc == -ECANCELED)
            return rc;
    }
    return conn_pool_connect(pool, mine);
}

int conn_pool_acquire(struct conn_pool *pool, struct pooled **mine)
{
    if (pool->closing)
        return -ESHUTDOWN;
    pool->n_waiting++;
    int rc = semaphore_acquire(&pool->permits);
    pool->n_waiting--;
    if (rc < 0)
        return rc;
    rc = pool->closing ? -ESHUTDOWN : take(pool, mine);
    if (rc < 0)
        semaphore_release(&pool->permits);
    return rc;
}

/* ---- Giving it back ------------------------------------------------------------------------ */

void conn_pool_release(struct pooled *mine)
{
    conn_pool_lay_down(mine);
    semaphore_release(&mine->pool->permits);
}

void conn_pool_discard(struct pooled *mine)
{
    struct conn_pool *pool = mine->pool;
    pool->broken++;
    conn_pool_disconnect(mine);
    semaphore_release(&pool->permits);
}

struct conn_pool_counters conn_pool_counters(const struct conn_pool *pool)
{
    return (struct conn_pool_counters){
        .open = pool->n_open,
        .idle = pool->n_idle,
        .in_use = pool->n_open - pool->n_idle,
        .connecting = pool->n_connecting,
        .waiting = pool->n_waiting,
        .connects = pool->connects,
        .failures = pool->failures,
        .recycled = pool->recycled,
        .broken = pool->broken,
    };
}
