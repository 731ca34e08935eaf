/* task_list.c - which tasks there are: those that run, and those that failed and still exist. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "task_internal.h"

TAILQ_HEAD(task_list, task);

/* Of this thread, the oldest first. */
static _Thread_local struct task_list running, failed;
static _Thread_local bool ready;

/* At exit of the process: a task that failed, and whose reference was never given up, has never
 * been freed either. Its loop may be gone, so no handler is asked. Other threads' tasks are not
 * seen. */
static void tell_at_exit(void)
{
    struct task *task;
    TAILQ_FOREACH(task, &failed, link)
    {
        if (!task->future.retrieved)
            fprintf(stderr, "%s: the task's error was never retrieved: %s\n", task->name,
                    error_text(task->future.result));
    }
}

static void make_ready(void)
{
    static _Atomic bool told;
    TAILQ_INIT(&running);
    TAILQ_INIT(&failed);
    ready = true;
    if (!__atomic_test_and_set(&told, __ATOMIC_RELAXED))
        atexit(tell_at_exit);
}

void task_list_add(struct task *task)
{
    if (!ready)
        make_ready();
    TAILQ_INSERT_TAIL(&running, task, link);
}

void task_list_end(struct task *task)
{
    TAILQ_REMOVE(&running, task, link);
    if (future_has_failed(&task->future))
        TAILQ_INSERT_TAIL(&failed, task, link);
}

void task_list_free(struct task *task)
{
    if (future_has_failed(&task->future))
        TAILQ_REMOVE(&failed, task, link);
}

struct task *task_first(const struct loop *loop, const struct task *but)
{
    struct task *task;
    TAILQ_FOREACH(task, &running, link)
    if (task->future.loop == loop && task != but)
        return task;
    return NULL;
}

void task_cancel_all(const struct loop *loop, const struct task *but)
{
    struct task *task;
    TAILQ_FOREACH(task, &running, link)
    if (task->future.loop == loop && task != but)
        task_cancel(task);
}

int task_count(const struct loop *loop)
{
    return all_tasks(loop, NULL, 0);
}

int all_tasks(const struct loop *loop, struct task *tasks[], int size)
{
    int count = 0;
    struct task *task;
    TAILQ_FOREACH(task, &running, link)
    {
        if (loop && task->future.loop != loop)
            continue;
        if (count < size)
            tasks[count] = task;
        count++;
    }
    return count;
}
