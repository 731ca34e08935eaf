/* flight.c - each caller waits for the task, and none of them owns it. */
#include "flight.h"

#include <errno.h>

#include "gather.h"

void flight_init(struct flight *flight, coro_fn *fn, void *arg)
{
    *flight = (struct flight){.fn = fn, .arg = arg};
}

/* wait_tasks, unlike await, does not pass a cancel on: one caller's is no reason to end what the
 * others wait for. 0; -ECANCELED: the caller was cancelled. */
static int wait_for_end(struct task *task)
{
    int rc = wait_tasks(&task, 1, WAIT_ALL_COMPLETED, -1);
    return rc < 0 ? rc : 0;
}

/* Somebody who comes when the last caller has left, and the task has not ended yet. */
static int wait_until_it_is_free(struct flight *flight)
{
    int rc = 0;
    while (rc == 0 && flight->task && flight->callers == 0) {
        struct task *task = flight->task;
        future_ref(&task->future);
        rc = wait_for_end(task);
        task_unref(task);
    }
    return rc;
}

/* The last one who leaves ends a task that still runs: nobody is left who wants it. Cancelled again
 * meanwhile, it waits all the same, since the task uses what is the callers'. */
static void leave(struct flight *flight)
{
    if (--flight->callers > 0)
        return;
    struct task *task = flight->task;
    task_cancel(task);
    int rc = task_join(task);
    (void)rc; /* every caller has had its result */
    flight->task = NULL;
}

int flight_join(struct flight *flight)
{
    int rc = wait_until_it_is_free(flight);
    if (rc < 0)
        return rc;
    if (!flight->task)
        flight->task = task_spawn(co_loop(), flight->fn, flight->arg, "flight");
    if (!flight->task)
        return -ENOMEM;
    flight->callers++;
    rc = wait_for_end(flight->task);
    if (rc == 0)
        rc = task_result(flight->task);
    leave(flight);
    return rc;
}
