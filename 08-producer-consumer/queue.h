/* queue.h - a bounded queue between tasks: asyncio's Queue (of pointers).
 *
 * A full queue makes its producers wait, an empty one its consumers: back-pressure. The queue ends
 * in one of two ways: queue_join waits until all that was put has been reported done;
 * queue_shutdown refuses what is put from then on and lets consumers finish:
 *
 *     while ((rc = queue_get(&queue, &item)) == 0) {
 *         ... use item ...
 *         queue_task_done(&queue);
 *     }                                   -ESHUTDOWN: all done; anything else: why not
 *
 * The queue never looks at an item and never owns one. Orders are those of Python 3.13's
 * asyncio/queues.py. Loop's thread only.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>
#include <sys/queue.h>

#include "task.h"

TAILQ_HEAD(queue_waiters, queue_waiter);
struct queue_order;

/* Below 0: `a` is to come before `b`; as for qsort. */
typedef int queue_compare_fn(const void *a, const void *b);

struct queue {
    struct loop *loop;
    const struct queue_order *order; /* which item comes next */
    queue_compare_fn *compare;       /* of a priority queue; else NULL */
    void **items;                    /* a ring; of a priority queue a heap */
    int capacity;                    /* of items */
    int maxsize;                     /* 0: no bound */
    int begin;                       /* where the oldest is, in a ring */
    int size;                        /* items in it */
    int unfinished;                  /* put and not yet reported done */
    bool shut_down;
    struct queue_waiters getters, putters, joiners; /* first come, first served */
};

/* A queue for at most `maxsize` items (<= 0: without a bound). 0 or -ENOMEM. A bounded queue takes
 * all the memory it will ever need here. */
int queue_init(struct queue *queue, struct loop *loop, int maxsize);

/* The same with another order: all other functions serve the three alike. A LIFO queue gives the
 * newest item first, a priority queue the one that compares smallest. Items that compare equal come
 * in no promised order (that of Python's heapq): put a number into the item that counts up, and
 * compare that last. asyncio: LifoQueue, PriorityQueue. */
int lifo_queue_init(struct queue *queue, struct loop *loop, int maxsize);
int priority_queue_init(struct queue *queue, struct loop *loop, int maxsize,
                        queue_compare_fn *compare);

/* Nobody may be waiting. What is still in it is dropped: the items are the caller's. */
void queue_fini(struct queue *queue);

/* Puts an item, waiting for room if need be. 0; -ESHUTDOWN; -ECANCELED, and then it was not put;
 * -ENOMEM, from a queue without a bound only. */
int queue_put(struct queue *queue, void *item) CO_MUST_CHECK;

/* Takes the next item, waiting for one if need be. 0; -ESHUTDOWN: it is shut down and empty;
 * -ECANCELED, and then nothing was taken. *item is written only with 0. */
int queue_get(struct queue *queue, void **item) CO_MUST_CHECK;

/* The same without waiting: -EAGAIN instead. asyncio: put_nowait, get_nowait. */
int queue_try_put(struct queue *queue, void *item) CO_MUST_CHECK;
int queue_try_get(struct queue *queue, void **item) CO_MUST_CHECK;

/* An item that was taken has been dealt with. 0; -EINVAL: more often than was put. */
int queue_task_done(struct queue *queue);

/* Waits until everything that was put has been reported done. 0 or -ECANCELED. */
int queue_join(struct queue *queue) CO_MUST_CHECK;

/* No more puts; who waits to put gets -ESHUTDOWN, who waits to get too once it is empty. With
 * `immediate` what is in it is dropped, too, and counts as done. (To free those items take them
 * with queue_try_get first.) */
void queue_shutdown(struct queue *queue, bool immediate);

static inline int queue_size(const struct queue *queue)
{
    return queue->size;
}

static inline bool queue_empty(const struct queue *queue)
{
    return queue->size == 0;
}

/* Never, without a bound. */
static inline bool queue_full(const struct queue *queue)
{
    return queue->maxsize > 0 && queue->size >= queue->maxsize;
}

#endif
