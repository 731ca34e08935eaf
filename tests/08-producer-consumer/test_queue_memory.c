/* test_queue_memory.c - the queue when there is no memory: nothing is lost, and it goes on later.
 * Nobody waits here, so no loop is needed. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "queue.h"
#include "unit.h"

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool no_memory;
static int allocations;

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return no_memory ? NULL : __real_calloc(count, size);
}

static int set_up(void **state)
{
    (void)state;
    no_memory = false;
    allocations = 0;
    return 0;
}

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

static void no_queue_at_all(void **state)
{
    (void)state;
    struct queue queue;
    no_memory = true;
    assert_int_equal(queue_init(&queue, NULL, 3), -ENOMEM);
    queue_fini(&queue);
}

static void no_room_to_grow(void **state)
{
    (void)state;
    struct queue queue;
    int count = 0;
    assert_int_equal(queue_init(&queue, NULL, 0), 0);
    no_memory = true;
    while (put(&queue, count) == 0)
        count++;
    assert_in_range(count, 1, 1000);
    assert_int_equal(put(&queue, count), -ENOMEM);
    assert_int_equal(queue_size(&queue), count);
    assert_int_equal(queue.unfinished, count);

    no_memory = false;
    assert_int_equal(put(&queue, count), 0);
    for (int i = 0; i <= count; i++)
        expect(&queue, i);
    assert_true(queue_empty(&queue));
    queue_fini(&queue);
}

static void a_bounded_queue_has_all_it_needs(void **state)
{
    (void)state;
    struct queue queue;
    assert_int_equal(queue_init(&queue, NULL, 100), 0);
    no_memory = true;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++)
            assert_int_equal(put(&queue, i), 0);
        assert_int_equal(put(&queue, 100), -EAGAIN);
        for (int i = 0; i < 70; i++)
            expect(&queue, i);
        for (int i = 70; i < 100; i++)
            expect(&queue, i);
    }
    assert_int_equal(allocations, 1);
    queue_fini(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_queue_at_all, set_up),
        cmocka_unit_test_setup(no_room_to_grow, set_up),
        cmocka_unit_test_setup(a_bounded_queue_has_all_it_needs, set_up),
    };
    return cmocka_run_group_tests_name("queue without memory", tests, NULL, NULL);
}
