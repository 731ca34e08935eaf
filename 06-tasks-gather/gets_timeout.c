/* gets_timeout.c - five GETs, and wait() for so long: who is done, who is pending, and what becomes
 * of the pending ones.
 *
 *     build/06-tasks-gather/gets_timeout
 *     build/06-tasks-gather/gets_timeout --timeout 4 1 9 2
 *
 * Watch the server's counter: after the timeout the pending ones are still in flight. Awaited
 * later, they finish. Nothing was cancelled, so nothing was lost.
 */
#include <errno.h>
#include <stdio.h>

#include "aio_client.h"
#include "check.h"
#include "gather.h"

#define MAX_GETS 20

struct get {
    struct aio_client *client;
    int delay; /* units */
    struct fetch_result answer;
};

struct work {
    struct aio_client client;
    int timeout; /* units */
    int spawned;
    struct get gets[MAX_GETS];
    struct task *tasks[MAX_GETS];
    int64_t begun;
};

/* A task: its result is the status. */
static int run_get(void *arg)
{
    struct get *get = arg;
    int rc = aio_get(get->client, &get->answer, "/aio?delay=%d", get->delay);
    return rc < 0 ? rc : (int)get->answer.status;
}

static int spawn_all(struct work *work)
{
    for (int i = 0; i < work->client.count; i++) {
        work->gets[i] = (struct get){.client = &work->client, .delay = work->client.delays[i]};
        work->tasks[i] = task_spawn(co_loop(), run_get, &work->gets[i], "get");
        if (!work->tasks[i])
            return -ENOMEM;
        work->spawned++;
    }
    return 0;
}

static void print_get(const struct work *work, int i)
{
    struct task *task = work->tasks[i];
    printf("  %d (delay %d): ", i + 1, work->gets[i].delay);
    if (!task_is_done(task))
        printf("pending, cancelled %s\n", task_is_cancelled(task) ? "true" : "false");
    else if (task_result(task) < 0)
        printf("%s\n", error_text(task_result(task)));
    else
        printf("%d %s\n", task_result(task), work->gets[i].answer.body);
}

/* What wait() said, and all tasks. */
static void print_state(const struct work *work, int done)
{
    printf("after %.1f units: %d done, %d pending\n", aio_units(&work->client, work->begun), done,
           work->spawned - done);
    for (int i = 0; i < work->spawned; i++)
        print_get(work, i);
}

static int wait_twice(struct work *work)
{
    int64_t timeout_ns = work->timeout * work->client.unit_ns;
    int done = wait_tasks(work->tasks, work->spawned, WAIT_ALL_COMPLETED, timeout_ns);
    if (done < 0)
        return done;
    print_state(work, done);
    struct aio_counters counters;
    int rc = aio_counters(&work->client, &counters);
    if (rc < 0)
        return rc;
    printf("the server: in flight %ld, aborted %ld\n", counters.in_flight, counters.aborted);
    if (done == work->spawned)
        return 0;
    done = wait_tasks(work->tasks, work->spawned, WAIT_ALL_COMPLETED, -1);
    if (done >= 0)
        print_state(work, done);
    return done;
}

/* Nobody may outlive `work`. */
static void end_all(struct work *work)
{
    for (int i = 0; i < work->spawned; i++)
        task_cancel(work->tasks[i]);
    for (int i = 0; i < work->spawned; i++) {
        int rc = task_join(work->tasks[i]);
        (void)rc; /* it has been printed, or nobody wants to know */
        fetch_result_free(&work->gets[i].answer);
    }
}

static int main_task(void *arg)
{
    struct work *work = arg;
    work->begun = loop_time(co_loop());
    int rc = spawn_all(work);
    if (rc == 0)
        rc = wait_twice(work);
    end_all(work);
    return rc;
}

int main(int argc, char **argv)
{
    static const int delays[] = {1, 6, 2, 7, 3};
    struct work work = {.timeout = 4};
    const struct aio_client_about about = {
        .doc = "Some GETs and a wait with a timeout, then another one without.",
        .max_count = MAX_GETS,
        .delays = delays,
        .count = sizeof delays / sizeof delays[0],
        .own = &aio_timeout_argp,
        .own_input = &work.timeout,
    };
    aio_client_options(&work.client, argc, argv, &about);
    return aio_client_run(&work.client, main_task, &work);
}
