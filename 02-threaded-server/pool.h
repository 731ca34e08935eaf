/* pool.h - a fixed number of threads that work off a bounded queue of jobs.
 *
 * Where a thread for each job would be too many: `threads` jobs run at a time, `capacity` more wait
 * in the queue, and whoever submits beyond that waits. A job is a call, fn(arg); what `arg` points
 * to is its caller's and must outlive the job. The idea is the producer and consumer of POSIX
 * threads: one lock, and a condition for each thing that can be waited for.
 */
#ifndef POOL_H
#define POOL_H

struct pool;
typedef void pool_job_fn(void *arg);

/* A pool of `threads` and a queue of `capacity`, both at least 1. The threads take no signals, so
 * those go to the program's own threads. NULL with errno set: ENOMEM; EAGAIN, not so many threads
 * can be had; EINVAL. */
struct pool *pool_new(int threads, int capacity);

/* Queues a job, first in first out; waits while the queue is full. Any thread; but a job that
 * submits to its own full pool may wait for itself. */
void pool_submit(struct pool *pool, pool_job_fn *fn, void *arg);

/* Waits until all that was submitted is done. Any thread but the pool's own. */
void pool_wait(struct pool *pool);

/* Runs what is queued, waits for it, ends the threads and frees the pool. Nobody may be using the
 * pool any more. NULL is ignored. */
void pool_free(struct pool *pool);

#endif
