/* enqueue.c - puts a job, or many, into the work queue.
 *
 *     build/08-producer-consumer/enqueue add '[1, 2, 3]'
 *     build/08-producer-consumer/enqueue --id invoice-7 --delay 2000 echo '{"to": "Ada"}'
 *     build/08-producer-consumer/enqueue --count 10000 --id many nothing
 *
 * Watch it say "is there already" the second time for the same id: who got no answer may ask again.
 * Many are put by a hundred tasks on one connection. It does not wait for the jobs: see status.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "check.h"
#include "group.h"
#include "job_call.h"
#include "job_options.h"
#include "options.h"

#define TASKS 100
#define TRIES 20 /* of one, with pauses of the client between them, while Redis is away */

struct enqueue {
    struct job_options where;
    const char *function, *arguments, *id;
    long count, delay_ms;
    struct job_queue queue;
    long next;        /* to be put, from 0 */
    long put, before; /* put; there already */
};

static void name_job(const struct enqueue *enqueue, long number, char id[JOB_ID_MAX])
{
    if (enqueue->count == 1)
        snprintf(id, JOB_ID_MAX, "%s", enqueue->id);
    else
        snprintf(id, JOB_ID_MAX, "%s-%ld", enqueue->id, number + 1);
}

/* Again when there was no answer: the id makes that harmless. */
static int put_one(struct enqueue *enqueue, const char *id)
{
    int rc = -EAGAIN;
    for (int i = 0; i < TRIES && rc < 0 && rc != -ECANCELED; i++)
        rc = job_put(&enqueue->queue, id, enqueue->function, enqueue->arguments, enqueue->delay_ms);
    enqueue->put += rc == 1;
    enqueue->before += rc == 0;
    return rc;
}

static int put_many(void *arg)
{
    struct enqueue *enqueue = arg;
    char id[JOB_ID_MAX];
    while (enqueue->next < enqueue->count) {
        name_job(enqueue, enqueue->next++, id);
        int rc = put_one(enqueue, id);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int put_all(struct enqueue *enqueue)
{
    struct group group;
    int rc = 0;
    group_begin(&group);
    for (int i = 0; i < TASKS && i < enqueue->count && rc == 0; i++)
        rc = group_spawn(&group, put_many, enqueue, "puts jobs");
    return group_end(&group, rc);
}

static void tell(const struct enqueue *enqueue)
{
    if (enqueue->count > 1)
        printf("%ld put, %ld were there already\n", enqueue->put, enqueue->before);
    else if (enqueue->put == 1)
        printf("%s\n", enqueue->id);
    else
        printf("%s is there already\n", enqueue->id);
}

static int main_task(void *arg)
{
    struct enqueue *enqueue = arg;
    struct redis *redis;
    int rc = redis_connect(&enqueue->where.redis, &redis);
    if (rc < 0)
        return rc;
    rc = job_queue_init(&enqueue->queue, enqueue->where.engine, enqueue->where.queue, redis);
    if (rc == 0)
        rc = put_all(enqueue);
    redis_close(redis);
    if (rc == 0)
        tell(enqueue);
    return rc;
}

/* ---- Options ------------------------------------------------------------------------------- */

static void take_argument(struct enqueue *enqueue, struct argp_state *state, char *text)
{
    if (state->arg_num == 0)
        enqueue->function = text;
    else if (state->arg_num == 1)
        enqueue->arguments = text;
    else
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected one function and its arguments",
                     text);
}

static void check_arguments(const struct enqueue *enqueue, struct argp_state *state)
{
    if (!enqueue->function)
        argp_failure(state, USAGE_ERROR, 0, "expected a function; see --help");
    json_t *json = job_parse_json(enqueue->arguments);
    if (!json)
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected JSON, at most %d deep",
                     enqueue->arguments, JOB_DEPTH_MAX);
    json_decref(json);
    if (enqueue->id && strlen(enqueue->id) > 40)
        argp_failure(state, USAGE_ERROR, 0, "--id \"%s\": expected at most 40 bytes", enqueue->id);
}

enum { KEY_ID = 'i', KEY_COUNT = 'n', KEY_DELAY = 'd' };

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct enqueue *enqueue = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &enqueue->where;
        return 0;
    case KEY_ID:
        enqueue->id = text;
        return 0;
    case KEY_COUNT:
        enqueue->count = option_number(state, "--count", text, 1, 100000000);
        return 0;
    case KEY_DELAY:
        enqueue->delay_ms = option_number(state, "--delay", text, 0, JOB_MS_MAX);
        return 0;
    case ARGP_KEY_ARG:
        take_argument(enqueue, state, text);
        return 0;
    case ARGP_KEY_END:
        check_arguments(enqueue, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"id", KEY_ID, "ID", 0, "The job's id (default: drawn by chance)", 0},
    {"count", KEY_COUNT, "N", 0, "So many jobs, ID-1, ID-2 and so on (default: 1)", 0},
    {"delay", KEY_DELAY, "MS", 0, "Not before so many ms have passed (default: 0)", 0},
    {0},
};

int main(int argc, char **argv)
{
    static struct enqueue enqueue = {.count = 1, .arguments = "null"};
    static char drawn[20];
    uint64_t chance;
    const struct argp_child children[] = {{&job_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = option_list,
        .parser = parse,
        .args_doc = "FUNCTION [JSON]",
        .doc = "Puts a job into the work queue: a function of the workers, and its arguments.",
        .children = children,
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &enqueue);
    if (error != 0)
        die_error(error, "options");
    CHECK(getrandom(&chance, sizeof chance, 0));
    snprintf(drawn, sizeof drawn, "%016" PRIx64, chance);
    enqueue.id = enqueue.id ? enqueue.id : drawn;
    return job_program(main_task, &enqueue, &enqueue.where);
}
