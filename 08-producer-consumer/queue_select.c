/* queue_select.c - one future, with a place among the getters of each queue.
 *
 * Before the select runs several queues may have woken it, and it can use one wake-up only. The
 * others were meant for whoever stands behind it there, so they are passed on. The same holds for
 * all of them when it is cancelled.
 */
#include "queue_select.h"

#include <errno.h>

#include "queue_line.h"

int queue_select_init(struct queue_select *select, struct queue *const queues[], int count)
{
    if (count < 1 || count > QUEUE_SELECT_MAX)
        return -EINVAL;
    *select = (struct queue_select){.count = count};
    for (int i = 0; i < count; i++)
        select->queues[i] = queues[i];
    return 0;
}

/* -EAGAIN: none has an item, but one may yet. */
static int try_each(struct queue_select *select, void **item)
{
    int shut_down = 0;
    for (int i = 0; i < select->count; i++) {
        int index = (select->first + i) % select->count;
        int rc = queue_try_get(select->queues[index], item);
        if (rc == 0) {
            select->first = (index + 1) % select->count;
            return index;
        }
        shut_down += rc == -ESHUTDOWN;
    }
    return shut_down == select->count ? -ESHUTDOWN : -EAGAIN;
}

/* One that is shut down wakes nobody any more: in its line the select would only wait. */
static void enter_lines(struct queue_select *select, struct queue_waiter places[],
                        struct future *woken)
{
    for (int i = 0; i < select->count; i++) {
        if (select->queues[i]->shut_down)
            places[i] = (struct queue_waiter){.woken = woken};
        else
            queue_line_enter(&select->queues[i]->getters, &places[i], woken);
    }
}

/* Where it has no place any more it was woken; whether that was for nothing will be seen. */
static void leave_lines(struct queue_select *select, struct queue_waiter places[], bool woken[])
{
    for (int i = 0; i < select->count; i++) {
        woken[i] = !places[i].in_line;
        queue_line_leave(&select->queues[i]->getters, &places[i]);
    }
}

/* An item for which it was woken, and which it has left there, is for the next. */
static void pass_on(struct queue_select *select, const bool woken[], int taken_from)
{
    for (int i = 0; i < select->count; i++) {
        if (woken[i] && i != taken_from && !queue_empty(select->queues[i]))
            queue_line_wake_next(&select->queues[i]->getters);
    }
}

int queue_select(struct queue_select *select, void **item)
{
    int rc;
    while ((rc = try_each(select, item)) == -EAGAIN) {
        struct queue_waiter places[QUEUE_SELECT_MAX];
        bool was_woken[QUEUE_SELECT_MAX];
        struct future woken;
        future_init(&woken, select->queues[0]->loop);
        woken.what = "several queues";
        enter_lines(select, places, &woken);
        int waited = await(&woken);
        leave_lines(select, places, was_woken);
        rc = waited < 0 ? waited : try_each(select, item);
        pass_on(select, was_woken, rc);
        if (rc != -EAGAIN)
            return rc;
    }
    return rc;
}
