#include "waiters.h"

struct semaphore semaphore;

int take(void *arg)
{
    int n = (intptr_t)arg;
    int rc = semaphore_acquire(&semaphore);
    if (rc == 0)
        say("got %d", n);
    else
        say("%d %s", n, strerrorname_np(-rc));
    return rc;
}

int take_and_give_back(void *arg)
{
    int rc = take(arg);
    if (rc < 0)
        return rc;
    rc = co_sleep(0);
    int released = semaphore_release(&semaphore);
    return rc < 0 ? rc : released;
}

struct task *spawn_number(coro_fn *fn, int n)
{
    return spawn(fn, (void *)(intptr_t)n);
}

void release_or_say(void)
{
    int rc = semaphore_release(&semaphore);
    if (rc < 0)
        say("release %s", strerrorname_np(-rc));
}

void join_all(struct task *tasks[], int count)
{
    for (int i = 0; i < count; i++) {
        if (task_join(tasks[i]) < 0)
            say("joined an error");
    }
}
