/* event.c - a flag that can be waited for.
 *
 * Set wakes all who wait at that moment, and what was woken stays woken: a clear in the same pass
 * does not take it back. Nothing is used up by a wait, so a cancelled one owes nobody anything.
 *
 * The source is Event in Python 3.13's asyncio/locks.py.
 */
#include <limits.h>

#include "sync_line.h"

void event_init(struct event *event)
{
    event->is_set = false;
    TAILQ_INIT(&event->waiters);
}

bool event_is_set(const struct event *event)
{
    return event->is_set;
}

void event_set(struct event *event)
{
    event->is_set = true;
    sync_wake(&event->waiters, INT_MAX);
}

void event_clear(struct event *event)
{
    event->is_set = false;
}

int event_wait(struct event *event)
{
    return event->is_set ? 0 : sync_wait_in(&event->waiters, "an event");
}
