/* as_completed.h - tasks one by one, as they end: asyncio's as_completed, as an iterator.
 *
 *     struct as_completed it;
 *     struct task *task;
 *     rc = as_completed_begin(&it, tasks, count, -1);
 *     while (rc >= 0 && (rc = as_completed_next(&it, &task)) > 0)
 *         ... task_result(task) ...
 *     as_completed_end(&it);
 *
 * Loop's thread only.
 */
#ifndef AS_COMPLETED_H
#define AS_COMPLETED_H

#include <sys/queue.h>

#include "task.h"

struct as_completed_item;
STAILQ_HEAD(as_completed_items, as_completed_item);

struct as_completed {
    struct loop *loop;
    struct as_completed_item *items; /* one for each task; NULL: no memory, or no tasks */
    struct as_completed_items ended; /* and not yet handed out */
    int count;
    int left;              /* to hand out */
    struct future *waiter; /* of the task that is in as_completed_next; else NULL */
    struct timer timer;
    bool timed_out;
};

/* Watches the tasks from now on, for at most timeout_ns in all (< 0: for ever). The references stay
 * the caller's, who keeps them until as_completed_end. 0 or -ENOMEM. */
int as_completed_begin(struct as_completed *it, struct task *const tasks[], int count,
                       int64_t timeout_ns) CO_MUST_CHECK;

/* Waits for the next one that ends: 1, and *task is it. 0: all were handed out. -ETIMEDOUT: the
 * time is over; the others go on. -ECANCELED: the caller was cancelled; the others go on, and it
 * may be called again. Tasks that have ended at the same time come in the order of the array. */
int as_completed_next(struct as_completed *it, struct task **task) CO_MUST_CHECK;

/* Stops watching. On every way out of the loop, and after a begin that failed, too. */
void as_completed_end(struct as_completed *it);

#endif
