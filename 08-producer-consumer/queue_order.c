/* queue_order.c - first in, first out; last in, first out; the smallest first.
 *
 * The heap's steps are those of Python's heapq, so that also items that compare equal come in its
 * order. It takes the last item out of the array and lets the hole at the top sink to the bottom,
 * the smaller child rising each time, before the item is put there and rises. That takes fewer
 * comparisons than to sink the item itself, which comes from the bottom and belongs there (Knuth,
 * volume 3, 5.2.3, exercise 18).
 */
#include "queue_order.h"

/* ---- A ring: the oldest or the newest ------------------------------------------------------ */

static void add_last(struct queue *queue, void *item)
{
    queue->items[queue_place(queue, queue->size)] = item;
    queue->size++;
}

static void *take_oldest(struct queue *queue)
{
    void *item = queue->items[queue->begin];
    queue->begin = queue_place(queue, 1);
    queue->size--;
    return item;
}

static void *take_newest(struct queue *queue)
{
    queue->size--;
    return queue->items[queue_place(queue, queue->size)];
}

/* ---- A heap: the smallest ------------------------------------------------------------------ */

static bool is_less(const struct queue *queue, const void *a, const void *b)
{
    return queue->compare(a, b) < 0;
}

/* `item` belongs into the hole, or above it. */
static void rise(struct queue *queue, int hole, void *item)
{
    while (hole > 0) {
        int parent = (hole - 1) / 2;
        if (!is_less(queue, item, queue->items[parent]))
            break;
        queue->items[hole] = queue->items[parent];
        hole = parent;
    }
    queue->items[hole] = item;
}

/* Moves the hole at the top to the bottom, and tells where it is then. */
static int sink_hole(struct queue *queue)
{
    int hole = 0;
    for (int child; (child = 2 * hole + 1) < queue->size; hole = child) {
        int right = child + 1;
        if (right < queue->size && !is_less(queue, queue->items[child], queue->items[right]))
            child = right;
        queue->items[hole] = queue->items[child];
    }
    return hole;
}

static void add_to_heap(struct queue *queue, void *item)
{
    rise(queue, queue->size++, item);
}

static void *take_smallest(struct queue *queue)
{
    void *smallest = queue->items[0], *last = queue->items[--queue->size];
    if (queue->size > 0)
        rise(queue, sink_hole(queue), last);
    return smallest;
}

/* ---- The orders ---------------------------------------------------------------------------- */

const struct queue_order queue_oldest_first = {.add = add_last, .take = take_oldest};
const struct queue_order queue_newest_first = {.add = add_last, .take = take_newest};
const struct queue_order queue_smallest_first = {.add = add_to_heap, .take = take_smallest};
