/* fetch_all.c - spawn them all, gather them, join them. */
#include "fetch_all.h"

#include <errno.h>
#include <stdlib.h>

#include "backend.h"
#include "gather.h"

struct fetching {
    struct demo *demo;
    coro_fn *fetch_one;
    void *context;
    struct fetcher *fetcher;
    struct fetch_job *jobs; /* one for each delay, as all of these */
    struct task **tasks;
    int *results;
};

/* How many tasks there are then: fewer than delays when there is no memory for more. */
static int spawn_all(struct fetching *all)
{
    for (int i = 0; i < all->demo->count; i++) {
        all->jobs[i] = (struct fetch_job){all->demo, all->fetcher, i, all->context};
        all->tasks[i] = task_spawn(co_loop(), all->fetch_one, &all->jobs[i], "fetch");
        if (!all->tasks[i])
            return i;
    }
    return all->demo->count;
}

/* Whatever gather says, they are joined: nobody may outlive the fetcher. */
static int wait_for_all(struct fetching *all, int count)
{
    int rc = gather(all->tasks, count, all->results, GATHER_RETURN_ERRORS);
    for (int i = 0; i < count; i++) {
        all->results[i] = task_join(all->tasks[i]);
        if (all->results[i] == -ECANCELED)
            rc = -ECANCELED;
    }
    return rc;
}

static int main_task(void *arg)
{
    struct fetching *all = arg;
    all->fetcher = fetcher_new(co_loop());
    if (!all->fetcher)
        return -ENOMEM;
    int spawned = spawn_all(all);
    int rc = wait_for_all(all, spawned);
    fetcher_free(all->fetcher);
    return rc == 0 && spawned < all->demo->count ? -ENOMEM : rc;
}

int run_on_epoll(coro_fn *fn, void *arg)
{
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        return -errno;
    int rc = task_run(loop, fn, arg, true);
    loop_free(loop);
    coro_trim();
    return rc;
}

int fetch_all_run(struct demo *demo, coro_fn *fetch_one, void *context, int results[])
{
    size_t count = (size_t)demo->count;
    struct fetching all = {.demo = demo,
                           .fetch_one = fetch_one,
                           .context = context,
                           .jobs = calloc(count, sizeof(struct fetch_job)),
                           .tasks = calloc(count, sizeof(struct task *)),
                           .results = calloc(count, sizeof(int))};
    int rc = all.jobs && all.tasks && all.results ? run_on_epoll(main_task, &all) : -ENOMEM;
    for (size_t i = 0; i < count && results && all.results; i++)
        results[i] = all.results[i];
    free(all.jobs);
    free(all.tasks);
    free(all.results);
    return rc;
}
