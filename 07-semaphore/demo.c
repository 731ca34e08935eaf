/* demo.c - five tasks at once, but only two permits to fetch.
 *
 *     build/07-semaphore/demo                       against the /aio server on port 3000
 *     build/07-semaphore/demo --limit 3
 *     build/07-semaphore/demo --limit 1 3 1 2
 *
 * Watch the server's max in flight: it is the limit, whatever the number of delays. And watch who
 * comes next: a bar begins where another ends, in the order of asking.
 */
#include <errno.h>
#include <stdlib.h>

#include "backend.h"
#include "check.h"
#include "demo.h"
#include "fetch_delay.h"
#include "gather.h"
#include "net.h"
#include "options.h"
#include "semaphore.h"

struct work {
    struct demo *demo;
    struct fetcher *fetcher;
    struct semaphore limit;
    struct job *jobs;
    struct task **tasks; /* one for each job */
};

struct job {
    struct work *work;
    int index;
};

static error_t parse_limit(int key, char *text, struct argp_state *state)
{
    int *limit = state->input;
    if (key != 'l')
        return ARGP_ERR_UNKNOWN;
    *limit = (int)option_number(state, "--limit", text, 1, DEMO_MAX_FETCHES);
    return 0;
}

static const struct argp_option option_list[] = {
    {"limit", 'l', "N", 0, "So many requests at a time (default: 2)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_limit};

/* A task. However the fetch ends, the permit goes back. */
static int fetch_within_limit(void *arg)
{
    struct job *job = arg;
    struct work *work = job->work;
    int rc = semaphore_acquire(&work->limit);
    if (rc < 0)
        return rc;
    rc = fetch_delay(work->demo, work->fetcher, job->index);
    int released = semaphore_release(&work->limit);
    return rc < 0 ? rc : released;
}

static int spawn_all(struct work *work)
{
    for (int i = 0; i < work->demo->count; i++) {
        work->jobs[i] = (struct job){work, i};
        work->tasks[i] = task_spawn(co_loop(), fetch_within_limit, &work->jobs[i], "fetch");
        if (!work->tasks[i])
            return i;
    }
    return work->demo->count;
}

/* Until all have ended, also when gather has not the memory for it: nobody may outlive the fetcher.
 * How each fetch went stands in the demo, which will tell. */
static int wait_for_all(struct work *work, int count)
{
    int rc = gather(work->tasks, count, NULL, GATHER_RETURN_ERRORS);
    for (int i = 0; i < count; i++) {
        if (task_join(work->tasks[i]) == -ECANCELED)
            rc = -ECANCELED;
    }
    return rc;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    work->fetcher = fetcher_new(co_loop());
    if (!work->fetcher)
        return -ENOMEM;
    int spawned = spawn_all(work);
    int rc = wait_for_all(work, spawned);
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

int main(int argc, char **argv)
{
    int limit = 2;
    struct demo demo;
    const struct demo_about about = {
        .chapter = "07-semaphore",
        .doc = "Fetches the delays with a task for each, and a semaphore that lets only two of "
               "them fetch at a time.",
        .title = "tasks with a semaphore",
        .own = &own_options,
        .own_input = &limit,
    };
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    struct work work = {.demo = &demo,
                        .jobs = calloc((size_t)demo.count, sizeof(struct job)),
                        .tasks = calloc((size_t)demo.count, sizeof(struct task *))};
    if (!work.jobs || !work.tasks)
        die_error(ENOMEM, "%d fetches are too many", demo.count);
    semaphore_init_bounded(&work.limit, limit);
    int rc = run(&work);
    free(work.jobs);
    free(work.tasks);
    if (rc < 0)
        die_error(rc, "the fetches did not all end");
    return demo_finish(&demo);
}
