/* job_worker.c - a heart and a few runners: each takes a job, runs it, reports it, again. */
#include "job_worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "backoff.h"
#include "check.h"
#include "clock.h"
#include "group.h"
#include "job_call.h"

#define PAUSE_MIN_NS (20 * NS_PER_MS) /* when Redis is away */
#define PAUSE_MAX_NS NS_PER_S

/* A runner's task, while it is at work. */
struct running {
    struct job_worker *worker;
    struct job_runner *runner;
    struct redis *own; /* it waits for jobs on this one */
    struct backoff backoff;
    int64_t give_up_ns; /* a report is tried until then */
    int result;         /* of the job */
    char *text;         /* its result's, or NULL */
    char error[128];    /* error_text's is good until the next runner asks for one */
};

/* ---- Reporting ----------------------------------------------------------------------------- */

/* The pause before a job is tried again: it doubles with each try. */
static int64_t pause_of_job(const struct job_worker_options *options, int tries)
{
    int64_t pause = options->retry_ms;
    for (int i = 1; i < tries && pause < options->retry_max_ms; i++)
        pause *= 2;
    return pause < options->retry_max_ms ? pause : options->retry_max_ms;
}

static int report_once(void *arg)
{
    struct running *running = arg;
    const struct job_worker_options *options = running->worker->options;
    const struct job *job = &running->runner->job;
    if (running->result >= 0)
        return job_done(running->worker->queue, options->name, job, running->text,
                        options->result_ttl_s);
    return job_failed(running->worker->queue, options->name, job, running->error,
                      pause_of_job(options, job->tries), options->max_tries);
}

static bool may_still_be_ours(int error, void *arg)
{
    const struct running *running = arg;
    return error != -ENOMEM && loop_time(co_loop()) < running->give_up_ns;
}

/* Once more and again while Redis is away: what could not be reported will be run again. To report
 * twice does no harm; the second time it is not held any more. */
static int report(struct running *running)
{
    struct job_worker *worker = running->worker;
    struct backoff backoff = running->backoff;
    running->give_up_ns = loop_time(co_loop()) + worker->options->lease_ms * NS_PER_MS;
    int rc = retry(&backoff, INT32_MAX, may_still_be_ours, report_once, running);
    worker->done += rc == 1 && running->result >= 0;
    worker->failed += rc == 1 && running->result < 0;
    worker->late += rc == 0;
    worker->must_recover |= rc < 0;
    return rc;
}

static void tell(const struct running *running)
{
    const struct job *job = &running->runner->job;
    if (running->result < 0 && !running->worker->options->is_quiet)
        fprintf(stderr, "job %s, %s: try %d failed: %s\n", job->id, job->function, job->tries,
                running->error);
}

/* ---- Running ------------------------------------------------------------------------------- */

static int run_job(struct running *running)
{
    struct job_worker *worker = running->worker;
    const struct job *job = &running->runner->job;
    struct job_call call = {
        .id = job->id,
        .tries = job->tries,
        .queue = worker->queue,
        .context = worker->options->context,
    };
    running->text = NULL;
    running->result = job_call(worker->options->functions, &call, job, &running->text);
    if (running->result == -ECANCELED && task_cancelling(task_current()) > 0)
        return -ECANCELED; /* nothing is reported: the reaper will put it back */
    snprintf(running->error, sizeof running->error, "%s", error_text(running->result));
    tell(running);
    int rc = report(running);
    free(running->text);
    return rc == -ECANCELED ? rc : 0;
}

static int stop_if_drained(struct job_worker *worker)
{
    struct job_status status;
    int rc = worker->options->drain ? job_status(worker->queue, &status) : -EAGAIN;
    if (rc == 0 && status.ready + status.delayed + status.held == 0)
        job_worker_stop(worker);
    return rc == -ECANCELED ? rc : 0;
}

/* -ECANCELED, or 0 and what was to be done has been, or was tried. */
static int take_and_run(struct running *running)
{
    struct job_worker *worker = running->worker;
    const struct job_worker_options *options = worker->options;
    struct job *job = &running->runner->job;
    int rc = job_take(worker->queue, running->own, options->name, options->block_ms,
                      options->max_tries, job);
    if (rc == 1) {
        running->backoff.bound_ns = PAUSE_MIN_NS;
        rc = run_job(running);
        job_release(job);
    } else if (rc == 0) {
        rc = stop_if_drained(worker);
    } else if (rc != -ECANCELED) {
        worker->must_recover = true;
        rc = co_sleep(backoff_next(&running->backoff));
    }
    job->handle[0] = '\0';
    return rc;
}

/* Its own connection is silent for as long as a take may block. */
static struct redis *open_own(const struct job_worker *worker)
{
    struct redis_options options = *redis_options_of(worker->queue->redis);
    int64_t block_ns = worker->options->block_ms * NS_PER_MS;
    if (options.command_timeout_ns >= 0)
        options.command_timeout_ns += block_ns;
    if (options.reply_timeout_ns >= 0)
        options.reply_timeout_ns += block_ns;
    return redis_new(&options);
}

/* A task. */
static int run_runner(void *arg)
{
    struct job_runner *runner = arg;
    struct job_worker *worker = runner->worker;
    struct running running = {.worker = worker, .runner = runner, .own = open_own(worker)};
    int rc = running.own ? 0 : -ENOMEM;
    backoff_init(&running.backoff, PAUSE_MIN_NS, PAUSE_MAX_NS, worker->options->seed);
    while (rc == 0 && !worker->is_stopping)
        rc = take_and_run(&running);
    redis_close(running.own);
    return rc;
}

/* ---- The heart ----------------------------------------------------------------------------- */

/* Handles of the jobs that are held now; those that are taken this moment have fresh ones. */
static int collect_handles(const struct job_worker *worker, const char *handles[])
{
    int count = 0;
    for (int i = 0; i < worker->options->concurrency; i++)
        if (worker->runners[i].job.handle[0])
            handles[count++] = worker->runners[i].job.handle;
    return count;
}

static int beat_once(struct job_worker *worker)
{
    const char *handles[worker->options->concurrency];
    int count = collect_handles(worker, handles);
    bool recover = worker->must_recover;
    worker->must_recover = false;
    int rc = job_beat(worker->queue, worker->options->name, worker->options->lease_ms, recover,
                      handles, count);
    worker->must_recover |= recover && rc < 0;
    return rc < 0 ? rc : 0;
}

/* That Redis is away is said once, and not at each beat. */
static void note_trouble(struct job_worker *worker, int rc)
{
    if (rc < 0 && rc != -ECANCELED && rc != worker->trouble)
        fprintf(stderr, "worker %s: Redis: %s; it goes on trying\n", worker->options->name,
                error_text(rc));
    worker->trouble = rc < 0 ? rc : 0;
}

/* A task, until it is cancelled. Three beats in a lease: two may be lost. */
static int beat(void *arg)
{
    struct job_worker *worker = arg;
    int64_t pause_ns = worker->options->lease_ms * NS_PER_MS / 3;
    int rc;
    do {
        rc = beat_once(worker);
        note_trouble(worker, rc);
        if (rc != -ECANCELED)
            rc = co_sleep(rc < 0 && pause_ns > PAUSE_MAX_NS ? PAUSE_MAX_NS : pause_ns);
    } while (rc == 0);
    return rc;
}

/* ---- The worker ---------------------------------------------------------------------------- */

/* Until Redis is there, or there is to be an end. */
static int prepare(struct job_worker *worker)
{
    struct backoff backoff;
    backoff_init(&backoff, PAUSE_MIN_NS, PAUSE_MAX_NS, worker->options->seed);
    int rc = -EAGAIN;
    while (rc < 0 && rc != -ECANCELED && !worker->is_stopping) {
        rc = job_prepare(worker->queue);
        if (rc == 0)
            rc = beat_once(worker); /* before it takes anything, so that a reaper knows it */
        note_trouble(worker, rc);
        if (rc < 0 && rc != -ECANCELED && co_sleep(backoff_next(&backoff)) < 0)
            rc = -ECANCELED;
    }
    return rc == -ECANCELED ? rc : 0;
}

static int run_runners(struct job_worker *worker)
{
    struct group group;
    int rc = 0;
    group_begin(&group);
    for (int i = 0; i < worker->options->concurrency && rc == 0; i++)
        rc = group_spawn(&group, run_runner, &worker->runners[i], "runner");
    return group_end(&group, rc);
}

static int run_with_heart(struct job_worker *worker)
{
    struct task *heart = task_spawn(co_loop(), beat, worker, "heart");
    if (!heart)
        return -ENOMEM;
    int rc = run_runners(worker);
    task_cancel(heart);
    int beaten = task_join(heart); /* -ECANCELED: it was */
    if (rc < 0 || (beaten < 0 && beaten != -ECANCELED))
        return rc < 0 ? rc : beaten;
    int left = job_leave(worker->queue, worker->options->name);
    return left == -ECANCELED ? left : 0; /* any other error: the lease ends by itself */
}

int job_worker_run(struct job_worker *worker, struct job_queue *queue,
                   const struct job_worker_options *options)
{
    worker->queue = queue; /* is_stopping may be set already */
    worker->options = options;
    worker->runners = calloc((size_t)options->concurrency, sizeof worker->runners[0]);
    if (!worker->runners)
        return -ENOMEM;
    for (int i = 0; i < options->concurrency; i++)
        worker->runners[i].worker = worker;
    int rc = prepare(worker);
    if (rc == 0 && !worker->is_stopping)
        rc = run_with_heart(worker);
    free(worker->runners);
    worker->runners = NULL;
    return rc;
}

void job_worker_stop(struct job_worker *worker)
{
    worker->is_stopping = true;
}
