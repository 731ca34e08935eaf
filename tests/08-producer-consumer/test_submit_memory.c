/* test_submit_memory.c - the door, the inbox and the loop's thread when there is no memory: whoever
 * hands something in is told so, at once or by the result, and nobody waits for ever. */
#include <errno.h>
#include <stdlib.h>

#include "backend.h"
#include "inbox.h"
#include "loop_thread.h"
#include "no_memory_task.h"
#include "queue.h"
#include "unit.h"

static int seven(void *arg)
{
    (void)arg;
    int rc = co_yield();
    return rc < 0 ? rc : 7;
}

/* ---- On one thread ------------------------------------------------------------------------- */

static int submit_and_look(struct submitter *submitter)
{
    struct concurrent_future *future;
    int rc = run_coroutine_threadsafe(submitter, seven, NULL, "seven", &future);
    if (rc < 0)
        return rc;
    while (rc == 0 && !concurrent_future_done(future))
        rc = co_yield();
    bool cancelled = concurrent_future_cancelled(future);
    concurrent_future_free(future);
    return rc < 0 ? rc : cancelled ? -EIO : 0;
}

static int open_and_close(void *arg)
{
    (void)arg;
    struct submitter *submitter = submitter_new(co_loop());
    if (!submitter)
        return -ENOMEM;
    int rc = submit_and_look(submitter);
    int closed = submitter_close(submitter);
    submitter_free(submitter);
    return rc < 0 ? rc : closed;
}

/* A task that could not be made is a result of the future, which this life does not ask for. */
static void a_door(void **state)
{
    (void)state;
    int count = for_every_allocation_in_a_task(&backend_virtual, open_and_close, MAY_COPE);
    assert_in_range(count, 6, 30);
}

static int live_as_an_inbox(void *arg)
{
    (void)arg;
    struct inbox inbox;
    int rc = inbox_init(&inbox, NULL, 5);
    if (rc == 0)
        inbox_fini(&inbox);
    return rc;
}

static void an_inbox(void **state)
{
    (void)state;
    assert_int_equal(for_every_allocation(live_as_an_inbox, NULL, MUST_SAY), 2);
}

static int compare(const void *a, const void *b)
{
    return (int)((intptr_t)a - (intptr_t)b);
}

/* A heap that could not grow is in order all the same. */
static int live_as_a_heap(void *arg)
{
    (void)arg;
    struct queue queue;
    int rc = priority_queue_init(&queue, NULL, 0, compare), count = 0;
    for (intptr_t i = 100; i > 0 && rc == 0; i--) {
        rc = queue_try_put(&queue, (void *)i);
        count += rc == 0;
    }
    for (intptr_t expected = 101 - count; expected <= 100; expected++) {
        void *item;
        assert_int_equal(queue_try_get(&queue, &item), 0);
        assert_int_equal((intptr_t)item, expected);
    }
    queue_fini(&queue);
    return rc;
}

static void a_heap(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation(live_as_a_heap, NULL, MUST_SAY), 2, 10);
}

/* ---- With a thread ------------------------------------------------------------------------- */

static int live_with_a_thread(void *arg)
{
    (void)arg;
    struct loop_thread thread;
    struct concurrent_future *future;
    int rc = loop_thread_start(&thread, &backend_epoll, false);
    if (rc < 0)
        return rc;
    rc = run_coroutine_threadsafe(thread.submitter, seven, NULL, "seven", &future);
    if (rc == 0) {
        rc = concurrent_future_result(future, -1);
        concurrent_future_free(future);
    }
    int stopped = loop_thread_stop(&thread);
    return rc < 0 ? rc : rc != 7 ? -EIO : stopped;
}

/* The watch for overflows of that thread's stacks does without. */
static void a_thread_with_a_loop(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation(live_with_a_thread, NULL, MAY_COPE), 8, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_door),
        cmocka_unit_test(an_inbox),
        cmocka_unit_test(a_heap),
        cmocka_unit_test(a_thread_with_a_loop),
    };
    return cmocka_run_group_tests_name("submit without memory", tests, NULL, NULL);
}
