#include "waiters.h"

struct queue queue;

void new_queue(int maxsize)
{
    if (queue_init(&queue, co_loop(), maxsize) < 0)
        abort();
}

static void say_result(const char *who, int n, const char *did, int rc)
{
    say("%s%d %s", who, n, rc < 0 ? strerrorname_np(-rc) : did);
}

int getter(void *arg)
{
    void *item;
    int rc = queue_get(&queue, &item);
    if (rc == 0)
        say("g%d got %d", (int)(intptr_t)arg, (int)(intptr_t)item);
    else
        say_result("g", (intptr_t)arg, "", rc);
    return rc;
}

int putter(void *arg)
{
    int rc = queue_put(&queue, arg);
    say_result("p", (intptr_t)arg, "put", rc);
    return rc;
}

int joiner(void *arg)
{
    int rc = queue_join(&queue);
    say_result("j", (intptr_t)arg, "joined", rc);
    return rc;
}

struct task *spawn_number(coro_fn *fn, int n)
{
    return spawn(fn, (void *)(intptr_t)n);
}

void try_put(int item)
{
    int rc = queue_try_put(&queue, (void *)(intptr_t)item);
    if (rc < 0)
        say("put %s", strerrorname_np(-rc));
}

void try_get(void)
{
    void *item;
    int rc = queue_try_get(&queue, &item);
    if (rc < 0)
        say("get %s", strerrorname_np(-rc));
    else
        say("%d", (int)(intptr_t)item);
}

void report_done(void)
{
    int rc = queue_task_done(&queue);
    if (rc < 0)
        say("done %s", strerrorname_np(-rc));
}

void unref_all(struct task *tasks[], int count)
{
    for (int i = 0; i < count; i++)
        task_unref(tasks[i]);
}
