/* status.c - how many jobs are where; or what became of one.
 *
 *     build/08-producer-consumer/status
 *     build/08-producer-consumer/status invoice-7
 *
 * Watch "put" and "done and dead" meet: then every job has ended. The runs that were not the last
 * of their job are told apart: tried again, put back since a lease had run out, and reported too
 * late. Exit code 1 for a job that nobody knows (any more).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "job_options.h"
#include "options.h"

struct status_program {
    struct job_options where;
    const char *id; /* NULL: the whole queue */
};

static int show_queue(struct job_queue *queue)
{
    struct job_status s;
    int rc = job_status(queue, &s);
    if (rc < 0)
        return rc;
    printf("now:   ready %lld, delayed %lld, held %lld, dead %lld; workers %lld\n", s.ready,
           s.delayed, s.held, s.dead, s.workers);
    printf("jobs:  put %lld, done %lld, died %lld\n", s.put, s.done, s.buried);
    printf("runs:  tried again %lld, put back %lld, reported late %lld\n", s.retried, s.put_back,
           s.late);
    return 0;
}

static int show_job(struct job_queue *queue, const char *id)
{
    char *text;
    int rc = job_look(queue, id, &text);
    if (rc == -ENOENT)
        die("there is no job \"%s\", or its result was forgotten", id);
    if (rc < 0)
        return rc;
    printf("%s: %s\n", id, text);
    free(text);
    return 0;
}

static int main_task(void *arg)
{
    struct status_program *program = arg;
    struct job_queue queue;
    struct redis *redis;
    int rc = redis_connect(&program->where.redis, &redis);
    if (rc < 0)
        return rc;
    rc = job_queue_init(&queue, program->where.engine, program->where.queue, redis);
    if (rc == 0)
        rc = program->id ? show_job(&queue, program->id) : show_queue(&queue);
    redis_close(redis);
    return rc;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct status_program *program = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &program->where;
        return 0;
    case ARGP_KEY_ARG:
        if (program->id)
            argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected one id at most", text);
        program->id = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static struct status_program program = {.id = NULL};
    const struct argp_child children[] = {{&job_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .parser = parse,
        .args_doc = "[ID]",
        .doc = "Shows how many jobs are where, or what became of one.",
        .children = children,
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &program);
    if (error != 0)
        die_error(error, "options");
    return job_program(main_task, &program, &program.where);
}
