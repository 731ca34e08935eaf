/* job_worker.h - takes jobs and runs them, several at a time, until it is told to stop.
 *
 *     static int add(struct job_call *call)             a coroutine function
 *     {
 *         ... json_array_get(call->arguments, 0) ... call->result = json_integer(sum) ...
 *         return 0;
 *     }
 *     static const struct job_function functions[] = {{"add", add}, {NULL, NULL}};
 *
 * It beats while it lives, three times in a lease. Redis may be away: then it tries again, later
 * each time. When it is told to stop it takes no more, finishes what it holds, puts back what it
 * could not finish, and ends. All time is the loop's, and all I/O goes through redis.h. In tasks.
 */
#ifndef JOB_WORKER_H
#define JOB_WORKER_H

#include <jansson.h>
#include <sys/queue.h>

#include "job_queue.h"

/* One run of a job. */
struct job_call {
    const char *id;
    int tries;               /* with this one */
    const json_t *arguments; /* borrowed */
    json_t *result;          /* NULL: null. The worker's from then on */
    struct job_queue *queue;
    void *context; /* the options' */
};

/* 0: done. -errno: it failed, and is to be tried again later. It may be run twice, or again after
 * it was done: the same id is the same job. */
typedef int job_fn(struct job_call *call);

struct job_function {
    const char *name; /* NULL ends the table */
    job_fn *fn;
};

/* Times in ms; all have to be set. */
struct job_worker_options {
    const struct job_function *functions;
    void *context;
    const char *name; /* of this worker: no other may have it; shorter than JOB_WORKER_MAX */
    int concurrency;  /* jobs at a time, each with a connection of its own to wait for more */
    int64_t lease_ms, block_ms;     /* block_ms: of one wait for a job; a stop lasts as long */
    int64_t retry_ms, retry_max_ms; /* the pause after the first failure of a job; of any */
    int max_tries;                  /* of a job; then it is dead */
    int64_t result_ttl_s;
    uint32_t seed; /* of the pauses */
    bool drain;    /* ends by itself when nothing is ready, delayed or held */
    bool is_quiet; /* says nothing of the jobs that fail */
};

struct job_runner {
    struct job_worker *worker;
    struct job job; /* that it is at; at none its handle is "" */
};

/* All zero before it runs. */
struct job_worker {
    struct job_queue *queue;
    const struct job_worker_options *options;
    struct job_runner *runners; /* `concurrency` of them */
    bool is_stopping;
    bool must_recover; /* something failed, and may have left a job held that no runner is at */
    int trouble;       /* what the last beat failed with */
    long done, failed, late; /* runs */
};

/* Runs until job_worker_stop. 0; -ENOMEM; -ECANCELED: at once, and what was held is put back later,
 * by the reaper. */
int job_worker_run(struct job_worker *worker, struct job_queue *queue,
                   const struct job_worker_options *options) CO_MUST_CHECK;

/* No more jobs; those that it holds are finished. */
void job_worker_stop(struct job_worker *worker);

#endif
