/* queue.c - a ring of items, and three waiting lines: who wants to get, to put, to see the end.
 *
 * A put does not hand its item to a waiting getter. It leaves the item in the ring and wakes the
 * first getter, which looks again: somebody may have taken the item meanwhile, and then it waits
 * again. So an item is always either in the ring or with its getter, and never lost in between.
 * The price is one rule: a getter that is woken and then cancelled has used up a wake-up, and must
 * wake the next in its place. The same holds for putters and room.
 *
 * The source is Queue in Python 3.13's asyncio/queues.py.
 */
#include "queue.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* One that waits. It lies on the waiting coroutine's stack. */
struct queue_waiter {
    struct future woken;
    bool in_line; /* still among those to be woken */
    TAILQ_ENTRY(queue_waiter) place;
};

/* ---- The lines ----------------------------------------------------------------------------- */

static void leave(struct queue_waiters *line, struct queue_waiter *waiter)
{
    if (waiter->in_line)
        TAILQ_REMOVE(line, waiter, place);
    waiter->in_line = false;
}

/* Wakes the first that still waits (one that was cancelled does not). False: nobody does. */
static bool wake_next(struct queue_waiters *line)
{
    struct queue_waiter *waiter;
    while ((waiter = TAILQ_FIRST(line)) != NULL) {
        leave(line, waiter);
        if (future_set_result(&waiter->woken, 0) == 0)
            return true;
    }
    return false;
}

static void wake_all(struct queue_waiters *line)
{
    while (wake_next(line))
        ;
}

/* Waits in line until woken: 0. Or -ECANCELED; *wake_wasted tells whether it had been woken. */
static int wait_in(struct queue_waiters *line, struct loop *loop, bool *wake_wasted)
{
    struct queue_waiter self = {.in_line = true};
    future_init(&self.woken, loop);
    self.woken.what = "a queue";
    TAILQ_INSERT_TAIL(line, &self, place);
    int rc = await(&self.woken);
    leave(line, &self);
    *wake_wasted = rc < 0 && future_is_done(&self.woken) && !future_is_cancelled(&self.woken);
    return rc;
}

/* ---- The ring ------------------------------------------------------------------------------ */

/* Where the i-th oldest item stands, or will. */
static int place_in_ring(const struct queue *queue, int i)
{
    return (int)(((int64_t)queue->begin + i) % queue->capacity);
}

/* Moves the items to a ring of `capacity`, the oldest at its beginning. */
static int resize(struct queue *queue, int capacity)
{
    void **items = calloc(capacity, sizeof *items);
    if (!items)
        return -ENOMEM;
    for (int i = 0; i < queue->size; i++)
        items[i] = queue->items[place_in_ring(queue, i)];
    free(queue->items);
    queue->items = items;
    queue->capacity = capacity;
    queue->begin = 0;
    return 0;
}

static int append(struct queue *queue, void *item)
{
    if (queue->size == queue->capacity) {
        int rc = queue->capacity > INT_MAX / 2 ? -ENOMEM : resize(queue, 2 * queue->capacity);
        if (rc < 0)
            return rc;
    }
    queue->items[place_in_ring(queue, queue->size)] = item;
    queue->size++;
    return 0;
}

static void *take_oldest(struct queue *queue)
{
    void *item = queue->items[queue->begin];
    queue->begin = place_in_ring(queue, 1);
    queue->size--;
    return item;
}

/* ---- The queue ----------------------------------------------------------------------------- */

int queue_init(struct queue *queue, struct loop *loop, int maxsize)
{
    *queue = (struct queue){.loop = loop, .maxsize = maxsize > 0 ? maxsize : 0};
    TAILQ_INIT(&queue->getters);
    TAILQ_INIT(&queue->putters);
    TAILQ_INIT(&queue->joiners);
    return resize(queue, maxsize > 0 ? maxsize : 16);
}

void queue_fini(struct queue *queue)
{
    free(queue->items);
    queue->items = NULL;
}

int queue_size(const struct queue *queue)
{
    return queue->size;
}

bool queue_empty(const struct queue *queue)
{
    return queue->size == 0;
}

bool queue_full(const struct queue *queue)
{
    return queue->maxsize > 0 && queue->size >= queue->maxsize;
}

int queue_try_put(struct queue *queue, void *item)
{
    if (queue->shut_down)
        return -ESHUTDOWN;
    if (queue_full(queue))
        return -EAGAIN;
    int rc = append(queue, item);
    if (rc < 0)
        return rc;
    queue->unfinished++;
    wake_next(&queue->getters);
    return 0;
}

int queue_put(struct queue *queue, void *item)
{
    while (queue_full(queue) && !queue->shut_down) {
        bool wake_wasted;
        int rc = wait_in(&queue->putters, queue->loop, &wake_wasted);
        if (wake_wasted && !queue_full(queue))
            wake_next(&queue->putters);
        if (rc < 0)
            return rc;
    }
    return queue_try_put(queue, item);
}

int queue_try_get(struct queue *queue, void **item)
{
    if (queue_empty(queue))
        return queue->shut_down ? -ESHUTDOWN : -EAGAIN;
    *item = take_oldest(queue);
    wake_next(&queue->putters);
    return 0;
}

int queue_get(struct queue *queue, void **item)
{
    while (queue_empty(queue) && !queue->shut_down) {
        bool wake_wasted;
        int rc = wait_in(&queue->getters, queue->loop, &wake_wasted);
        if (wake_wasted && !queue_empty(queue))
            wake_next(&queue->getters);
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
        wake_all(&queue->joiners);
    return 0;
}

int queue_join(struct queue *queue)
{
    if (queue->unfinished == 0)
        return 0;
    bool wake_wasted; /* a join uses nothing up: the others were woken too */
    return wait_in(&queue->joiners, queue->loop, &wake_wasted);
}

void queue_shutdown(struct queue *queue, bool immediate)
{
    queue->shut_down = true;
    while (immediate && !queue_empty(queue)) {
        take_oldest(queue);
        /* Somebody may have called queue_task_done without a queue_get. */
        if (queue->unfinished > 0)
            queue->unfinished--;
    }
    if (queue->unfinished == 0)
        wake_all(&queue->joiners);
    wake_all(&queue->getters);
    wake_all(&queue->putters);
}
