/* queue.c - an array of items, and three waiting lines: who wants to get, to put, to see the end.
 *
 * A put does not hand its item to a waiting getter. It leaves the item in the array and wakes the
 * first getter, which looks again: somebody may have taken the item meanwhile, and then it waits
 * again. So an item is always either in the array or with its getter, and never lost in between.
 * The price is one rule: a getter that is woken and then cancelled has used up a wake-up, and must
 * wake the next in its place. The same holds for putters and room.
 *
 * The source is Queue in Python 3.13's asyncio/queues.py.
 */
#include "queue.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "queue_line.h"
#include "queue_order.h"

/* ---- The items ----------------------------------------------------------------------------- */

/* Moves the items to an array of `capacity`, the first at its beginning. */
static int resize(struct queue *queue, int capacity)
{
    void **items = calloc(capacity, sizeof *items);
    if (!items)
        return -ENOMEM;
    for (int i = 0; i < queue->size; i++)
        items[i] = queue->items[queue_place(queue, i)];
    free(queue->items);
    queue->items = items;
    queue->capacity = capacity;
    queue->begin = 0;
    return 0;
}

static int add(struct queue *queue, void *item)
{
    if (queue->size == queue->capacity) {
        int rc = queue->capacity > INT_MAX / 2 ? -ENOMEM : resize(queue, 2 * queue->capacity);
        if (rc < 0)
            return rc;
    }
    queue->order->add(queue, item);
    return 0;
}

/* ---- The queue ----------------------------------------------------------------------------- */

static int init(struct queue *queue, struct loop *loop, int maxsize,
                const struct queue_order *order, queue_compare_fn *compare)
{
    *queue = (struct queue){
        .loop = loop, .order = order, .compare = compare, .maxsize = maxsize > 0 ? maxsize : 0};
    TAILQ_INIT(&queue->getters);
    TAILQ_INIT(&queue->putters);
    TAILQ_INIT(&queue->joiners);
    return resize(queue, maxsize > 0 ? maxsize : 16);
}

int queue_init(struct queue *queue, struct loop *loop, int maxsize)
{
    return init(queue, loop, maxsize, &queue_oldest_first, NULL);
}

int lifo_queue_init(struct queue *queue, struct loop *loop, int maxsize)
{
    return init(queue, loop, maxsize, &queue_newest_first, NULL);
}

int priority_queue_init(struct queue *queue, struct loop *loop, int maxsize,
                        queue_compare_fn *compare)
{
    return init(queue, loop, maxsize, &queue_smallest_first, compare);
}

void queue_fini(struct queue *queue)
{
    free(queue->items);
    queue->items = NULL;
}

int queue_try_put(struct queue *queue, void *item)
{
    if (queue->shut_down)
        return -ESHUTDOWN;
    if (queue_full(queue))
        return -EAGAIN;
    int rc = add(queue, item);
    if (rc < 0)
        return rc;
    queue->unfinished++;
    queue_line_wake_next(&queue->getters);
    return 0;
}

int queue_put(struct queue *queue, void *item)
{
    while (queue_full(queue) && !queue->shut_down) {
        bool wake_wasted;
        int rc = queue_line_wait(&queue->putters, queue->loop, &wake_wasted);
        if (wake_wasted && !queue_full(queue))
            queue_line_wake_next(&queue->putters);
        if (rc < 0)
            return rc;
    }
    return queue_try_put(queue, item);
}

int queue_try_get(struct queue *queue, void **item)
{
    if (queue_empty(queue))
        return queue->shut_down ? -ESHUTDOWN : -EAGAIN;
    *item = queue->order->take(queue);
    queue_line_wake_next(&queue->putters);
    return 0;
}

int queue_get(struct queue *queue, void **item)
{
    while (queue_empty(queue) && !queue->shut_down) {
        bool wake_wasted;
        int rc = queue_line_wait(&queue->getters, queue->loop, &wake_wasted);
        if (wake_wasted && !queue_empty(queue))
            queue_line_wake_next(&queue->getters);
        if (rc < 0)
            return rc;
    }
    return queue_try_get(queue, item);
}

int queue_task_done(struct queue *queue)
{
    if (queue->unfinished == 0)
        return -EINVAL;
    queue->unfinished--;
    if (queue->unfinished == 0)
        queue_line_wake_all(&queue->joiners);
    return 0;
}

int queue_join(struct queue *queue)
{
    if (queue->unfinished == 0)
        return 0;
    bool wake_wasted; /* a join uses nothing up: the others were woken too */
    return queue_line_wait(&queue->joiners, queue->loop, &wake_wasted);
}

void queue_shutdown(struct queue *queue, bool immediate)
{
    queue->shut_down = true;
    while (immediate && !queue_empty(queue)) {
        queue->order->take(queue);
        /* Somebody may have called queue_task_done without a queue_get. */
        if (queue->unfinished > 0)
            queue->unfinished--;
    }
    if (queue->unfinished == 0)
        queue_line_wake_all(&queue->joiners);
    queue_line_wake_all(&queue->getters);
    queue_line_wake_all(&queue->putters);
}
