/* co_pool.c - two semaphores and a list of jobs.
 *
 * `room` is taken by whoever brings a job and given back when the job has ended; `turns` is taken
 * by the job itself. Without a load factor there are as many turns as there is room, and nobody
 * waits for one. Each job is a task from the moment it is accepted, so that nothing can go wrong
 * later: what memory it needs it has.
 *
 * A job gives its room back from a callback of its task, not from its own code: one that is
 * cancelled before its first step never runs any.
 */
#include "co_pool.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "timeout.h"

struct co_pool_job {
    struct co_pool *pool;
    coro_fn *fn;
    void *arg;
    struct task *task; /* a reference */
    bool is_told;      /* its errors are told by the pool: nobody else has its task */
    struct future_callback on_done;
    TAILQ_ENTRY(co_pool_job) link;
};

/* ---- Setting up ---------------------------------------------------------------------------- */

int co_pool_begin(struct co_pool *pool, int size)
{
    if (size < 1)
        return -EINVAL;
    *pool = (struct co_pool){.size = size, .timeout_ns = -1};
    semaphore_init_bounded(&pool->room, size);
    semaphore_init_bounded(&pool->turns, size);
    TAILQ_INIT(&pool->jobs);
    event_init(&pool->idle);
    event_set(&pool->idle);
    return 0;
}

int co_pool_load_factor(struct co_pool *pool, int load_factor)
{
    if (load_factor < 0 || load_factor >= INT_MAX / pool->size)
        return -EINVAL;
    semaphore_init_bounded(&pool->room, pool->size * (1 + load_factor));
    return 0;
}

void co_pool_timeout(struct co_pool *pool, int64_t timeout_ns)
{
    pool->timeout_ns = timeout_ns;
}

void co_pool_on_error(struct co_pool *pool, co_pool_error_fn *on_error, void *arg)
{
    pool->on_error = on_error;
    pool->on_error_arg = arg;
}

/* ---- A job --------------------------------------------------------------------------------- */

static int run_job(void *arg)
{
    const struct co_pool_job *job = arg;
    struct co_pool *pool = job->pool;
    struct timeout_scope scope;
    int rc = semaphore_acquire(&pool->turns);
    if (rc < 0)
        return rc;
    timeout_begin(&scope, pool->timeout_ns);
    rc = timeout_end(&scope, job->fn(job->arg));
    semaphore_release(&pool->turns);
    return rc;
}

static void note_error(struct co_pool *pool, void *job_arg, int error)
{
    pool->failed++;
    if (pool->first_error == 0)
        pool->first_error = error;
    if (pool->on_error)
        pool->on_error(job_arg, error, pool->on_error_arg);
}

static void note_end(struct co_pool *pool, const struct co_pool_job *job)
{
    pool->ended++;
    if (task_is_cancelled(job->task))
        pool->cancelled++;
    else if (job->is_told && task_result(job->task) < 0)
        note_error(pool, job->arg, task_result(job->task));
}

/* Somebody has gone: was that the last one? */
static void see_if_idle(struct co_pool *pool)
{
    if (TAILQ_EMPTY(&pool->jobs) && pool->waiting == 0)
        event_set(&pool->idle);
}

static void on_job_done(void *arg)
{
    struct co_pool_job *job = arg;
    struct co_pool *pool = job->pool;
    TAILQ_REMOVE(&pool->jobs, job, link);
    note_end(pool, job);
    task_unref(job->task);
    free(job);
    semaphore_release(&pool->room);
    see_if_idle(pool);
}

static struct co_pool_job *start_job(struct co_pool *pool, coro_fn *fn, void *arg)
{
    struct co_pool_job *job = malloc(sizeof *job);
    if (!job)
        return NULL;
    *job = (struct co_pool_job){.pool = pool, .fn = fn, .arg = arg};
    job->task = task_spawn(co_loop(), run_job, job, "a pool's job");
    if (!job->task) {
        free(job);
        return NULL;
    }
    callback_init(&job->on_done.callback, on_job_done, job);
    future_add_done_callback(&job->task->future, &job->on_done);
    TAILQ_INSERT_TAIL(&pool->jobs, job, link);
    return job;
}

/* ---- Bringing jobs ------------------------------------------------------------------------- */

static bool is_its_job(const struct co_pool *pool, const struct task *task)
{
    const struct co_pool_job *job;
    TAILQ_FOREACH(job, &pool->jobs, link)
    {
        if (job->task == task)
            return true;
    }
    return false;
}

/* Takes room for one job; somebody may close the pool meanwhile. */
static int wait_for_room(struct co_pool *pool)
{
    if (pool->closed)
        return -ESHUTDOWN;
    if (semaphore_locked(&pool->room) && is_its_job(pool, task_current()))
        return -EDEADLK;
    pool->waiting++;
    event_clear(&pool->idle);
    int rc = semaphore_acquire(&pool->room);
    pool->waiting--;
    if (rc == 0 && pool->closed) {
        semaphore_release(&pool->room);
        rc = -ESHUTDOWN;
    }
    return rc;
}

static int bring(struct co_pool *pool, coro_fn *fn, void *arg, struct co_pool_job **job)
{
    int rc = wait_for_room(pool);
    if (rc == 0 && !(*job = start_job(pool, fn, arg))) {
        semaphore_release(&pool->room);
        rc = -ENOMEM;
    }
    if (rc < 0)
        see_if_idle(pool);
    return rc;
}

int co_pool_spawn_n(struct co_pool *pool, coro_fn *fn, void *arg)
{
    struct co_pool_job *job;
    int rc = bring(pool, fn, arg, &job);
    if (rc == 0)
        job->is_told = true;
    return rc;
}

int co_pool_spawn(struct co_pool *pool, coro_fn *fn, void *arg, struct task **task)
{
    struct co_pool_job *job;
    int rc = bring(pool, fn, arg, &job);
    if (rc == 0) {
        future_ref(&job->task->future); /* ours goes when it has ended */
        *task = job->task;
    }
    return rc;
}

int co_pool_free(const struct co_pool *pool)
{
    return pool->closed || semaphore_locked(&pool->room) ? 0 : pool->room.value;
}

int co_pool_running(const struct co_pool *pool)
{
    return pool->size - pool->turns.value;
}

int co_pool_waiting(const struct co_pool *pool)
{
    return pool->waiting;
}

/* ---- The end ------------------------------------------------------------------------------- */

int co_pool_waitall(struct co_pool *pool)
{
    if (is_its_job(pool, task_current()))
        return -EDEADLK;
    int rc = 0;
    while (rc == 0 && !event_is_set(&pool->idle))
        rc = event_wait(&pool->idle);
    return rc;
}

void co_pool_close(struct co_pool *pool)
{
    pool->closed = true;
}

void co_pool_cancel(struct co_pool *pool)
{
    struct co_pool_job *job;
    TAILQ_FOREACH(job, &pool->jobs, link)
    task_cancel(job->task);
}

/* An error hides that the caller is being cancelled as well: so the cancel is delivered once more,
 * at his next wait, and its count stays as it is. */
static void keep_cancel_pending(struct task *task)
{
    task_uncancel(task);
    task_cancel(task);
}

/* Until the last has ended, however often the caller is cancelled meanwhile: true, if he was. The
 * jobs are cancelled once. */
static bool see_them_end(struct co_pool *pool, bool cancel_jobs)
{
    bool cancelled = false;
    if (cancel_jobs)
        co_pool_cancel(pool);
    while (co_pool_waitall(pool) < 0) {
        if (!cancelled && !cancel_jobs)
            co_pool_cancel(pool);
        cancelled = true;
    }
    return cancelled;
}

int co_pool_end(struct co_pool *pool, int result)
{
    if (is_its_job(pool, task_current()))
        return -EDEADLK;
    co_pool_close(pool);
    bool cancelled = see_them_end(pool, result < 0);
    if (result < 0) {
        if (cancelled && result != -ECANCELED)
            keep_cancel_pending(task_current());
        return result;
    }
    if (cancelled)
        return -ECANCELED;
    return pool->on_error || pool->first_error == 0 ? result : pool->first_error;
}
