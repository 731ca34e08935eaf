/* queue_select.h - waits for several queues at once: Go's select over channels that are received
 * from. asyncio has nothing like it.
 *
 *     struct queue_select select;
 *     rc = queue_select_init(&select, (struct queue *[]){&orders, &returns}, 2);
 *     while (rc >= 0 && (rc = queue_select(&select, &item)) >= 0)
 *         ... rc is 0: it came from orders; 1: from returns ...
 *
 * A task for each queue, and a wait for the first of them, is no substitute: when both have taken
 * an item, one of the two is to be given back, and there is no way to put it where it was. Here an
 * item is taken from one queue, and only when the caller runs. Loop's thread only.
 */
#ifndef QUEUE_SELECT_H
#define QUEUE_SELECT_H

#include "queue.h"

#define QUEUE_SELECT_MAX 16

struct queue_select {
    struct queue *queues[QUEUE_SELECT_MAX];
    int count;
    int first; /* to be looked at */
};

/* The queues, all of one loop, stay the caller's and outlive the select. 0; -EINVAL: none, or more
 * than QUEUE_SELECT_MAX. */
int queue_select_init(struct queue_select *select, struct queue *const queues[],
                      int count) CO_MUST_CHECK;

/* Takes the next item of one of the queues, waiting if none has any, and gives that queue's index.
 * -ESHUTDOWN: all are shut down and empty; -ECANCELED, and then nothing was taken. Fair: the queue
 * behind the one that was served last is looked at first, so nobody is passed over more than
 * count - 1 times. Report with queue_task_done to that queue. One task at a time. */
int queue_select(struct queue_select *select, void **item) CO_MUST_CHECK;

#endif
