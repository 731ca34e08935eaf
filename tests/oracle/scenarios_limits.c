/* scenarios_limits.c - semaphore and queue: what is handed over must not be lost on the way. */
#include <errno.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "queue.h"
#include "semaphore.h"
#include "suites.h"

/* Where one that waits finds what it waits for. The scenarios run one after another. */
static struct semaphore semaphore;
static struct queue queue;

/* The first of two waiters is served, and cancelled before it could run. Then the second must have
 * been served in its place. */
static void cancel_the_first(struct task *t[2])
{
    task_cancel(t[0]);
    yield_times(3);
}

static int wait_for_both(struct task *t[2])
{
    task_cancel(t[1]);
    int rc = wait_tasks(t, 2, WAIT_ALL_COMPLETED, -1);
    unref_tasks(t, 2);
    return rc < 0 ? rc : 0;
}

static int acquires(void *arg)
{
    int n = (intptr_t)arg;
    int rc = semaphore_acquire(&semaphore);
    p(rc == 0 ? "w %d got" : "w %d cancelled", n);
    return rc;
}

int s5(void)
{
    semaphore_init(&semaphore, 0);
    struct task *t[] = {spawn(acquires, 1), spawn(acquires, 2)};
    yield_times(1);
    CHECK_RC(semaphore_release(&semaphore));
    cancel_the_first(t);
    p("b done %d value %d", task_is_done(t[1]), semaphore.value);
    return wait_for_both(t);
}

static int has_a_turn(void *arg)
{
    int rc = semaphore_acquire(&semaphore);
    if (rc < 0)
        return rc;
    p("w %d", (int)(intptr_t)arg);
    rc = co_sleep(0);
    CHECK_RC(semaphore_release(&semaphore));
    return rc;
}

int s6(void)
{
    struct task *t[4];
    semaphore_init(&semaphore, 1);
    CHECK_RC(semaphore_acquire(&semaphore));
    for (int i = 0; i < 3; i++)
        t[i] = spawn(has_a_turn, i);
    yield_times(1);
    CHECK_RC(semaphore_release(&semaphore));
    t[3] = spawn(has_a_turn, 9);
    int rc = gather(t, 4, NULL, 0);
    p("value %d", semaphore.value);
    unref_tasks(t, 4);
    return rc;
}

static int gets(void *arg)
{
    int n = (intptr_t)arg;
    void *item;
    int rc = queue_get(&queue, &item);
    if (rc == 0)
        p("g %d item %d", n, (int)(intptr_t)item);
    else
        p("g %d cancelled", n);
    return rc;
}

int s7(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    struct task *t[] = {spawn(gets, 1), spawn(gets, 2)};
    yield_times(1);
    CHECK_RC(queue_try_put(&queue, (void *)(intptr_t)42));
    cancel_the_first(t);
    p("b done %d size %d", task_is_done(t[1]), queue_size(&queue));
    int rc = wait_for_both(t);
    queue_fini(&queue);
    return rc;
}

static int puts_itself(void *arg)
{
    int rc = queue_put(&queue, arg);
    p(rc == 0 ? "put %d" : "put %d cancelled", (int)(intptr_t)arg);
    return rc;
}

int s8(void)
{
    void *item;
    CHECK_RC(queue_init(&queue, co_loop(), 1));
    CHECK_RC(queue_put(&queue, NULL));
    struct task *t[] = {spawn(puts_itself, 1), spawn(puts_itself, 2)};
    yield_times(1);
    CHECK_RC(queue_try_get(&queue, &item));
    cancel_the_first(t);
    p("b done %d size %d", task_is_done(t[1]), queue_size(&queue));
    int rc = wait_for_both(t);
    queue_fini(&queue);
    return rc;
}
