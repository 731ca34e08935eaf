/* test_work_queue.c - the moves of a job between its places, with both engines and a real
 * redis-server; and what a worker does with it. Workers that die are in test_work_queue_kill.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "job_queue.h"
#include "job_worker.h"
#include "redis_play.h"
#include "unit.h"

static const struct job_engine *engine; /* of this round */
static struct job_queue queue;
static struct redis *shared, *own;

/* A queue of its own for each test and engine: so its name. */
static int begin(const char *name)
{
    char of_engine[JOB_NAME_MAX];
    snprintf(of_engine, sizeof of_engine, "%s-%s", name,
             engine == &job_engine_list ? "list" : "stream");
    shared = redis_new(&play_options);
    own = redis_new(&play_options);
    if (!shared || !own)
        return -ENOMEM;
    int rc = job_queue_init(&queue, engine, of_engine, shared);
    return rc < 0 ? rc : job_prepare(&queue);
}

static int end(int rc)
{
    redis_close(own);
    redis_close(shared);
    return rc < 0 && rc != -ENOENT ? rc : 0;
}

static void say_status(void)
{
    struct job_status s;
    int rc = job_status(&queue, &s);
    say("ready %lld delayed %lld held %lld dead %lld done %lld%s", s.ready, s.delayed, s.held,
        s.dead, s.done, rc < 0 ? " ERROR" : "");
}

static int take(const char *worker, struct job *job)
{
    int rc = job_take(&queue, own, worker, 10, 2, job);
    if (rc == 1)
        say("%s has %s, try %d", worker, job->id, job->tries);
    else
        say("%s has none %d", worker, rc);
    return rc;
}

static int beat(const char *worker, int64_t lease_ms)
{
    return job_beat(&queue, worker, lease_ms, false, NULL, 0);
}

/* ---- The moves ----------------------------------------------------------------------------- */

static int from_put_to_done(void *arg)
{
    (void)arg;
    struct job job;
    char *text = NULL;
    int rc = begin("done");
    rc = rc < 0 ? rc : job_put(&queue, "a", "echo", "[1]", 0);
    say("put %d", rc);
    rc = rc < 0 ? rc : job_put(&queue, "a", "echo", "[1]", 0);
    say("again %d", rc);
    say_status();
    rc = rc < 0 ? rc : beat("w", 60000);
    rc = rc < 0 ? rc : take("w", &job);
    say_status();
    rc = rc < 0 ? rc : job_done(&queue, "w", &job, "[1]", 60);
    say("done %d", rc);
    rc = rc < 0 ? rc : job_done(&queue, "w", &job, "[1]", 60);
    say("again %d", rc);
    job_release(&job);
    rc = rc < 0 ? rc : job_put(&queue, "a", "echo", "[1]", 0);
    say("put %d", rc);
    say_status();
    rc = rc < 0 ? rc : job_look(&queue, "a", &text);
    say("%s", text ? text : "nothing");
    free(text);
    return end(rc);
}

static int from_failed_to_dead(void *arg)
{
    (void)arg;
    struct job job;
    struct job_reaped reaped = {0};
    int rc = begin("dead");
    rc = rc < 0 ? rc : job_put(&queue, "a", "echo", "1", 0);
    rc = rc < 0 ? rc : beat("w", 60000);
    for (int i = 0; i < 2 && rc >= 0; i++) {
        rc = take("w", &job);
        rc = rc < 0 ? rc : job_failed(&queue, "w", &job, "no", 0, 2);
        job_release(&job);
        say_status();
        rc = rc < 0 ? rc : job_reap(&queue, 60000, &reaped);
    }
    return end(rc);
}

static int delayed_until_due(void *arg)
{
    (void)arg;
    struct job job;
    struct job_reaped reaped = {0};
    int rc = begin("delayed");
    rc = rc < 0 ? rc : job_put(&queue, "a", "echo", "1", 3600 * 1000);
    rc = rc < 0 ? rc : job_put(&queue, "b", "echo", "1", 1);
    while (rc >= 0 && reaped.due == 0)
        rc = job_reap(&queue, 60000, &reaped);
    say_status();
    rc = rc < 0 ? rc : take("w", &job);
    job_release(&job);
    return end(rc);
}

/* The lease runs out, another takes over; the first one's report comes too late. */
static int a_lease_ends(void *arg)
{
    (void)arg;
    struct job mine, yours;
    struct job_reaped reaped = {0};
    int rc = begin("lease");
    rc = rc < 0 ? rc : job_put(&queue, "a", "echo", "1", 0);
    rc = rc < 0 ? rc : beat("slow", 1);
    rc = rc < 0 ? rc : take("slow", &mine);
    while (rc >= 0 && reaped.put_back == 0)
        rc = job_reap(&queue, 1, &reaped);
    say("put back %lld", reaped.put_back);
    rc = rc < 0 ? rc : beat("next", 60000);
    rc = rc < 0 ? rc : take("next", &yours);
    say("slow %d", job_done(&queue, "slow", &mine, "1", 60));
    say_status();
    say("next %d", job_done(&queue, "next", &yours, "2", 60));
    say_status();
    job_release(&mine);
    job_release(&yours);
    return end(rc);
}

/* A beat keeps the job. */
static int a_lease_is_extended(void *arg)
{
    (void)arg;
    struct job job;
    struct job_reaped reaped = {0};
    int rc = begin("extended");
    rc = rc < 0 ? rc : job_put(&queue, "a", "echo", "1", 0);
    rc = rc < 0 ? rc : beat("w", 60000);
    rc = rc < 0 ? rc : take("w", &job);
    rc = rc < 0 ? rc : job_beat(&queue, "w", 60000, true, (const char *[]){job.handle}, 1);
    rc = rc < 0 ? rc : job_reap(&queue, 60000, &reaped);
    say("put back %lld", reaped.put_back);
    job_release(&job);
    say("left %d", rc < 0 ? rc : job_leave(&queue, "w"));
    say_status();
    return end(rc);
}

/* A job that kills its workers: two tries, and no report. */
static int a_deadly_job(void *arg)
{
    (void)arg;
    struct job job;
    int rc = begin("deadly");
    rc = rc < 0 ? rc : job_put(&queue, "a", "echo", "1", 0);
    for (int i = 0; i < 3 && rc >= 0; i++) {
        rc = beat("w", 60000);
        rc = rc < 0 ? rc : take("w", &job);
        job_release(&job);
        rc = rc < 0 ? rc : job_leave(&queue, "w");
    }
    say_status();
    return end(rc);
}

/* Taken by one that was never heard of, or no more: a sweep finds it (of a stream, every reap). */
static int held_by_nobody(void *arg)
{
    (void)arg;
    struct job job;
    struct job_reaped reaped = {0};
    int rc = begin("nobody");
    rc = rc < 0 ? rc : job_put(&queue, "a", "echo", "1", 0);
    rc = rc < 0 ? rc : take("unknown", &job);
    job_release(&job);
    rc = rc < 0 ? rc : job_sweep(&queue);
    while (rc >= 0 && reaped.put_back == 0)
        rc = job_reap(&queue, 1, &reaped);
    say_status();
    return end(rc);
}

/* ---- A worker ------------------------------------------------------------------------------ */

static int is_odd(struct job_call *call)
{
    if (!json_is_integer(call->arguments))
        return -EINVAL;
    call->result = json_boolean(json_integer_value(call->arguments) % 2);
    return 0;
}

static const struct job_function functions[] = {{"is_odd", is_odd}, {NULL, NULL}};

static int a_worker(void *arg)
{
    (void)arg;
    const struct job_worker_options options = {
        .functions = functions,
        .name = "w",
        .concurrency = 3,
        .lease_ms = 60000,
        .block_ms = 10,
        .retry_ms = 1,
        .retry_max_ms = 1,
        .max_tries = 1,
        .result_ttl_s = 60,
        .drain = true,
        .is_quiet = true,
    };
    static struct job_worker worker;
    char *text = NULL, deep[200];
    memset(deep, '[', 99);
    memset(deep + 99, ']', 99);
    deep[198] = '\0';
    worker = (struct job_worker){0};
    int rc = begin("worker");
    rc = rc < 0 ? rc : job_put(&queue, "a", "is_odd", "7", 0);
    rc = rc < 0 ? rc : job_put(&queue, "b", "is_odd", "\"x\"", 0);
    rc = rc < 0 ? rc : job_put(&queue, "c", "unknown", "1", 0);
    rc = rc < 0 ? rc : job_put(&queue, "d", "is_odd", deep, 0);
    rc = rc < 0 ? rc : job_put(&queue, "e", "is_odd", "8", 0);
    rc = rc < 0 ? rc : job_worker_run(&worker, &queue, &options);
    say_status();
    for (const char *id = "abcde"; *id && rc >= 0; id++) {
        rc = job_look(&queue, (const char[]){*id, '\0'}, &text);
        say("%s", rc < 0 ? "?" : text);
        free(text);
        text = NULL;
    }
    return end(rc);
}

static const struct play plays[] = {
    {"from put to done", from_put_to_done,
     "put 1, again 0, ready 1 delayed 0 held 0 dead 0 done 0, w has a, try 1, "
     "ready 0 delayed 0 held 1 dead 0 done 0, done 1, again 0, put 0, "
     "ready 0 delayed 0 held 0 dead 0 done 1, done [1]"},
    {"from failed to dead", from_failed_to_dead,
     "w has a, try 1, ready 0 delayed 1 held 0 dead 0 done 0, w has a, try 2, "
     "ready 0 delayed 0 held 0 dead 1 done 0"},
    {"delayed until due", delayed_until_due,
     "ready 1 delayed 1 held 0 dead 0 done 0, w has b, try 1"},
    {"a lease ends", a_lease_ends,
     "slow has a, try 1, put back 1, next has a, try 2, slow 0, "
     "ready 0 delayed 0 held 1 dead 0 done 0, next 1, ready 0 delayed 0 held 0 dead 0 done 1"},
    {"a lease is extended", a_lease_is_extended,
     "w has a, try 1, put back 0, left 1, ready 1 delayed 0 held 0 dead 0 done 0"},
    {"a deadly job", a_deadly_job,
     "w has a, try 1, w has a, try 2, w has none 0, ready 0 delayed 0 held 0 dead 1 done 0"},
    {"held by nobody", held_by_nobody,
     "unknown has a, try 1, ready 1 delayed 0 held 0 dead 0 done 0"},
    {"a worker", a_worker,
     "ready 0 delayed 0 held 0 dead 3 done 2, done true, "
     "not done, tries 1, last error: EINVAL (Invalid argument), "
     "not done, tries 1, last error: ENOSYS (Function not implemented), "
     "not done, tries 1, last error: EBADMSG (Bad message), done false"},
};

int main(void)
{
    const int count = sizeof plays / sizeof plays[0];
    engine = &job_engine_list;
    int failed = plays_run(plays, count);
    engine = &job_engine_stream;
    return failed + plays_run(plays, count);
}
