/* scenarios_orders.c - priority and LIFO queues, and the ends of all queues: what queues.py plays
 * on asyncio. */
#include <errno.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "queue.h"
#include "suites.h"

#define MAX_ITEMS 200

struct item {
    int urgency, number; /* only the urgency is compared */
};

/* Where they find it. The scenarios run one after another. */
static struct queue queue;
static struct item items[MAX_ITEMS];

static int compare(const void *a, const void *b)
{
    return ((const struct item *)a)->urgency - ((const struct item *)b)->urgency;
}

static void new_priority_queue(int maxsize)
{
    CHECK_RC(priority_queue_init(&queue, co_loop(), maxsize, compare));
}

static void new_lifo_queue(int maxsize)
{
    CHECK_RC(lifo_queue_init(&queue, co_loop(), maxsize));
}

static struct item *item_of(int urgency, int number)
{
    items[number] = (struct item){urgency, number};
    return &items[number];
}

static const struct item *take(void)
{
    void *item;
    CHECK_RC(queue_try_get(&queue, &item));
    return item;
}

static void p_item(const struct item *item)
{
    p("%d/%d", item->urgency, item->number);
}

/* fill(3, 1, 2) */
#define fill(...)                                                       \
    do {                                                                \
        const int urgencies[] = {__VA_ARGS__};                          \
        for (int i = 0; i < (int)(sizeof urgencies / sizeof(int)); i++) \
            CHECK_RC(queue_try_put(&queue, item_of(urgencies[i], i)));  \
    } while (0)

static void empty(void)
{
    while (!queue_empty(&queue))
        p_item(take());
}

static int end(void)
{
    queue_fini(&queue);
    return 0;
}

int priority_smallest_first(void)
{
    new_priority_queue(0);
    fill(5, 1, 9, 3, 7, 2);
    p_item(take());
    CHECK_RC(queue_try_put(&queue, item_of(0, 6)));
    empty();
    return end();
}

int priority_equal_ones(void)
{
    new_priority_queue(0);
    fill(1, 1, 1, 1, 1, 1, 1);
    empty();
    fill(2, 1, 2, 1, 2, 1);
    empty();
    return end();
}

int priority_many(void)
{
    new_priority_queue(0);
    long random = 1;
    for (int number = 0; number < 120; number++) {
        random = (random * 1103515245 + 12345) % 2147483648;
        if (random / 65536 % 3 == 0 && !queue_empty(&queue))
            p_item(take());
        else
            CHECK_RC(queue_try_put(&queue, item_of((int)(random / 65536 % 5), number)));
    }
    empty();
    return end();
}

static int gets(void *name)
{
    void *item;
    int rc = queue_get(&queue, &item);
    if (rc < 0)
        p("%s %s", (const char *)name, rc_text(rc));
    else
        p("%s %d/%d", (const char *)name, ((struct item *)item)->urgency,
          ((struct item *)item)->number);
    return 0;
}

static int puts_item(void *arg)
{
    const struct item *item = arg;
    int rc = queue_put(&queue, arg);
    if (rc < 0)
        p("put %d/%d %s", item->urgency, item->number, rc_text(rc));
    else
        p("put %d/%d", item->urgency, item->number);
    return 0;
}

static int joins(void *name)
{
    int rc = queue_join(&queue);
    p("%s joined", (const char *)name);
    return rc;
}

static int wait_for_all(struct task *const tasks[], int count)
{
    int rc = wait_tasks(tasks, count, WAIT_ALL_COMPLETED, -1);
    unref_tasks(tasks, count);
    queue_fini(&queue);
    return rc;
}

int priority_getters_in_turn(void)
{
    new_priority_queue(0);
    struct task *t[] = {spawn(gets, (intptr_t) "a"), spawn(gets, (intptr_t) "b"),
                        spawn(gets, (intptr_t) "c")};
    yield_times(1);
    fill(3, 1, 2);
    return wait_for_all(t, 3);
}

int priority_putters_in_turn(void)
{
    new_priority_queue(1);
    fill(5);
    struct task *t[] = {spawn(puts_item, (intptr_t)item_of(9, 9)),
                        spawn(puts_item, (intptr_t)item_of(1, 1))};
    yield_times(1);
    for (int i = 0; i < 3; i++)
        gets("got");
    return wait_for_all(t, 2);
}

int lifo_newest_first(void)
{
    new_lifo_queue(3);
    fill(1, 2, 3);
    p("%s", rc_text(queue_try_put(&queue, item_of(4, 4))));
    p_item(take());
    CHECK_RC(queue_try_put(&queue, item_of(5, 5)));
    empty();
    return end();
}

int lifo_getters_in_turn(void)
{
    new_lifo_queue(0);
    struct task *t[] = {spawn(gets, (intptr_t) "a"), spawn(gets, (intptr_t) "b")};
    yield_times(1);
    fill(1, 2);
    return wait_for_all(t, 2);
}

/* ---- The end ------------------------------------------------------------------------------- */

int shutdown_immediate(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 2));
    fill(1, 2);
    struct task *t[] = {spawn(puts_item, (intptr_t)item_of(3, 3)), spawn(joins, (intptr_t) "a"),
                        spawn(joins, (intptr_t) "b")};
    yield_times(1);
    queue_shutdown(&queue, true);
    p("%d %d", queue_size(&queue), queue.unfinished);
    int rc = wait_tasks(t, 3, WAIT_ALL_COMPLETED, -1);
    unref_tasks(t, 3);
    gets("get");
    queue_fini(&queue);
    return rc;
}

int shutdown_immediate_while_one_works(void)
{
    new_priority_queue(0);
    fill(2, 1);
    struct task *t = spawn(joins, (intptr_t) "a");
    gets("got");
    queue_shutdown(&queue, true);
    sleep_ms(1);
    p("done %d", task_is_done(t));
    CHECK_RC(queue_task_done(&queue));
    return wait_for_all(&t, 1);
}

int shutdown_twice(void)
{
    new_lifo_queue(0);
    fill(1, 2, 3);
    queue_shutdown(&queue, false);
    gets("got");
    queue_shutdown(&queue, true);
    gets("got");
    p("%d", queue.unfinished);
    return end();
}

int shutdown_with_putter_in_turn(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 1));
    fill(1);
    struct task *t = spawn(puts_item, (intptr_t)item_of(2, 2));
    yield_times(1);
    gets("got");
    queue_shutdown(&queue, false);
    int rc = task_join(t);
    p("%d", queue_size(&queue));
    queue_fini(&queue);
    return rc;
}

int shutdown_with_getter_in_turn(void)
{
    CHECK_RC(queue_init(&queue, co_loop(), 0));
    struct task *t[] = {spawn(gets, (intptr_t) "a"), spawn(gets, (intptr_t) "b")};
    yield_times(1);
    fill(1);
    queue_shutdown(&queue, false);
    return wait_for_all(t, 2);
}
