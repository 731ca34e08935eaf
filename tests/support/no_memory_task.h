/* no_memory_task.h - for_every_allocation (no_memory.h) of what is done in the main task of a loop.
 *
 * In this header, since tests/support stands below the tasks.
 */
#ifndef SUPPORT_NO_MEMORY_TASK_H
#define SUPPORT_NO_MEMORY_TASK_H

#include <errno.h>

#include "backend.h"
#include "backend_virtual.h"
#include "no_memory.h"
#include "task.h"

struct task_life {
    const struct loop_backend *backend;
    coro_fn *play; /* its argument is NULL */
};

/* A loop, a task, and the end of both, with the stacks of all coroutines. */
__attribute__((unused)) static int live_in_a_task(void *arg)
{
    const struct task_life *life = arg;
    struct loop *loop = loop_new(life->backend);
    if (!loop)
        return -errno;
    int rc = task_run(loop, life->play, NULL, false);
    loop_free(loop);
    coro_trim();
    return rc;
}

__attribute__((unused)) static int keep_the_watch(void *arg)
{
    (void)arg;
    return 0;
}

/* How many allocations such a life makes. One coroutine is there all the time: with it stays the
 * watch for overflows, which would cope without memory, and say nothing. */
__attribute__((unused)) static int for_every_allocation_in_a_task(
    const struct loop_backend *backend, coro_fn *play, enum no_memory_answer answer)
{
    struct task_life life = {backend, play};
    struct coro *keeper = coro_new(keep_the_watch, NULL, "the keeper");
    int count = keeper ? for_every_allocation(live_in_a_task, &life, answer) : -ENOMEM;
    coro_free(keeper);
    coro_trim();
    return count;
}

#endif
