/* sync_line.c - tasks in line, first come, first served. */
#include "sync_line.h"

int sync_wait_in(struct sync_waiters *line, const char *what)
{
    struct sync_waiter self;
    future_init(&self.woken, co_loop());
    self.woken.what = what;
    TAILQ_INSERT_TAIL(line, &self, place);
    int rc = await(&self.woken);
    TAILQ_REMOVE(line, &self, place);
    return rc;
}

void sync_wake(struct sync_waiters *line, int count)
{
    struct sync_waiter *waiter = TAILQ_FIRST(line);
    for (; waiter && count > 0; waiter = TAILQ_NEXT(waiter, place)) {
        if (future_set_result(&waiter->woken, 0) == 0)
            count--;
    }
}
