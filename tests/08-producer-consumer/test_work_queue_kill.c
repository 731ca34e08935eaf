/* test_work_queue_kill.c - kill -9 of workers at random moments, and of Redis in the middle: every
 * job ends done or dead, none is lost, and those that ran twice are counted and explained.
 *
 *     make kill-test          10,000 jobs; KILL_JOBS=N so many
 *     KILL_SEED=7 ...         another choice of what is killed, and after how many jobs
 *
 * Twenty workers in three groups of different manners. Each job adds 1 to a count of its own runs,
 * sleeps a little, and is reported done. When so many jobs are done as the seed says, the worker
 * that the seed says is killed, or all of its group, and replaced. What a worker is at in that
 * moment is chance.
 *
 * A run too many has a cause that Redis has counted: the job was put back (its worker was killed,
 * or Redis was, between the effect and the report), or it failed (its effect's answer was lost) and
 * was tried again. So there may not be more of the former than of the latter.
 */
#include <hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "clock.h"
#include "names.h"
#include "redis_server.h"
#include "unit.h"

#define WORKERS    20
#define GUARD_S    600
#define LEASE      "400" /* ms */
#define ROOT       "{jobs}"
#define MOST_TRIES "50"

/* Of the workers i % 3 == 0, 1, 2. */
static const char *const concurrency[] = {"1", "2", "8"};

struct run {
    struct redis_server server;
    redisContext *redis;
    const char *engine;
    unsigned short random[3];
    long jobs;
    int started; /* workers, ever */
    long killed;
    struct process *workers[WORKERS], *reapers[2];
    char names[WORKERS][32]; /* of the workers */
};

static long from_environment(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtol(text, NULL, 10) : otherwise;
}

static int chance(struct run *run, int below)
{
    return (int)(nrand48(run->random) % below);
}

/* ---- Asking Redis -------------------------------------------------------------------------- */

static void connect_again(struct run *run)
{
    redisFree(run->redis);
    run->redis = redisConnectUnix(run->server.socket);
    assert_non_null(run->redis);
    assert_int_equal(run->redis->err, 0);
}

/* A number; nil is 0. */
static long ask(struct run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    redisReply *reply = redisvCommand(run->redis, format, arguments);
    va_end(arguments);
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        fail_msg("%s: %s", format, reply ? reply->str : run->redis->errstr);
    long number = reply->type == REDIS_REPLY_STRING ? atol(reply->str) : (long)reply->integer;
    freeReplyObject(reply);
    return number;
}

static long counted(struct run *run, const char *what)
{
    return ask(run, "HGET " ROOT ":counts %s", what);
}

/* How many runs there were in all, and of how many jobs. */
static long count_runs(struct run *run, long *jobs)
{
    long runs = 0;
    redisReply *reply = redisCommand(run->redis, "HVALS " ROOT ":runs");
    assert_non_null(reply);
    *jobs = (long)reply->elements;
    for (size_t i = 0; i < reply->elements; i++)
        runs += atol(reply->element[i]->str);
    freeReplyObject(reply);
    return runs;
}

/* Waits until so many jobs have ended, which workers that live must bring about. */
static void wait_for_ended(struct run *run, long ended)
{
    while (counted(run, "done") + counted(run, "buried") < ended)
        usleep(2000);
}

/* ---- Starting and killing ------------------------------------------------------------------ */

static void start_worker(struct run *run, int i)
{
    char *name = run->names[i];
    snprintf(name, sizeof run->names[i], "group-%d-worker-%d", i % 3, run->started++);
    const char *argv[] = {
        program_path("08-producer-consumer/worker"),
        "--redis",
        run->server.url,
        "--engine",
        run->engine,
        "--name",
        name,
        "--concurrency",
        concurrency[i % 3],
        "--lease",
        LEASE,
        "--tries",
        MOST_TRIES,
        "--retry",
        "50",
        "--quiet",
        NULL,
    };
    run->workers[i] = process_start_argv(argv, NULL);
}

static void kill_worker(struct run *run, int i)
{
    process_signal(run->workers[i], SIGKILL);
    process_wait(run->workers[i]);
    process_free(run->workers[i]);
    start_worker(run, i);
    run->killed++;
}

/* One worker, or, one time in ten, a whole group. */
static void kill_somebody(struct run *run)
{
    int victim = chance(run, WORKERS);
    bool whole_group = chance(run, 10) == 0;
    for (int i = 0; i < WORKERS; i++)
        if (i == victim || (whole_group && i % 3 == victim % 3))
            kill_worker(run, i);
}

static void start_reaper(struct run *run, int i)
{
    run->reapers[i] =
        process_start(program_path("08-producer-consumer/reaper"), "--redis", run->server.url,
                      "--engine", run->engine, "--lease", LEASE, "--every", "20", NULL);
}

static void restart_redis(struct run *run)
{
    redis_server_kill(&run->server, SIGKILL);
    redis_server_start_again(&run->server);
    connect_again(run);
}

static void enqueue(struct run *run)
{
    char count[24];
    snprintf(count, sizeof count, "%ld", run->jobs);
    struct process *process = process_start(program_path("08-producer-consumer/enqueue"), "--redis",
                                            run->server.url, "--engine", run->engine, "--count",
                                            count, "--id", "job", "count", "{\"ms\": 3}", NULL);
    if (process_wait(process) != 0)
        fail_msg("enqueue: %s", process_stderr(process));
    process_free(process);
}

/* ---- The test ------------------------------------------------------------------------------ */

/* Kills now and then, as the seed says, counted in jobs that have ended; Redis at the half. */
static void kill_until_the_end(struct run *run)
{
    int kills = (int)(run->jobs / 40);
    bool redis_was_killed = false;
    for (int i = 1; i <= kills; i++) {
        long step = run->jobs / (kills + 1);
        wait_for_ended(run, step * i + chance(run, (int)(step / 2) + 1));
        kill_somebody(run);
        if (i >= kills / 2 && !redis_was_killed) {
            restart_redis(run);
            redis_was_killed = true;
        }
    }
    wait_for_ended(run, run->jobs);
}

/* One that has only just been started might not know yet what to do with a signal. */
static void wait_until_heard_of(struct run *run, const char *worker)
{
    while (ask(run, "ZSCORE " ROOT ":workers %s", worker) == 0)
        usleep(2000);
}

static void stop_all(struct run *run)
{
    for (int i = 0; i < WORKERS; i++)
        wait_until_heard_of(run, run->names[i]);
    for (int i = 0; i < WORKERS; i++)
        process_signal(run->workers[i], SIGTERM);
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(process_wait(run->workers[i]), 0);
        process_free(run->workers[i]);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(process_stop(run->reapers[i]), 128 + SIGINT);
        process_free(run->reapers[i]);
    }
}

static void check_books(struct run *run)
{
    long jobs_run, runs = count_runs(run, &jobs_run);
    long done = counted(run, "done"), dead = counted(run, "buried");
    long again = counted(run, "put_back") + counted(run, "retried");
    long results = ask(run, "EVAL %s 0", "return #redis.call('KEYS', '" ROOT ":result:*')");
    printf("%s: %ld jobs, %ld workers killed, Redis once: done %ld, dead %ld, runs %ld; "
           "%ld ran again, explained by %ld put back and %ld failed runs; reported late %ld\n",
           run->engine, run->jobs, run->killed, done, dead, runs, runs - jobs_run,
           counted(run, "put_back"), counted(run, "retried"), counted(run, "late"));
    assert_int_equal(counted(run, "put"), run->jobs);
    assert_int_equal(done + dead, run->jobs);
    assert_int_equal(results, done);
    assert_int_equal(ask(run, "LLEN " ROOT ":dead"), dead);
    assert_true(jobs_run >= done); /* none was acknowledged without having run */
    assert_true(runs - jobs_run <= again);
    assert_int_equal(ask(run, "EVAL %s 0", "return #redis.call('KEYS', '" ROOT ":job:*')"), dead);
    assert_int_equal(ask(run, "ZCARD " ROOT ":delayed"), 0);
}

static void kill_test(const char *engine)
{
    unsigned seed = (unsigned)from_environment("KILL_SEED", 1);
    struct run run = {
        .server = {.is_kept = true},
        .engine = engine,
        .random = {0x330E, (unsigned short)seed, (unsigned short)(seed >> 16)},
        .jobs = from_environment("KILL_JOBS", 400),
    };
    redis_server_start(&run.server);
    if (!run.server.process)
        skip();
    alarm(GUARD_S);
    connect_again(&run);
    for (int i = 0; i < 2; i++)
        start_reaper(&run, i);
    for (int i = 0; i < WORKERS; i++)
        start_worker(&run, i);
    enqueue(&run);
    kill_until_the_end(&run);
    stop_all(&run);
    check_books(&run);
    redisFree(run.redis);
    redis_server_stop(&run.server);
    alarm(0);
}

static void with_lists(void **state)
{
    (void)state;
    kill_test("list");
}

static void with_a_stream(void **state)
{
    (void)state;
    kill_test("stream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(with_lists, process_teardown),
        cmocka_unit_test_teardown(with_a_stream, process_teardown),
    };
    return cmocka_run_group_tests_name("workers and Redis are killed", tests, NULL, NULL);
}
