/* queue_line.h - who waits at a queue, first come, first served: inside this folder only. */
#ifndef QUEUE_LINE_H
#define QUEUE_LINE_H

#include "queue.h"

/* A place in a line, on the waiting coroutine's stack. Who is woken loses it at once. One coroutine
 * may stand in several lines by several places, with one future in all of them. */
struct queue_waiter {
    struct future *woken;
    bool in_line; /* still among those to be woken */
    TAILQ_ENTRY(queue_waiter) place;
};

void queue_line_enter(struct queue_waiters *line, struct queue_waiter *waiter,
                      struct future *woken);
void queue_line_leave(struct queue_waiters *line, struct queue_waiter *waiter);

/* Wakes the first that still waits (one that was cancelled does not). False: nobody does. */
bool queue_line_wake_first(struct queue_waiters *line);
void queue_line_wake_all(struct queue_waiters *line);

/* The same, for each item that is put or taken: mostly nobody waits. */
static inline void queue_line_wake_next(struct queue_waiters *line)
{
    if (!TAILQ_EMPTY(line))
        queue_line_wake_first(line);
}

/* Waits in line until woken: 0. Or -ECANCELED; *wake_wasted tells whether it had been woken. */
int queue_line_wait(struct queue_waiters *line, struct loop *loop, bool *wake_wasted) CO_MUST_CHECK;

#endif
