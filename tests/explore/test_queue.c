/* test_queue.c - whatever comes when, an item that was put is taken once, or is still there, and
 * nobody sleeps beside it. */
#include <errno.h>
#include <stdlib.h>

#include "backend_explore.h"
#include "clock.h"
#include "explored.h"
#include "gather.h"
#include "queue.h"
#include "timeout.h"

static struct queue queue;
static int put, taken, last_taken;

static void new_queue(int maxsize)
{
    put = taken = last_taken = 0;
    if (queue_init(&queue, co_loop(), maxsize) < 0)
        abort();
}

static void note_taken(void *item)
{
    taken++;
    expect((intptr_t)item > last_taken, "%d after %d", (int)(intptr_t)item, last_taken);
    last_taken = (int)(intptr_t)item;
}

/* Comes at once or a pass later. */
static int get_one(void *arg)
{
    (void)arg;
    void *item;
    int rc = pass_by(explore_choose(2));
    rc = rc < 0 ? rc : queue_get(&queue, &item);
    if (rc == 0)
        note_taken(item);
    return rc;
}

/* The numbers grow in the order in which they go in. */
static int put_one(void *arg)
{
    int rc = pass_by(explore_choose(2));
    rc = rc < 0 ? rc : queue_put(&queue, arg);
    put += rc == 0;
    return rc;
}

static void on_put(void *arg)
{
    (void)arg;
    put++;
    expect(queue_try_put(&queue, (void *)(intptr_t)put) == 0, "no room for %d", put);
}

static void check_items(void)
{
    expect(taken + queue_size(&queue) == put, "%d put, %d taken, %d still there", put, taken,
           queue_size(&queue));
}

/* ---- Cancelled from outside ----------------------------------------------------------------- */

/* As with permits: two of the three are cancelled, and who is not needed any more, too. */
static int getters_and_items(int items)
{
    struct task *tasks[3];
    new_queue(0);
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(get_one, NULL, "a getter");
    for (int i = 0; i < items; i++)
        call_from_outside(on_put, NULL, "put");
    cancel_from_outside(tasks[0], "cancel 1");
    cancel_from_outside(tasks[1], "cancel 2");
    for (int i = 0; i < 3; i++) {
        if (taken == items)
            task_cancel(tasks[i]);
        int rc = end_of(tasks[i]);
        expect(rc == 0 || rc == -ECANCELED, "getter %d: %d", i + 1, rc);
    }
    check_items();
    let_go(tasks, 3);
    queue_fini(&queue);
    return 0;
}

static int one_item_for_three(void *arg)
{
    (void)arg;
    return getters_and_items(1);
}

static int two_items_for_three(void *arg)
{
    (void)arg;
    return getters_and_items(2);
}

/* One that comes while nothing is there comes again later. */
static void on_get(void *arg)
{
    void *item;
    if (queue_try_get(&queue, &item) == 0)
        taken++;
    else
        explore_from_outside(queue.loop, on_get, arg, "get");
}

/* The queue is full. Room is made from outside, twice; two of the three who put are cancelled. */
static int room_for_two_of_three(void *arg)
{
    (void)arg;
    struct task *tasks[3];
    new_queue(1);
    on_put(NULL);
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn_number(put_one, i + 2, "a putter");
    call_from_outside(on_get, NULL, "get");
    call_from_outside(on_get, NULL, "get");
    cancel_from_outside(tasks[0], "cancel 1");
    cancel_from_outside(tasks[1], "cancel 2");
    for (int i = 0; i < 3; i++) {
        if (put == 3)
            task_cancel(tasks[i]);
        int rc = end_of(tasks[i]);
        expect(rc == 0 || rc == -ECANCELED, "putter %d: %d", i + 1, rc);
        expect(queue_size(&queue) <= 1, "%d in a queue for 1", queue_size(&queue));
    }
    check_items();
    let_go(tasks, 3);
    queue_fini(&queue);
    return 0;
}

/* ---- The end of a queue --------------------------------------------------------------------- */

static int work_until_the_end(void *arg)
{
    (void)arg;
    void *item;
    int rc;
    while ((rc = queue_get(&queue, &item)) == 0) {
        taken++;
        rc = pass_by(explore_choose(2));
        expect(queue_task_done(&queue) == 0, "done too often");
        if (rc < 0)
            return rc;
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static void on_shutdown(void *arg)
{
    (void)arg;
    queue_shutdown(&queue, false);
}

/* The shutdown comes at any time; who was told of it has taken what was there. */
static int a_shutdown_loses_nothing(void *arg)
{
    (void)arg;
    struct task *workers[2];
    new_queue(0);
    for (int i = 0; i < 2; i++)
        workers[i] = spawn(work_until_the_end, NULL, "a worker");
    on_put(NULL);
    on_put(NULL);
    call_from_outside(on_shutdown, NULL, "shutdown");
    cancel_from_outside(workers[0], "cancel 1");
    expect(end_of(workers[1]) == 0, "worker 2 has failed");
    int rc = end_of(workers[0]);
    expect(rc == 0 || rc == -ECANCELED, "worker 1: %d", rc);
    rc = queue_join(&queue);
    expect(rc == 0 && taken == 2, "join %d, %d taken", rc, taken);
    let_go(workers, 2);
    queue_fini(&queue);
    return 0;
}

/* ---- With a time limit ---------------------------------------------------------------------- */

static int get_in_time(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, NS_PER_MS);
    return timeout_end(&scope, get_one(NULL));
}

/* The limit inside of the task: what it has taken it still knows when the time is over. */
static int a_scope_loses_no_item(void *arg)
{
    (void)arg;
    new_queue(0);
    struct task *getter = spawn(get_in_time, NULL, "a getter");
    call_from_outside(on_put, NULL, "put");
    int rc = end_of(getter);
    expect(rc == 0 || rc == -ETIMEDOUT, "%d", rc);
    expect(taken == (rc == 0), "%d taken, and the result is %d", taken, rc);
    check_items();
    let_go(&getter, 1);
    queue_fini(&queue);
    return 0;
}

/* The limit around the task, by wait_for: the task has taken its item and ended, the time is over,
 * and only then does the waiter run. Its cancel beats the completion: -ETIMEDOUT, and the item is
 * gone. asyncio's wait_for is so, too (CPython 3.12 and later). */
static int wait_for_may_lose_an_item(void *arg)
{
    (void)arg;
    new_queue(0);
    struct task *getter = spawn(get_one, NULL, "a getter");
    call_from_outside(on_put, NULL, "put");
    int rc = wait_for(getter, NS_PER_MS);
    expect(rc == 0 || rc == -ETIMEDOUT, "%d", rc);
    expect(taken == (rc == 0), "%d taken, and the result is %d", taken, rc);
    check_items();
    let_go(NULL, 0);
    queue_fini(&queue);
    return 0;
}

/* ---- Many ----------------------------------------------------------------------------------- */

static int eight_getters_and_putters(void *arg)
{
    (void)arg;
    struct task *tasks[16];
    new_queue(2);
    for (int i = 0; i < 8; i++) {
        tasks[2 * i] = spawn(get_one, NULL, "a getter");
        tasks[2 * i + 1] = spawn(work_until_the_end, NULL, "a worker");
        cancel_from_outside(tasks[2 * i], "cancel a getter");
    }
    last_taken = -1000; /* workers take some, so only the count is looked at */
    for (int i = 0; i < 24; i++) {
        int rc = queue_put(&queue, (void *)(intptr_t)(i + 1));
        expect(rc == 0, "put %d: %d", i, rc);
        put++;
        if (explore_choose(2) && pass_by(1) < 0)
            return -EIO;
    }
    queue_shutdown(&queue, false);
    for (int i = 0; i < 16; i++) {
        int rc = end_of(tasks[i]);
        expect(rc == 0 || (i % 2 == 0 && (rc == -ECANCELED || rc == -ESHUTDOWN)), "%d: %d", i, rc);
    }
    check_items();
    expect(queue_size(&queue) == 0, "%d are left", queue_size(&queue));
    let_go(tasks, 16);
    queue_fini(&queue);
    return 0;
}

static const struct explored tests[] = {
    {.name = "one item for three", .play = one_item_for_three},
    {.name = "two items for three", .play = two_items_for_three},
    {.name = "room for two of three", .play = room_for_two_of_three},
    {.name = "a shutdown loses nothing", .play = a_shutdown_loses_nothing},
    {.name = "a scope loses no item", .play = a_scope_loses_no_item},
    {.name = "wait_for may lose an item",
     .play = wait_for_may_lose_an_item,
     .plain_only = "1 taken, and the result is -110"},
    {.name = "eight getters and workers", .play = eight_getters_and_putters, .seeds = 300},
};

int main(int argc, char **argv)
{
    return explored_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
