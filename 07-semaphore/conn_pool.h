/* conn_pool.h - a few connections for many tasks: each is used by one at a time.
 *
 *     struct pooled *mine;
 *     rc = conn_pool_acquire(&pool, &mine);
 *     if (rc < 0)
 *         return rc;                            none, and nothing to give back
 *     rc = ask(mine->conn, ...);
 *     if (rc is an error of the connection, or -ECANCELED)
 *         conn_pool_discard(mine);              nobody knows in which state it is
 *     else
 *         conn_pool_release(mine);
 *
 * What a connection is, the pool does not know: it is told how to open one, to close one and to see
 * whether one still lives. Who waits is served first come, first served; who is cancelled takes
 * nothing along. A time limit for the waiting is the caller's timeout scope. Loop's thread only.
 *
 * The ideas are aiomysql's and asyncpg's (min and max size, recycling) and SQLAlchemy's (a check
 * before use).
 */
#ifndef CONN_POOL_H
#define CONN_POOL_H

#include <stdint.h>

#include "semaphore.h"
#include "sync.h"

/* How to deal with a connection. `arg` is conn_pool_options' arg. */
struct conn_pool_calls {
    /* Opens one: 0 and *conn, or -errno. A coroutine function. Cancelled, it leaves nothing open.
     */
    int (*connect)(void *arg, void **conn);

    /* Closes one, in whatever state it is. Must not suspend. */
    void (*close)(void *arg, void *conn);

    /* >= 0: it can be used; else it is closed, and another is taken. Called for one that has been
     * lying idle, before it is handed out. A coroutine function. NULL: each is believed in. */
    int (*check)(void *arg, void *conn);
};

struct conn_pool_options {
    int min;            /* so many are kept open; 0 to max */
    int max;            /* never more are open; at least 1 */
    int64_t recycle_ns; /* one that is older is closed, and not used again; < 0: however old */
    int64_t retry_ns;   /* so long it waits when one of the `min` cannot be opened; at least 1 ms */
    void *arg;          /* of the calls */
};

/* A connection, while it is somebody's. */
struct pooled {
    void *conn; /* as connect gave it */
    struct conn_pool *pool;
    int64_t opened_ns; /* on the loop's clock */
    TAILQ_ENTRY(pooled) link;
};

TAILQ_HEAD(pooled_list, pooled);

struct conn_pool {
    const struct conn_pool_calls *calls;
    struct conn_pool_options options;
    struct pooled *all;       /* `max` of them */
    struct pooled_list idle;  /* open; the one that was used last is the first */
    struct pooled_list empty; /* not connected */
    struct semaphore permits; /* `max`: each for one connection in use or being opened */
    struct task *keeper;      /* opens up to `min`; NULL: there is nothing to keep */
    struct future_callback on_keeper_done;
    struct event below_min, no_keeper;
    bool closing;
    struct lock closer; /* one at a time closes it */
    int n_open, n_idle, n_waiting, n_connecting;
    long connects, failures, recycled, broken;
};

/* What there is, and what has been. */
struct conn_pool_counters {
    int open;       /* connections: idle ones, and those in use */
    int idle;       /* ready to be taken */
    int in_use;     /* handed out */
    int connecting; /* being opened */
    int waiting;    /* tasks that wait for one */
    long connects;  /* that went well */
    long failures;  /* connects that did not */
    long recycled;  /* closed because of their age */
    long broken;    /* closed because the check or their user said so */
};

/* Opens the first `min` connections. `calls` must outlive the pool, and so must what options->arg
 * points to. 0; -EINVAL: options that cannot be; -ENOMEM; -ECANCELED; or why one could not be
 * opened: then there is no pool, and nothing to close. In a task. */
int conn_pool_open(struct conn_pool *pool, const struct conn_pool_calls *calls,
                   const struct conn_pool_options *options) CO_MUST_CHECK;

/* A connection that is nobody else's: an idle one, or a new one, or the next that comes back. 0 and
 * *mine; else none: -ECANCELED, -ESHUTDOWN (the pool is being closed), or why a new one could not
 * be opened: then the next in line tries. */
int conn_pool_acquire(struct conn_pool *pool, struct pooled **mine) CO_MUST_CHECK;

/* Gives it back, for the next. Does not suspend. */
void conn_pool_release(struct pooled *mine);

/* The same for one that is broken, or in the middle of something: it is closed, and the next in
 * line opens another. */
void conn_pool_discard(struct pooled *mine);

/* Refuses whoever comes from now on, waits until all that are in use have come back, and closes
 * all. Who waits for one gets -ESHUTDOWN when one comes back. 0: the pool has no memory any more;
 * -ECANCELED: it is still closing, and has to be closed again. */
int conn_pool_close(struct conn_pool *pool) CO_MUST_CHECK;

struct conn_pool_counters conn_pool_counters(const struct conn_pool *pool);

#endif
