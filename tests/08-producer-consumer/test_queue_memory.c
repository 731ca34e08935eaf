/* test_queue_memory.c - the queue when there is no memory: nothing is lost, and it goes on later.
 */
#include <errno.h>
#include <stdlib.h>

#include "no_memory_task.h"
#include "queue.h"
#include "unit.h"

#define ITEMS 200 /* more than a ring begins with */

static int put(struct queue *queue, intptr_t item)
{
    return queue_try_put(queue, (void *)item);
}

static void expect(struct queue *queue, intptr_t expected)
{
    void *item;
    assert_int_equal(queue_try_get(queue, &item), 0);
    assert_int_equal((intptr_t)item, expected);
}

/* Puts until there is no room for more: what could be put comes out, in order, and then the queue
 * takes as many again. */
static int live_as_a_queue(void *arg)
{
    struct queue queue;
    int maxsize = *(int *)arg, count = 0, rc = queue_init(&queue, NULL, maxsize);
    while (rc == 0 && count < ITEMS) {
        rc = put(&queue, count);
        count += rc == 0;
    }
    if (count > 0 || rc == 0) {
        assert_int_equal(queue_size(&queue), count);
        assert_int_equal(queue.unfinished, count);
        for (int i = 0; i < count; i++)
            expect(&queue, i);
        assert_true(queue_empty(&queue));
        for (int i = 0; i < count; i++)
            assert_int_equal(put(&queue, i), 0);
    }
    queue_fini(&queue);
    return rc;
}

static void a_queue_without_a_bound(void **state)
{
    (void)state;
    int none = 0;
    assert_in_range(for_every_allocation(live_as_a_queue, &none, MUST_SAY), 2, 20);
}

static void a_bounded_queue_has_all_it_needs(void **state)
{
    (void)state;
    int bound = ITEMS;
    assert_int_equal(for_every_allocation(live_as_a_queue, &bound, MUST_SAY), 1);
}

/* ---- Between tasks ------------------------------------------------------------------------- */

static int produce(void *arg)
{
    struct queue *queue = arg;
    int rc = 0;
    for (intptr_t i = 0; i < ITEMS && rc == 0; i++)
        rc = queue_put(queue, (void *)i);
    queue_shutdown(queue, false);
    return rc;
}

static int consume(void *arg)
{
    void *item;
    int rc;
    while ((rc = queue_get(arg, &item)) == 0)
        queue_task_done(arg);
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int play_both(void *arg)
{
    (void)arg;
    struct queue queue;
    int rc = queue_init(&queue, co_loop(), 3);
    if (rc < 0)
        return rc;
    struct task *consumer = task_spawn(co_loop(), consume, &queue, "the consumer");
    struct task *producer =
        consumer ? task_spawn(co_loop(), produce, &queue, "the producer") : NULL;
    if (!producer) {
        rc = -ENOMEM;
        queue_shutdown(&queue, true);
    } else {
        rc = task_join(producer);
    }
    int end = consumer ? task_join(consumer) : 0;
    queue_fini(&queue);
    return rc < 0 ? rc : end;
}

static void producer_and_consumer(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_both, MUST_SAY), 6, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queue_without_a_bound),
        cmocka_unit_test(a_bounded_queue_has_all_it_needs),
        cmocka_unit_test(producer_and_consumer),
    };
    return cmocka_run_group_tests_name("queue without memory", tests, NULL, NULL);
}
