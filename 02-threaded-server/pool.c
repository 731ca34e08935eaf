/* pool.c - a ring of jobs between those who submit and the threads that take. */
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

struct job {
    pool_job_fn *fn;
    void *arg;
};

struct pool {
    pthread_mutex_t lock;    /* of all that follows */
    pthread_cond_t has_job;  /* or is closing: what the threads wait for */
    pthread_cond_t has_room; /* what pool_submit waits for */
    pthread_cond_t is_idle;  /* what pool_wait waits for */
    struct job *jobs;        /* a ring of `capacity` places */
    int capacity;
    int first;   /* the oldest job's place */
    int queued;  /* how many are in the ring */
    int running; /* how many jobs a thread has taken and not finished */
    bool closing;
    pthread_t *threads;
    int thread_count;
};

/* ---- The threads --------------------------------------------------------------------------- */

/* The oldest job; waits for one. False: there will be no more. With the lock held. */
static bool take_job(struct pool *pool, struct job *job)
{
    while (pool->queued == 0 && !pool->closing)
        pthread_cond_wait(&pool->has_job, &pool->lock);
    if (pool->queued == 0)
        return false;
    *job = pool->jobs[pool->first];
    pool->first = (pool->first + 1) % pool->capacity;
    pool->queued--;
    pool->running++;
    pthread_cond_signal(&pool->has_room);
    return true;
}

static void *work(void *arg)
{
    struct pool *pool = arg;
    struct job job;

    pthread_mutex_lock(&pool->lock);
    while (take_job(pool, &job)) {
        pthread_mutex_unlock(&pool->lock); /* or the jobs would run one after another */
        job.fn(job.arg);
        pthread_mutex_lock(&pool->lock);
        pool->running--;
        if (pool->queued == 0 && pool->running == 0)
            pthread_cond_broadcast(&pool->is_idle);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* A new thread inherits the signal mask of the one that makes it. */
static int start_threads(struct pool *pool, int count)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = 0;
    while (pool->thread_count < count && error == 0) {
        error = pthread_create(&pool->threads[pool->thread_count], NULL, work, pool);
        if (error == 0)
            pool->thread_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* ---- Those who use it ---------------------------------------------------------------------- */

struct pool *pool_new(int threads, int capacity)
{
    if (threads < 1 || capacity < 1) {
        errno = EINVAL;
        return NULL;
    }
    struct pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->has_job, NULL);
    pthread_cond_init(&pool->has_room, NULL);
    pthread_cond_init(&pool->is_idle, NULL);
    pool->capacity = capacity;
    pool->jobs = calloc((size_t)capacity, sizeof *pool->jobs);
    pool->threads = calloc((size_t)threads, sizeof *pool->threads);
    int error = pool->jobs && pool->threads ? start_threads(pool, threads) : ENOMEM;
    if (error != 0) {
        pool_free(pool);
        errno = error;
        return NULL;
    }
    return pool;
}

void pool_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->queued == pool->capacity)
        pthread_cond_wait(&pool->has_room, &pool->lock);
    pool->jobs[(pool->first + pool->queued) % pool->capacity] = (struct job){fn, arg};
    pool->queued++;
    pthread_cond_signal(&pool->has_job);
    pthread_mutex_unlock(&pool->lock);
}

void pool_wait(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->queued > 0 || pool->running > 0)
        pthread_cond_wait(&pool->is_idle, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->has_job);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);

    pthread_cond_destroy(&pool->is_idle);
    pthread_cond_destroy(&pool->has_room);
    pthread_cond_destroy(&pool->has_job);
    pthread_mutex_destroy(&pool->lock);
    free(pool->threads);
    free(pool->jobs);
    free(pool);
}
