/* reaper.c - puts back the jobs of workers that have died, and makes ready what is due.
 *
 *     build/08-producer-consumer/reaper
 *     build/08-producer-consumer/reaper --lease 1000 --once
 *
 * Watch it after kill -9 of a worker: when the lease has run out, its jobs are put back. One has to
 * run, on any machine; two or more do no harm, and then one may die, too. While none runs nothing
 * is lost, but delayed jobs wait.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "clock.h"
#include "job_options.h"
#include "options.h"

#define SWEEP_EVERY 100 /* rounds */

struct reaper {
    struct job_options where;
    long lease_ms, every_ms;
    bool once;
};

static void tell(const struct job_reaped *reaped)
{
    if (reaped->put_back > 0)
        printf("put back %lld\n", reaped->put_back);
    if (reaped->due > 0)
        printf("due %lld\n", reaped->due);
}

static int reap(struct reaper *reaper, struct job_queue *queue, long round)
{
    struct job_reaped reaped;
    int rc = round % SWEEP_EVERY == 0 ? job_sweep(queue) : 0;
    if (rc >= 0)
        rc = job_reap(queue, reaper->lease_ms, &reaped);
    if (rc == 0)
        tell(&reaped);
    return rc;
}

/* Redis may be away for a while; the client pauses between its attempts. */
static int go_on(struct reaper *reaper, struct job_queue *queue)
{
    int last = 0;
    for (long round = 0;; round++) {
        int rc = reap(reaper, queue, round);
        if (rc == -ECANCELED || reaper->once)
            return rc;
        if (rc < 0 && rc != last)
            fprintf(stderr, "reaper: Redis: %s; it goes on trying\n", error_text(rc));
        last = rc;
        rc = co_sleep(reaper->every_ms * NS_PER_MS);
        if (rc < 0)
            return rc;
    }
}

static int main_task(void *arg)
{
    struct reaper *reaper = arg;
    struct job_queue queue;
    struct redis *redis = redis_new(&reaper->where.redis);
    if (!redis)
        return -ENOMEM;
    int rc = job_queue_init(&queue, reaper->where.engine, reaper->where.queue, redis);
    if (rc == 0)
        rc = go_on(reaper, &queue);
    redis_close(redis);
    return rc;
}

enum { KEY_LEASE = 'l', KEY_EVERY = 'v', KEY_ONCE = 'o' };

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct reaper *reaper = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &reaper->where;
        return 0;
    case KEY_LEASE:
        reaper->lease_ms = option_number(state, "--lease", text, 1, JOB_MS_MAX);
        return 0;
    case KEY_EVERY:
        reaper->every_ms = option_number(state, "--every", text, 1, JOB_MS_MAX);
        return 0;
    case KEY_ONCE:
        reaper->once = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"lease", KEY_LEASE, "MS", 0, "The workers' lease (default: 10000)", 0},
    {"every", KEY_EVERY, "MS", 0, "Look so often (default: 200)", 0},
    {"once", KEY_ONCE, NULL, 0, "Look once and end", 0},
    {0},
};

int main(int argc, char **argv)
{
    static struct reaper reaper = {.lease_ms = 10000, .every_ms = 200};
    const struct argp_child children[] = {{&job_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = option_list,
        .parser = parse,
        .doc = "Puts back the jobs of workers that have died, and makes ready what is due.",
        .children = children,
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &reaper);
    if (error != 0)
        die_error(error, "options");
    setvbuf(stdout, NULL, _IOLBF, 0);
    return job_program(main_task, &reaper, &reaper.where);
}
