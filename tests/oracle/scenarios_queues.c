/* scenarios_queues.c - queues: what limits.py plays on asyncio. An item is a small number. */
#include <errno.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "queue.h"
#include "suites.h"

/* Where they find it. The scenarios run one after another. */
static struct queue queue;

static void *item_of(int n)
{
    return (void *)(intptr_t)n;
}

/* The item, or below 0. */
static int get(void)
{
    void *item;
    int rc = queue_get(&queue, &item);
    return rc < 0 ? rc : (int)(intptr_t)item;
}

static int try_get(void)
{
    void *item;
    int rc = queue_try_get(&queue, &item);
    return rc < 0 ? rc : (int)(intptr_t)item;
}

static int wait_for_both(struct task *a, struct task *b)
{
    struct task *t[] = {a, b};
    int rc = wait_tasks(t, 2, WAIT_ALL_COMPLETED, -1);
    unref_tasks(t, 2);
    return rc;
}

static int produces(void *arg)
{
    (void)arg;
    int rc = 0;
    for (int n = 1; n <= 4 && rc == 0; n++) {
        rc = queue_put(&queue, item_of(n));
        p("put %d", n);
    }
    return rc;
}

static int consumes(void *arg)
{
    (void)arg;
    int rc = 0;
    for (int i = 0; i < 4 && rc == 0; i++) {
        p("got %d", get());
        rc = co_yield();
        CHECK_RC(queue_task_done(&queue));
    }
    return rc;
}

int queue_hand_over(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 1));
    int rc = wait_for_both(spawn(produces, 0), spawn(consumes, 0));
    CHECK_RC(queue_join(&queue));
    p("%d %d %d", queue_size(&queue), queue_empty(&queue), queue_full(&queue));
    queue_fini(&queue);
    return rc;
}

static int gets(void *name)
{
    p("%s %s", (const char *)name, rc_text(get()));
    return 0;
}

int queue_getters_in_turn(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    struct task *t[] = {spawn(gets, (intptr_t) "a"), spawn(gets, (intptr_t) "b"),
                        spawn(gets, (intptr_t) "c")};
    yield_times(1);
    for (int n = 1; n <= 3; n++)
        CHECK_RC(queue_try_put(&queue, item_of(n)));
    p("put");
    int rc = wait_tasks(t, 3, WAIT_ALL_COMPLETED, -1);
    unref_tasks(t, 3);
    queue_fini(&queue);
    return rc;
}

static int gets_or_says(void *name)
{
    int rc = get();
    if (rc < 0)
        p("%s cancelled", (const char *)name);
    else
        p("%s %d", (const char *)name, rc);
    return rc;
}

int bpo_23812_get(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    struct task *a = spawn(gets_or_says, (intptr_t) "a"), *b = spawn(gets_or_says, (intptr_t) "b");
    yield_times(1);
    CHECK_RC(queue_try_put(&queue, item_of(1)));
    task_cancel(a);
    int rc = wait_for_both(a, b);
    p("%d", queue_size(&queue));
    queue_fini(&queue);
    return rc;
}

static int puts_or_says(void *arg)
{
    int n = (intptr_t)arg, rc = queue_put(&queue, item_of(n));
    if (rc < 0)
        p("%d cancelled", n);
    else
        p("put %d", n);
    return rc;
}

int bpo_23812_put(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 1));
    CHECK_RC(queue_try_put(&queue, item_of(1)));
    struct task *a = spawn(puts_or_says, 2), *b = spawn(puts_or_says, 3);
    yield_times(1);
    p("%d", try_get());
    task_cancel(a);
    int rc = wait_for_both(a, b), last = try_get();
    p("%d %d", last, queue_size(&queue));
    queue_fini(&queue);
    return rc;
}

static int joins(void *arg)
{
    (void)arg;
    int rc = queue_join(&queue);
    p("joined");
    return rc;
}

int queue_join_waits(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    for (int n = 1; n <= 2; n++)
        CHECK_RC(queue_try_put(&queue, item_of(n)));
    struct task *t = spawn(joins, 0);
    yield_times(1);
    CHECK_RC(try_get());
    CHECK_RC(try_get());
    CHECK_RC(queue_task_done(&queue));
    sleep_ms(1);
    p("one is left %d", task_is_done(t));
    CHECK_RC(queue_task_done(&queue));
    int rc = task_join(t);
    p("%s", rc_text(queue_task_done(&queue)));
    queue_fini(&queue);
    return rc;
}

int queue_not_now(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 1));
    p("%s", rc_text(try_get()));
    CHECK_RC(queue_try_put(&queue, item_of(1)));
    p("%s", rc_text(queue_try_put(&queue, item_of(2))));
    p("%s", rc_text(try_get()));
    queue_fini(&queue);
    return 0;
}

static int puts_two(void *arg)
{
    (void)arg;
    p("put %s", rc_text(queue_put(&queue, item_of(2))));
    return 0;
}

int queue_shut_down(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 1));
    CHECK_RC(queue_try_put(&queue, item_of(1)));
    struct task *t = spawn(puts_two, 0);
    yield_times(1);
    queue_shutdown(&queue, false);
    gets("get");
    gets("get");
    p("put %s", rc_text(queue_put(&queue, item_of(3))));
    int rc = task_join(t);
    queue_fini(&queue);
    return rc;
}

int queue_shut_down_waiting(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    struct task *a = spawn(gets, (intptr_t) "a"), *b = spawn(gets, (intptr_t) "b");
    yield_times(1);
    queue_shutdown(&queue, false);
    p("shut down");
    int rc = wait_for_both(a, b);
    queue_fini(&queue);
    return rc;
}
