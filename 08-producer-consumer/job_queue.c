/* job_queue.c - see job_queue.h. The work is done by the scripts; here are their arguments. */
#include "job_queue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_scripts.h"

#define NUMBER_MAX 24 /* room for one, as text */
#define LETTERS    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static const char *as_text(char text[NUMBER_MAX], int64_t number)
{
    snprintf(text, NUMBER_MAX, "%lld", (long long)number);
    return text;
}

const struct job_engine *job_engine_named(const char *name)
{
    const struct job_engine *const engines[] = {&job_engine_list, &job_engine_stream};
    for (int i = 0; i < 2; i++)
        if (strcmp(engines[i]->name, name) == 0)
            return engines[i];
    return NULL;
}

int job_queue_init(struct job_queue *queue, const struct job_engine *engine, const char *name,
                   struct redis *redis)
{
    size_t length = strspn(name, LETTERS);
    if (length == 0 || length >= JOB_NAME_MAX || name[length] != '\0')
        return -EINVAL;
    *queue = (struct job_queue){.engine = engine, .redis = redis};
    snprintf(queue->root, sizeof queue->root, "{%s}", name);
    return 0;
}

/* Runs a script that answers with a whole number: it. */
static int move(struct job_queue *queue, enum job_move which, int count,
                const char *const arguments[])
{
    redisReply *reply;
    int rc = job_run_script(queue, which, &reply, count, arguments);
    if (rc == 0)
        rc = reply->type == REDIS_REPLY_INTEGER ? (int)reply->integer : -EPROTO;
    freeReplyObject(reply);
    return rc;
}

int job_put(struct job_queue *queue, const char *id, const char *function, const char *arguments,
            int64_t delay_ms)
{
    char delay[NUMBER_MAX];
    if (strlen(id) >= JOB_ID_MAX)
        return -ENAMETOOLONG;
    return move(queue, MOVE_PUT, 4,
                (const char *[]){id, function, arguments, as_text(delay, delay_ms)});
}

/* ---- Workers ------------------------------------------------------------------------------- */

int job_prepare(struct job_queue *queue)
{
    return queue->engine->prepare(queue);
}

static bool is_job(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
           reply->element[0]->type == REDIS_REPLY_STRING &&
           reply->element[1]->type == REDIS_REPLY_STRING &&
           reply->element[2]->type == REDIS_REPLY_INTEGER;
}

/* When this fails the job stays held: see job_beat. */
static int begin(struct job_queue *queue, const char *worker, int max_tries, struct job *job)
{
    char tries[NUMBER_MAX];
    int rc =
        job_run_script(queue, MOVE_BEGIN, &job->reply, 4,
                       (const char *[]){worker, job->handle, job->id, as_text(tries, max_tries)});
    if (rc < 0 || !is_job(job->reply)) {
        job_release(job);
        return rc;
    }
    job->function = job->reply->element[0]->str;
    job->arguments = job->reply->element[1]->str;
    job->tries = (int)job->reply->element[2]->integer;
    return 1;
}

int job_take(struct job_queue *queue, struct redis *own, const char *worker, int64_t block_ms,
             int max_tries, struct job *job)
{
    *job = (struct job){.reply = NULL};
    int rc = queue->engine->take(queue, own, worker, block_ms, job);
    return rc <= 0 ? rc : begin(queue, worker, max_tries, job);
}

void job_release(struct job *job)
{
    freeReplyObject(job->reply);
    job->reply = NULL;
}

int job_done(struct job_queue *queue, const char *worker, const struct job *job, const char *result,
             int64_t ttl_s)
{
    char ttl[NUMBER_MAX];
    return move(queue, MOVE_DONE, 5,
                (const char *[]){worker, job->handle, job->id, result, as_text(ttl, ttl_s)});
}

int job_failed(struct job_queue *queue, const char *worker, const struct job *job,
               const char *error, int64_t delay_ms, int max_tries)
{
    char delay[NUMBER_MAX], tries[NUMBER_MAX];
    return move(queue, MOVE_FAILED, 6,
                (const char *[]){worker, job->handle, job->id, error, as_text(delay, delay_ms),
                                 as_text(tries, max_tries)});
}

int job_beat(struct job_queue *queue, const char *worker, int64_t lease_ms, bool recover,
             const char *const handles[], int count)
{
    char lease[NUMBER_MAX];
    const char *arguments[count + 3];
    arguments[0] = worker;
    arguments[1] = as_text(lease, lease_ms);
    arguments[2] = recover ? "1" : "0";
    for (int i = 0; i < count; i++)
        arguments[3 + i] = handles[i];
    return move(queue, MOVE_BEAT, count + 3, arguments);
}

int job_leave(struct job_queue *queue, const char *worker)
{
    return move(queue, MOVE_LEAVE, 1, (const char *[]){worker});
}

/* ---- Looking ------------------------------------------------------------------------------- */

/* The answer of a script: `count` whole numbers. */
static int numbers(struct job_queue *queue, enum job_move which, const char *argument,
                   long long *const into[], size_t count)
{
    redisReply *reply;
    int rc = job_run_script(queue, which, &reply, 1, &argument);
    if (rc == 0 && (reply->type != REDIS_REPLY_ARRAY || reply->elements != count))
        rc = -EPROTO;
    for (size_t i = 0; rc == 0 && i < count; i++)
        *into[i] = reply->element[i]->integer;
    freeReplyObject(reply);
    return rc;
}

int job_reap(struct job_queue *queue, int64_t lease_ms, struct job_reaped *reaped)
{
    char lease[NUMBER_MAX];
    long long *const into[] = {&reaped->put_back, &reaped->due};
    return numbers(queue, MOVE_REAP, as_text(lease, lease_ms), into, 2);
}

int job_status(struct job_queue *queue, struct job_status *s)
{
    long long *const into[] = {&s->ready,   &s->delayed,  &s->held, &s->dead,
                               &s->workers, &s->put,      &s->done, &s->buried,
                               &s->retried, &s->put_back, &s->late};
    return numbers(queue, MOVE_STATUS, "", into, sizeof into / sizeof into[0]);
}

static int look_at_result(struct job_queue *queue, const char *id, char **text)
{
    redisReply *reply;
    int rc = redis_command(queue->redis, &reply, "GET %s:result:%s", queue->root, id);
    if (rc == 0 && reply->type != REDIS_REPLY_STRING)
        rc = -ENOENT;
    if (rc == 0 && asprintf(text, "done %s", reply->str) < 0)
        rc = -ENOMEM;
    freeReplyObject(reply);
    return rc;
}

int job_look(struct job_queue *queue, const char *id, char **text)
{
    redisReply *reply;
    int rc = redis_command(queue->redis, &reply, "HMGET %s:job:%s tries error", queue->root, id);
    if (rc < 0 || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
        freeReplyObject(reply);
        return rc < 0 ? rc : -EPROTO;
    }
    const redisReply *tries = reply->element[0], *error = reply->element[1];
    bool is_there = tries->type == REDIS_REPLY_STRING,
         has_error = error->type == REDIS_REPLY_STRING;
    if (is_there && asprintf(text, "not done, tries %s%s%s", tries->str,
                             has_error ? ", last error: " : "", has_error ? error->str : "") < 0)
        rc = -ENOMEM;
    freeReplyObject(reply);
    return rc < 0 || is_there ? rc : look_at_result(queue, id, text);
}
