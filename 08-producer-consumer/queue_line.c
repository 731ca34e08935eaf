/* queue_line.c - a line of futures. */
#include "queue_line.h"

void queue_line_enter(struct queue_waiters *line, struct queue_waiter *waiter, struct future *woken)
{
    *waiter = (struct queue_waiter){.woken = woken, .in_line = true};
    TAILQ_INSERT_TAIL(line, waiter, place);
}

void queue_line_leave(struct queue_waiters *line, struct queue_waiter *waiter)
{
    if (waiter->in_line)
        TAILQ_REMOVE(line, waiter, place);
    waiter->in_line = false;
}

bool queue_line_wake_first(struct queue_waiters *line)
{
    struct queue_waiter *waiter;
    while ((waiter = TAILQ_FIRST(line)) != NULL) {
        queue_line_leave(line, waiter);
        if (future_set_result(waiter->woken, 0) == 0)
            return true;
    }
    return false;
}

void queue_line_wake_all(struct queue_waiters *line)
{
    while (queue_line_wake_first(line))
        ;
}

int queue_line_wait(struct queue_waiters *line, struct loop *loop, bool *wake_wasted)
{
    struct future woken;
    struct queue_waiter self;
    future_init(&woken, loop);
    woken.what = "a queue";
    queue_line_enter(line, &self, &woken);
    int rc = await(&woken);
    queue_line_leave(line, &self);
    *wake_wasted = rc < 0 && future_is_done(&woken) && !future_is_cancelled(&woken);
    return rc;
}
