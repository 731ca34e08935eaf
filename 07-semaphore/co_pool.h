/* co_pool.h - many jobs, at most so many at a time: a pool of coroutines.
 *
 *     struct co_pool pool;
 *     rc = co_pool_begin(&pool, 3);
 *     for (int i = 0; i < count && rc == 0; i++)
 *         rc = co_pool_spawn_n(&pool, load_page, &pages[i]);      waits while three run
 *     rc = co_pool_end(&pool, rc);                                all have ended
 *
 * A limit, and who brings the next job waits for room: so a million jobs need no more memory than
 * three. A job that fails ends nobody else: its error is counted and told. No job outlives
 * co_pool_end, so what its argument points to may lie in the frame that began the pool. (A group
 * is the other way: no limit, and the first error ends all.)
 *
 * The ideas are eventlet's GreenPool (spawn, spawn_n, waitall), and of asyncpool (a load factor, a
 * time limit, workers that survive an error) and asyncio-pool (map, itermap). In tasks only; any
 * task of the loop may bring jobs. Loop's thread only.
 */
#ifndef CO_POOL_H
#define CO_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "semaphore.h"
#include "sync.h"

/* Called from the loop, not in a task, when a job has failed: its argument, its error. A job that
 * was cancelled from outside has not failed; one whose time was over has, with -ETIMEDOUT. */
typedef void co_pool_error_fn(void *job_arg, int error, void *arg);

struct co_pool {
    int size;              /* so many run at a time */
    struct semaphore room; /* for a job more, running or not */
    struct semaphore turns;
    TAILQ_HEAD(co_pool_jobs, co_pool_job) jobs; /* that have not been seen to end */
    int waiting;                                /* tasks that wait for room */
    struct event idle;                          /* no jobs, and nobody who brings one */
    bool closed;
    int64_t timeout_ns;
    co_pool_error_fn *on_error;
    void *on_error_arg;
    long ended, failed, cancelled; /* jobs; `ended` counts all of them */
    int first_error;               /* of a job that failed; 0: none */
};

/* ---- Setting up ----------------------------------------------------------------------------- */

/* 0; -EINVAL: `size` is less than 1. Each pool that was begun has to be ended. */
int co_pool_begin(struct co_pool *pool, int size) CO_MUST_CHECK;

/* The following two are for before the first job. Room for `load_factor` x `size` jobs more, which
 * are accepted and wait for their turn (0 unless this is called): who brings them need not be
 * there the moment one ends. 0; -EINVAL: below 0, or too many. */
int co_pool_load_factor(struct co_pool *pool, int load_factor) CO_MUST_CHECK;

/* Each job may take so long, from when its turn comes; < 0: as long as it likes, as without this
 * call. Then it is cancelled, and its result is -ETIMEDOUT. */
void co_pool_timeout(struct co_pool *pool, int64_t timeout_ns);

/* To hear of every error of a job that has no task of its own (co_pool_spawn_n). */
void co_pool_on_error(struct co_pool *pool, co_pool_error_fn *on_error, void *arg);

/* ---- Bringing jobs -------------------------------------------------------------------------- */

/* Runs fn(arg) as a job, after waiting for room. 0; -ECANCELED while it waited, -ENOMEM,
 * -ESHUTDOWN (the pool is closed), -EDEADLK (a job asks for room in its own pool, and there is
 * none: if all did, none would ever end): then fn(arg) does not run. eventlet: spawn_n. */
int co_pool_spawn_n(struct co_pool *pool, coro_fn *fn, void *arg) CO_MUST_CHECK;

/* The same for who wants the result: *task is a reference, to be given up by task_join or its like;
 * its error is then the caller's concern alone. eventlet: spawn, and wait. */
int co_pool_spawn(struct co_pool *pool, coro_fn *fn, void *arg, struct task **task) CO_MUST_CHECK;

/* So many jobs could be brought now without waiting. eventlet: free. */
int co_pool_free(const struct co_pool *pool);

/* Jobs whose turn has come; tasks that wait for room. eventlet: running, waiting. */
int co_pool_running(const struct co_pool *pool);
int co_pool_waiting(const struct co_pool *pool);

/* ---- The end -------------------------------------------------------------------------------- */

/* Waits until there is no job left, and nobody waits for room. 0, whatever they returned;
 * -ECANCELED: then they go on; -EDEADLK: a job of this pool asks. May be called again and again. */
int co_pool_waitall(struct co_pool *pool) CO_MUST_CHECK;

/* No more jobs: who waits for room gets -ESHUTDOWN when it comes. What was accepted goes on. */
void co_pool_close(struct co_pool *pool);

/* Cancels all jobs that there are. The pool can be used on. */
void co_pool_cancel(struct co_pool *pool);

/* Closes, and waits for all jobs. `result` is what the body came to; if it is an error the jobs are
 * cancelled first, and so they are when the caller is cancelled meanwhile. Returns the body's
 * result if that is an error; else -ECANCELED, if the caller was cancelled; else the first error of
 * a job, if no co_pool_on_error hears of them; else the body's result. -EDEADLK: a job of this pool
 * calls; nothing was done. */
int co_pool_end(struct co_pool *pool, int result) CO_MUST_CHECK;

/* ---- The same for every item ---------------------------------------------------------------- */

/* Runs fn(&items[i]) as a job for each of `count` items, each `item_size` bytes, in their order;
 * results[i] is the result of the i-th (`results` may be NULL). 0 when all have ended, whatever
 * they returned; else as co_pool_spawn: then those that ran were cancelled, all have ended, and
 * results[i] of those that did not run is -ECANCELED. */
int co_pool_map(struct co_pool *pool, coro_fn *fn, void *items, int count, size_t item_size,
                int results[]) CO_MUST_CHECK;

/* One by one, as they end:
 *
 *     struct co_pool_itermap it;
 *     int i, result;
 *     rc = co_pool_itermap_begin(&it, &pool, load_page, pages, count, sizeof pages[0]);
 *     while (rc >= 0 && (rc = co_pool_itermap_next(&it, &i, &result)) > 0)
 *         ... page i has ended with result ...
 *     rc = co_pool_itermap_end(&it, rc);
 *
 * A job is brought only when the loop asks for the next: who takes his time has no more than the
 * pool's jobs before him. */
struct co_pool_itermap {
    struct co_pool *pool;
    coro_fn *fn;
    char *items;
    size_t item_size;
    int count, started, under_way;
    struct co_pool_item *jobs;                     /* one for each item */
    TAILQ_HEAD(co_pool_items, co_pool_item) ended; /* and not yet handed out */
    struct event one_ended;
};

/* 0 or -ENOMEM. */
int co_pool_itermap_begin(struct co_pool_itermap *it, struct co_pool *pool, coro_fn *fn,
                          void *items, int count, size_t item_size) CO_MUST_CHECK;

/* Waits for the next one that ends. 1: it is items[*index], and ended with *result; 0: that was the
 * last; else as co_pool_spawn. */
int co_pool_itermap_next(struct co_pool_itermap *it, int *index, int *result) CO_MUST_CHECK;

/* On every way out, and after a begin that failed, too. Cancels what still runs and waits for it.
 * `result` if it is an error; else -ECANCELED, if the caller was cancelled meanwhile; else 0. */
int co_pool_itermap_end(struct co_pool_itermap *it, int result) CO_MUST_CHECK;

#endif
