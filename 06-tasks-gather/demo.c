/* demo.c - five delays at once, by gather: results in the order of the arguments.
 *
 *     build/06-tasks-gather/demo                    against the /aio server on port 3000
 *     build/06-tasks-gather/demo 3 1 2
 *     build/06-tasks-gather/demo --timeout 6        and two of the five are ended early
 *
 * Watch the answers below the picture: the bars end in any order, the answers stand in the order of
 * asking. And watch what is gone since chapter 05: nobody counts who is left, nobody stops the
 * loop.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend.h"
#include "check.h"
#include "demo.h"
#include "fetch_delay.h"
#include "gather.h"
#include "net.h"
#include "options.h"
#include "timeout.h"

#define MAX_TIMEOUT 3600 /* units */

struct work {
    struct demo *demo;
    struct fetcher *fetcher;
    int64_t timeout_ns; /* of each fetch; < 0: none */
    struct job *jobs;
    struct task **tasks; /* one for each job */
    int *results;
};

struct job {
    struct work *work;
    int index;
};

static error_t parse_timeout(int key, char *text, struct argp_state *state)
{
    int *units = state->input;
    if (key != 't')
        return ARGP_ERR_UNKNOWN;
    *units = (int)option_number(state, "--timeout", text, 0, MAX_TIMEOUT);
    return 0;
}

static const struct argp_option option_list[] = {
    {"timeout", 't', "UNITS", 0, "So long may a fetch take (default: 0, as long as it likes)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_timeout};

/* A task: its result is the delay that the server said, in units. */
static int fetch_one(void *arg)
{
    struct job *job = arg;
    struct work *work = job->work;
    struct timeout_scope scope;
    timeout_begin(&scope, work->timeout_ns);
    int rc = fetch_delay(work->demo, work->fetcher, job->index);
    rc = timeout_end(&scope, rc);
    return rc < 0 ? rc : work->demo->delays[job->index];
}

/* How many tasks there are then: fewer than delays when there is no memory for more. */
static int spawn_all(struct work *work)
{
    for (int i = 0; i < work->demo->count; i++) {
        work->jobs[i] = (struct job){work, i};
        work->tasks[i] = task_spawn(co_loop(), fetch_one, &work->jobs[i], "fetch");
        if (!work->tasks[i])
            return i;
    }
    return work->demo->count;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    work->fetcher = fetcher_new(co_loop());
    if (!work->fetcher)
        return -ENOMEM;
    int spawned = spawn_all(work);
    int rc = gather(work->tasks, spawned, work->results, GATHER_RETURN_ERRORS);
    for (int i = 0; i < spawned; i++) /* whatever gather said: nobody may outlive the fetcher */
        work->results[i] = task_join(work->tasks[i]);
    fetcher_free(work->fetcher);
    return rc == 0 && spawned < work->demo->count ? -ENOMEM : rc;
}

static int run(struct work *work)
{
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int rc = task_run(loop, main_task, work, true);
    loop_free(loop);
    coro_trim();
    return rc;
}

static void print_results(const struct work *work)
{
    printf("in the order of asking:");
    for (int i = 0; i < work->demo->count; i++)
        printf(" %d", work->results[i]);
    printf("\n");
}

int main(int argc, char **argv)
{
    int timeout = 0; /* units */
    struct demo demo;
    const struct demo_about about = {
        .chapter = "06-tasks-gather",
        .doc = "Fetches the delays all at once, a task for each, and gathers the results.",
        .title = "gather",
        .own = &own_options,
        .own_input = &timeout,
    };
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    size_t count = (size_t)demo.count;
    struct work work = {.demo = &demo,
                        .timeout_ns = timeout == 0 ? -1 : timeout * demo.unit_ns,
                        .jobs = calloc(count, sizeof(struct job)),
                        .tasks = calloc(count, sizeof(struct task *)),
                        .results = calloc(count, sizeof(int))};
    if (!work.jobs || !work.tasks || !work.results)
        die_error(ENOMEM, "%d fetches are too many", demo.count);
    int rc = run(&work);
    if (rc < 0)
        die_error(rc, "the fetches were not gathered");
    rc = demo_finish(&demo);
    if (demo.format == TIMELINE_TEXT)
        print_results(&work);
    free(work.jobs);
    free(work.tasks);
    free(work.results);
    return rc;
}
