/* job_scripts.h - the moves of a job between its places, in Lua, each atomic in Redis. */
#ifndef JOB_SCRIPTS_H
#define JOB_SCRIPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "job_queue.h"

enum job_move {
    MOVE_PUT,
    MOVE_BEGIN,
    MOVE_DONE,
    MOVE_FAILED,
    MOVE_BEAT,
    MOVE_LEAVE,
    MOVE_REAP,
    MOVE_STATUS,
};

/* What differs: the places "ready" and "held". */
struct job_engine {
    const char *name;
    /* Lua functions: put(id), owns(worker, handle), drop(worker, handle), extend(worker, handle),
     * recover(worker, known), requeue(worker), reap(lease), ready(), held(). */
    const char *lua;
    /* 0. What has to be there before the first take. */
    int (*prepare)(struct job_queue *queue);
    /* The next one into the hands of this worker: 1, with `id` and `handle` set; 0: none came. */
    int (*take)(struct job_queue *queue, struct redis *own, const char *worker, int64_t block_ms,
                struct job *job);
};

/* Runs a script with these arguments. *reply is the caller's, as of redis_command. */
int job_run_script(struct job_queue *queue, enum job_move move, redisReply **reply, int count,
                   const char *const arguments[]) CO_MUST_CHECK;

#endif
