/* co_scope.c - to close is one call; the work is with the cancel that must not get in between. */
#include "co_scope.h"

#include <errno.h>

/* A cancel that was asked for and has found nothing to interrupt yet would interrupt the first wait
 * of the close. So it stands aside for so long. */
static int close_undisturbed(coro_fn *close, void *arg)
{
    struct co *co = co_current();
    bool cancel_waits = co->must_cancel;
    co->must_cancel = false;
    int rc = close(arg);
    co->must_cancel |= cancel_waits;
    return rc;
}

int co_scope_end(coro_fn *close, void *arg, int result)
{
    int rc = close_undisturbed(close, arg);
    if (rc == -ECANCELED || (rc < 0 && result >= 0))
        return rc;
    return result;
}

void co_scope_leave(struct co_scope *scope)
{
    int rc = close_undisturbed(scope->close, scope->arg);
    if (rc == -ECANCELED)
        co_current()->must_cancel = true; /* nobody has been told */
    if (rc < 0)
        *scope->error = rc;
}
