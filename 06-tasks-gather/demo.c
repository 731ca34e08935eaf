/* demo.c - five delays at once, by gather: results in the order of the arguments.
 *
 *     build/06-tasks-gather/demo                    against the /aio server on port 3000
 *     build/06-tasks-gather/demo 3 1 2
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

struct job {
    struct demo *demo;
    struct fetcher *fetcher;
    int index;
};

static const struct demo_about about = {
    .chapter = "06-tasks-gather",
    .doc = "Fetches the delays all at once, a task for each, and gathers the results.",
    .title = "gather",
};

/* A task: its result is the delay that the server said, in units. */
static int fetch_one(void *arg)
{
    struct job *job = arg;
    int rc = fetch_delay(job->demo, job->fetcher, job->index);
    return rc < 0 ? rc : job->demo->delays[job->index];
}

/* What the main task needs room for: as many as there are delays. */
struct work {
    struct demo *demo;
    struct job *jobs;
    struct task **tasks;
    int *results;
};

static int spawn_all(struct work *work, struct fetcher *fetcher)
{
    for (int i = 0; i < work->demo->count; i++) {
        work->jobs[i] = (struct job){work->demo, fetcher, i};
        work->tasks[i] = task_spawn(co_loop(), fetch_one, &work->jobs[i], "fetch");
        if (!work->tasks[i])
            return i;
    }
    return work->demo->count;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    struct fetcher *fetcher = fetcher_new(co_loop());
    if (!fetcher)
        return -ENOMEM;
    int spawned = spawn_all(work, fetcher);
    int rc = gather(work->tasks, spawned, work->results, GATHER_RETURN_ERRORS);
    for (int i = 0; i < spawned; i++) /* whatever gather said: nobody may outlive the fetcher */
        work->results[i] = task_join(work->tasks[i]);
    fetcher_free(fetcher);
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
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    size_t count = (size_t)demo.count;
    struct work work = {&demo, calloc(count, sizeof(struct job)),
                        calloc(count, sizeof(struct task *)), calloc(count, sizeof(int))};
    if (!work.jobs || !work.tasks || !work.results)
        die_error(ENOMEM, "%d fetches are too many", demo.count);
    int rc = run(&work);
    if (rc < 0)
        die_error(rc, "the fetches were not gathered");
    rc = demo_finish_run(&demo, NULL);
    if (demo.format == TIMELINE_TEXT)
        print_results(&work);
    free(work.jobs);
    free(work.tasks);
    free(work.results);
    return demo_end(&demo) || rc;
}
