/* queue_order.h - which item comes next: inside this folder only.
 *
 * An order works on the queue's items[], capacity, begin and size. asyncio: _put and _get, which
 * its LifoQueue and PriorityQueue override.
 */
#ifndef QUEUE_ORDER_H
#define QUEUE_ORDER_H

#include "queue.h"

struct queue_order {
    void (*add)(struct queue *queue, void *item); /* there is room in items[] */
    void *(*take)(struct queue *queue);           /* there is an item */
};

extern const struct queue_order queue_oldest_first, queue_newest_first, queue_smallest_first;

/* Where the i-th oldest item stands in the ring, or will; 0 <= i <= capacity. */
static inline int queue_place(const struct queue *queue, int i)
{
    int to_the_end = queue->capacity - queue->begin;
    return i < to_the_end ? queue->begin + i : i - to_the_end;
}

#endif
