/* worker.c - runs jobs of the work queue until it is told to stop.
 *
 *     build/08-producer-consumer/worker
 *     build/08-producer-consumer/worker --concurrency 20 --drain --quiet
 *
 * Its functions are in the table below: a job names one, and gives it arguments. Watch Ctrl-C (or
 * kill): it takes no more, finishes what it holds, and ends; a second one ends it at once, as kill
 * -9 does, and then the reaper puts back what it held. With --drain it ends when nothing is left to
 * do. A function that computes for long keeps the whole loop, and the heart, too: that is chapter
 * 09's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "job_options.h"
#include "job_worker.h"
#include "options.h"
#include "shield.h"

/* ---- The functions ------------------------------------------------------------------------- */

static int nothing(struct job_call *call)
{
    (void)call;
    return 0;
}

static int echo(struct job_call *call)
{
    call->result = json_deep_copy(call->arguments);
    return call->result ? 0 : -ENOMEM;
}

/* [1, 2, 3] is 6. */
static int add(struct job_call *call)
{
    json_int_t sum = 0;
    for (size_t i = 0; i < json_array_size(call->arguments); i++)
        if (!json_is_integer(json_array_get(call->arguments, i)) ||
            __builtin_add_overflow(sum, json_integer_value(json_array_get(call->arguments, i)),
                                   &sum))
            return -EINVAL;
    call->result = json_integer(sum);
    return call->result ? 0 : -ENOMEM;
}

/* {"ms": 100} */
static int sleep_ms(struct job_call *call)
{
    const json_t *ms = json_object_get(call->arguments, "ms");
    if (!json_is_integer(ms) || json_integer_value(ms) < 0 || json_integer_value(ms) > JOB_MS_MAX)
        return -EINVAL;
    return co_sleep(json_integer_value(ms) * NS_PER_MS);
}

/* {"times": 2}: fails so often, and then does not. */
static int fail(struct job_call *call)
{
    const json_t *times = json_object_get(call->arguments, "times");
    if (json_is_integer(times) && call->tries > json_integer_value(times))
        return 0;
    return -EIO;
}

/* Has an effect that can be counted: one more run of this id. Then it sleeps, as sleep does. */
static int count_run(struct job_call *call)
{
    redisReply *reply;
    int rc = redis_command(call->queue->redis, &reply, "HINCRBY %s:runs %s 1", call->queue->root,
                           call->id);
    freeReplyObject(reply);
    return rc < 0 ? rc : sleep_ms(call);
}

static const struct job_function functions[] = {
    {"nothing", nothing}, {"echo", echo},       {"add", add}, {"sleep", sleep_ms},
    {"fail", fail},       {"count", count_run}, {NULL, NULL},
};

/* ---- The program --------------------------------------------------------------------------- */

struct worker_program {
    struct job_options where;
    struct job_worker_options options;
    struct job_queue queue;
    struct job_worker worker;
};

static int run_worker(void *arg)
{
    struct worker_program *program = arg;
    return job_worker_run(&program->worker, &program->queue, &program->options);
}

/* The worker is a task of its own, so that a signal, which cancels the main task, asks it to stop
 * and does not cancel its jobs. */
static int wait_for_end(struct worker_program *program)
{
    struct task *task = task_spawn(co_loop(), run_worker, program, "worker");
    if (!task)
        return -ENOMEM;
    int rc = shield(task);
    if (rc != -ECANCELED || task_is_done(task)) {
        task_unref(task);
        return rc;
    }
    fprintf(stderr, "worker: finishing what it holds\n");
    job_worker_stop(&program->worker);
    rc = shield(task);
    task_unref(task);
    return rc;
}

static int main_task(void *arg)
{
    struct worker_program *program = arg;
    struct redis *redis = redis_new(&program->where.redis);
    if (!redis)
        return -ENOMEM;
    int rc = job_queue_init(&program->queue, program->where.engine, program->where.queue, redis);
    if (rc == 0)
        rc = wait_for_end(program);
    redis_close(redis);
    if (rc == 0)
        printf("done %ld, failed %ld, late %ld\n", program->worker.done, program->worker.failed,
               program->worker.late);
    return rc;
}

/* ---- Options ------------------------------------------------------------------------------- */

enum {
    KEY_NAME = 'n',
    KEY_CONCURRENCY = 'c',
    KEY_LEASE = 'l',
    KEY_TRIES = 't',
    KEY_RETRY = 256,
    KEY_TTL,
    KEY_SEED,
    KEY_DRAIN = 'd',
    KEY_QUIET = 's',
};

static void check_name(const char *name, struct argp_state *state)
{
    struct job_queue unused;
    if (job_queue_init(&unused, &job_engine_list, name, NULL) < 0) /* the same letters */
        argp_failure(state, USAGE_ERROR, 0,
                     "--name \"%s\": expected letters, digits, \".\", \"_\" and \"-\"", name);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct worker_program *program = state->input;
    struct job_worker_options *options = &program->options;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &program->where;
        return 0;
    case KEY_NAME:
        options->name = text;
        check_name(text, state);
        return 0;
    case KEY_CONCURRENCY:
        options->concurrency = (int)option_number(state, "--concurrency", text, 1, 1000);
        return 0;
    case KEY_LEASE:
        options->lease_ms = option_number(state, "--lease", text, 10, JOB_MS_MAX);
        return 0;
    case KEY_TRIES:
        options->max_tries = (int)option_number(state, "--tries", text, 1, 1000000);
        return 0;
    case KEY_RETRY:
        options->retry_ms = option_number(state, "--retry", text, 1, JOB_MS_MAX);
        return 0;
    case KEY_TTL:
        options->result_ttl_s = option_number(state, "--ttl", text, 1, JOB_MS_MAX / 1000);
        return 0;
    case KEY_SEED:
        options->seed = (uint32_t)option_number(state, "--seed", text, 0, UINT32_MAX);
        return 0;
    case KEY_DRAIN:
        options->drain = true;
        return 0;
    case KEY_QUIET:
        options->is_quiet = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"name", KEY_NAME, "NAME", 0, "Its name, which no other worker has (default: HOST-PID)", 0},
    {"concurrency", KEY_CONCURRENCY, "N", 0, "So many jobs at a time (default: 1)", 0},
    {"lease", KEY_LEASE, "MS", 0,
     "If it is not heard of for so long its jobs are put back (default: 10000)", 0},
    {"tries", KEY_TRIES, "N", 0, "A job that was tried so often is dead (default: 5)", 0},
    {"retry", KEY_RETRY, "MS", 0,
     "The pause after a job's first failure; doubles, up to an hour (default: 1000)", 0},
    {"ttl", KEY_TTL, "S", 0, "Keep results for so long (default: 3600)", 0},
    {"seed", KEY_SEED, "N", 0, "Of the pauses while Redis is away (default: the process's id)", 0},
    {"drain", KEY_DRAIN, NULL, 0, "End when nothing is ready, delayed or held", 0},
    {"quiet", KEY_QUIET, NULL, 0, "Say nothing of jobs that fail", 0},
    {0},
};

int main(int argc, char **argv)
{
    static struct worker_program program = {.options = {
                                                .functions = functions,
                                                .concurrency = 1,
                                                .lease_ms = 10000,
                                                .retry_ms = 1000,
                                                .retry_max_ms = 3600 * 1000,
                                                .max_tries = 5,
                                                .result_ttl_s = 3600,
                                            }};
    static char name[JOB_NAME_MAX], host[40];
    const struct argp_child children[] = {{&job_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = option_list,
        .parser = parse,
        .doc = "Runs jobs of the work queue.",
        .children = children,
    };
    CHECK(gethostname(host, sizeof host - 1));
    snprintf(name, sizeof name, "%s-%d", host, (int)getpid());
    program.options.name = name;
    program.options.seed = (uint32_t)getpid();
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &program);
    if (error != 0)
        die_error(error, "options");
    program.where.redis.seed = program.options.seed;
    int64_t third_ms = program.options.lease_ms / 3;
    program.options.block_ms = third_ms < 1000 ? third_ms : 1000;
    return job_program(main_task, &program, &program.where);
}
