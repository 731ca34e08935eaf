/* demo.c - five delays by the blocking fetch of chapter 01, which the loop must not wait for.
 *
 *     build/09-threadpool-offload/demo                 against the /aio server on port 3000
 *     build/09-threadpool-offload/demo --loop epoll    the same on chapter 03's own backend
 *     build/09-threadpool-offload/demo --blocking      the problem: no pool, and the loop waits
 *
 * Watch the fifth bar: libuv's pool has four threads, so it begins where the first of the others
 * ends, and the whole takes 12 units. Then the second picture: a pool of five, and 7 units. libuv
 * asks for the size once, when the pool starts; so the program begins again as a new process.
 *
 * This is not the way to fetch from a network: chapter 06 does it with one thread. It is the way to
 * call what blocks and cannot be changed.
 */
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_uv.h"
#include "check.h"
#include "executor.h"
#include "gather.h"
#include "get_delay.h"
#include "net.h"
#include "options.h"

/* ---- Options ------------------------------------------------------------------------------- */

struct own_options {
    const struct loop_backend *backend;
    bool second_run;
    bool blocking;
};

enum { KEY_LOOP = 512, KEY_SECOND_RUN, KEY_BLOCKING };

static const struct argp_option option_list[] = {
    {"loop", KEY_LOOP, "NAME", 0, "The loop's backend: epoll or uv (the default)", 0},
    {"second-run", KEY_SECOND_RUN, NULL, 0, "Only the second run, with five threads in the pool",
     0},
    {"blocking", KEY_BLOCKING, NULL, 0,
     "Only this run: each coroutine calls what blocks itself, and the loop has to wait", 0},
    {0},
};

static struct own_options own = {.backend = &backend_uv};

static error_t parse_option(int key, char *text, struct argp_state *state);

static const struct argp own_argp = {.options = option_list, .parser = parse_option};

static struct demo_about about = {
    .chapter = "09-threadpool-offload",
    .doc = "Fetches the delays by a blocking GET each, run in libuv's pool and awaited: first with "
           "four threads in the pool, then, as a new process, with five. (UV_THREADPOOL_SIZE in "
           "the environment is overridden.)",
    .title = "four threads in the pool",
    .own = &own_argp,
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case KEY_LOOP:
        if (strcmp(text, "epoll") != 0 && strcmp(text, "uv") != 0)
            argp_failure(state, USAGE_ERROR, 0, "--loop \"%s\": expected epoll or uv", text);
        own.backend = strcmp(text, "uv") == 0 ? &backend_uv : &backend_epoll;
        return 0;
    case KEY_SECOND_RUN:
        own.second_run = true;
        about.title = "with five threads";
        return 0;
    case KEY_BLOCKING:
        own.blocking = true;
        about.title = "on the loop itself";
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- The fetches --------------------------------------------------------------------------- */

struct fetch_job {
    struct demo *demo;
    struct executor *executor;
    int index;
};

/* What main_task needs room for: as many as there are delays. */
struct work {
    struct demo *demo;
    struct executor *executor;
    struct fetch_job *jobs;
    struct task **tasks;
};

/* In a thread of the pool: chapter 01's function, as it is. */
static int get_in_thread(void *arg)
{
    struct fetch_job *job = arg;
    return get_delay(job->demo, job->index);
}

/* A task, on the loop: all it does is wait. */
static int offload(void *arg)
{
    struct fetch_job *job = arg;
    return run_in_executor(job->executor, get_in_thread, job, NULL);
}

/* The problem: nothing suspends here, so nobody else runs until it has returned. */
static int block(void *arg)
{
    struct fetch_job *job = arg;
    return get_delay(job->demo, job->index);
}

static int spawn_all(struct work *work)
{
    for (int i = 0; i < work->demo->count; i++) {
        work->jobs[i] = (struct fetch_job){work->demo, work->executor, i};
        work->tasks[i] =
            task_spawn(co_loop(), own.blocking ? block : offload, &work->jobs[i], "fetch");
        if (!work->tasks[i])
            return i;
    }
    return work->demo->count;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    int spawned = spawn_all(work);
    int rc = gather(work->tasks, spawned, NULL, GATHER_RETURN_ERRORS);
    for (int i = 0; i < spawned; i++)
        task_unref(work->tasks[i]); /* they have ended, or task_run will see to it */
    return rc == 0 && spawned < work->demo->count ? -ENOMEM : rc;
}

/* Nothing can stop a thread in the middle but the end of the process: a second signal does that.
 * (A shell starts what is in the background with SIGINT ignored.) */
static void wait_no_longer_than_wanted(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    warnx("interrupted: the threads end what they have begun (a second signal ends it at once)");
}

/* The jobs' memory lives until executor_free has seen the last thread come back. */
static int run(struct work *work)
{
    struct loop *loop = loop_new(own.backend);
    work->executor = loop ? executor_new(loop) : NULL;
    if (!work->executor)
        die_error(errno, "cannot set up the loop");
    int rc = task_run(loop, main_task, work, true);
    if (rc == -ECANCELED)
        wait_no_longer_than_wanted();
    executor_free(work->executor);
    loop_free(loop);
    coro_trim();
    return rc;
}

/* ---- Two processes, one after the other ---------------------------------------------------- */

/* The same command once more, in this process's place. */
static void begin_again(int argc, char **argv)
{
    char **again = calloc((size_t)argc + 2, sizeof again[0]);
    if (!again)
        die_error(errno, "the second run");
    again[0] = argv[0];
    again[1] = "--second-run";
    memcpy(again + 2, argv + 1, (size_t)argc * sizeof argv[0]); /* with the NULL at the end */
    if (fflush(NULL) != 0)
        die_error(errno, "stdout");
    execv("/proc/self/exe", again);
    die_error(errno, "the second run: /proc/self/exe");
}

int main(int argc, char **argv)
{
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    CHECK(setenv("UV_THREADPOOL_SIZE", own.second_run ? "5" : "4", 1));

    size_t count = (size_t)demo.count;
    struct work work = {.demo = &demo,
                        .jobs = calloc(count, sizeof work.jobs[0]),
                        .tasks = calloc(count, sizeof work.tasks[0])};
    if (!work.jobs || !work.tasks)
        die_error(ENOMEM, "%d fetches are too many", demo.count);
    int rc = run(&work);
    if (rc < 0)
        die_error(rc, "the fetches were not gathered");
    free(work.jobs);
    free(work.tasks);

    if (own.second_run || own.blocking) {
        demo_finish_run(&demo, about.title);
        return demo_end(&demo);
    }
    int code = demo_finish(&demo);
    if (code == EXIT_SUCCESS)
        begin_again(argc, argv);
    return code;
}
