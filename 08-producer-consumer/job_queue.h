/* job_queue.h - a queue of jobs in Redis, for workers in any number of processes and machines.
 *
 * A job is the name of a function and its arguments as JSON, under an id. It is in one place at a
 * time: ready, delayed, held by a worker, dead, or done. Each move between two places is one script
 * in Redis (job_scripts.c), so that a process that dies in between leaves it in the one or in the
 * other. A worker holds its jobs for as long as its lease lasts; when that has run out the reaper
 * puts them back. So each job is run at least once; and twice when a worker was slow rather than
 * dead. See work-queue.md.
 *
 * Two engines: a list of ids and a list for each worker (BLMOVE), or a stream with a consumer group
 * (XREADGROUP). All that use one queue use the same. In tasks; functions return >= 0, or -errno as
 * redis_command does; what they were to do may then have been done or not, and may be tried again.
 */
#ifndef JOB_QUEUE_H
#define JOB_QUEUE_H

#include "redis.h"

#define JOB_ID_MAX     64 /* bytes, the NUL included */
#define JOB_HANDLE_MAX 64
#define JOB_WORKER_MAX 64
#define JOB_NAME_MAX   64

struct job_engine;
extern const struct job_engine job_engine_list, job_engine_stream;

/* "list" or "stream"; NULL: neither. */
const struct job_engine *job_engine_named(const char *name);

struct job_queue {
    const struct job_engine *engine;
    struct redis *redis;         /* shared by all; the caller's */
    char root[JOB_NAME_MAX + 2]; /* of its keys: "{jobs}" */
    char sha[8][41];             /* of the scripts that Redis has been given; "": not yet */
};

/* `name` is of letters, digits, ".", "_" and "-", and shorter than JOB_NAME_MAX: 0, else -EINVAL.
 * Asks Redis nothing. */
int job_queue_init(struct job_queue *queue, const struct job_engine *engine, const char *name,
                   struct redis *redis);

/* ---- Producers ----------------------------------------------------------------------------- */

/* Puts a job, to be run after delay_ms at the earliest. 1; 0: one of this id is there already, or
 * was done not long ago, and nothing was changed: so a producer that got no answer asks again. */
int job_put(struct job_queue *queue, const char *id, const char *function, const char *arguments,
            int64_t delay_ms) CO_MUST_CHECK;

/* ---- Workers ------------------------------------------------------------------------------- */

/* A job that was taken. */
struct job {
    char id[JOB_ID_MAX];
    char handle[JOB_HANDLE_MAX]; /* the engine's name for it: the id, or the stream's entry */
    int tries;                   /* with this one */
    redisReply *reply;           /* `function` and `arguments` point into it */
    const char *function, *arguments;
};

/* Before the first: makes what the engine needs. 0. */
int job_prepare(struct job_queue *queue) CO_MUST_CHECK;

/* Waits for a job, at most block_ms, on a connection of its own. 1: `job` is held by this worker,
 * and is to be run and then finished (job_done, job_failed), and released; 0: none came, or it is
 * not to be run: it was done already, it is another's by now, or it went to the dead because its
 * workers have died max_tries times. */
int job_take(struct job_queue *queue, struct redis *own, const char *worker, int64_t block_ms,
             int max_tries, struct job *job) CO_MUST_CHECK;
void job_release(struct job *job);

/* It is done; its result can be asked for during ttl_s. 1; 0: it was not held any more: the lease
 * had run out, and it has been, or will be, run again. */
int job_done(struct job_queue *queue, const char *worker, const struct job *job, const char *result,
             int64_t ttl_s) CO_MUST_CHECK;

/* It has failed: it is to be tried again after delay_ms, or goes to the dead if this was the last
 * of max_tries. 1 or 0, as job_done. */
int job_failed(struct job_queue *queue, const char *worker, const struct job *job,
               const char *error, int64_t delay_ms, int max_tries) CO_MUST_CHECK;

/* The worker lives: from now on its lease lasts for lease_ms, for the `count` jobs that it holds.
 * `recover`: it may hold others, of which it was not told since a connection was lost; they are put
 * back. How many. */
int job_beat(struct job_queue *queue, const char *worker, int64_t lease_ms, bool recover,
             const char *const handles[], int count) CO_MUST_CHECK;

/* The worker ends: what it still holds is put back. How many. */
int job_leave(struct job_queue *queue, const char *worker) CO_MUST_CHECK;

/* ---- The reaper ---------------------------------------------------------------------------- */

struct job_reaped {
    long long put_back; /* jobs whose lease had run out */
    long long due;      /* delayed jobs whose time had come */
};

/* Puts back what workers hold whose lease has run out, and makes ready what is due. lease_ms is the
 * workers'. Two reapers at a time do no harm. 0. */
int job_reap(struct job_queue *queue, int64_t lease_ms, struct job_reaped *reaped) CO_MUST_CHECK;

/* Finds what is held by workers that nobody knows: one may have been paused between a beat and a
 * take for longer than its lease, and then killed. The next job_reap puts it back. How many workers
 * were found. Now and then. */
int job_sweep(struct job_queue *queue) CO_MUST_CHECK;

/* ---- Looking ------------------------------------------------------------------------------- */

struct job_status {
    long long ready, delayed, held, dead, workers; /* now */
    /* Since the queue was made: jobs; then runs that were not the last of their job. `late` are
     * acknowledgements that came when the job was not held any more. */
    long long put, done, buried, retried, put_back, late;
};
int job_status(struct job_queue *queue, struct job_status *status) CO_MUST_CHECK;

/* What became of a job: 0, and *text is "done" and its result, or "not done", the tries and the
 * last error; to be freed. -ENOENT: there is none of this id, or its result was forgotten. */
int job_look(struct job_queue *queue, const char *id, char **text) CO_MUST_CHECK;

#endif
