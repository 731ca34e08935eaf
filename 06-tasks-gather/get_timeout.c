/* get_timeout.c - one GET, and wait() for so long: is it done, or still pending?
 *
 *     build/06-tasks-gather/get_timeout 3                done in time
 *     build/06-tasks-gather/get_timeout 30               still pending
 *     build/06-tasks-gather/get_timeout --timeout 2 3
 *
 * Watch the second: a timeout of wait() is no error, and it ends nobody. The task is neither done
 * nor cancelled, and the server goes on working for it, until somebody cancels it.
 */
#include <stdio.h>

#include "aio_client.h"
#include "gather.h"

struct work {
    struct aio_client client;
    int timeout; /* units */
    struct fetch_result answer;
};

/* A task: its result is the status. */
static int get(void *arg)
{
    struct work *work = arg;
    int rc = aio_get(&work->client, &work->answer, "/aio?delay=%d", work->client.delays[0]);
    return rc < 0 ? rc : (int)work->answer.status;
}

static const char *yes_or_no(bool yes)
{
    return yes ? "true" : "false";
}

static void say_state(const struct task *task)
{
    printf("the task: done %s, cancelled %s\n", yes_or_no(task_is_done(task)),
           yes_or_no(task_is_cancelled(task)));
}

/* Nobody else will do it: a task that is not wanted any more has to be told so. */
static int end_pending(struct work *work, struct task *task)
{
    struct aio_counters counters;
    int rc = aio_wait_in_flight(&work->client, 1, &counters);
    if (rc < 0)
        return rc;
    printf("the server: in flight %ld\n", counters.in_flight);
    task_cancel(task);
    rc = wait_tasks(&task, 1, WAIT_ALL_COMPLETED, -1);
    if (rc < 0)
        return rc;
    say_state(task);
    rc = aio_wait_in_flight(&work->client, 0, &counters);
    if (rc == 0)
        printf("the server: in flight 0, aborted %ld\n", counters.aborted);
    return rc;
}

static int wait_and_tell(struct work *work, struct task *task)
{
    int64_t begun = loop_time(co_loop());
    int done = wait_tasks(&task, 1, WAIT_ALL_COMPLETED, work->timeout * work->client.unit_ns);
    if (done < 0)
        return done;
    printf("wait: %d done, %d pending after %.1f units\n", done, 1 - done,
           aio_units(&work->client, begun));
    say_state(task);
    if (done == 0)
        return end_pending(work, task);
    if (task_result(task) < 0)
        return task_result(task);
    printf("its result: %d, %s\n", task_result(task), work->answer.body);
    return 0;
}

static int main_task(void *arg)
{
    struct work *work = arg;
    struct task *task = task_spawn(co_loop(), get, work, "get");
    if (!task)
        return -ENOMEM;
    int rc = wait_and_tell(work, task);
    task_cancel(task); /* unless it has ended: when the wait was interrupted, say */
    int ended = task_join(task);
    (void)ended; /* what it came to has been told; but it may not outlive `work` */
    fetch_result_free(&work->answer);
    return rc;
}

int main(int argc, char **argv)
{
    static const int delays[] = {3};
    struct work work = {.timeout = 10};
    const struct aio_client_about about = {
        .doc = "One GET in a task of its own, and a wait with a timeout.",
        .max_count = 1,
        .delays = delays,
        .count = 1,
        .own = &aio_timeout_argp,
        .own_input = &work.timeout,
    };
    aio_client_options(&work.client, argc, argv, &about);
    return aio_client_run(&work.client, main_task, &work);
}
