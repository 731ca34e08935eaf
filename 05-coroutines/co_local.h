/* co_local.h - a variable of which every coroutine has its own: asyncio's ContextVar, a small one.
 *
 *     static struct co_local request = CO_LOCAL;
 *     rc = co_local_set(&request, "request 7");
 *     ... calls something that calls something that wants to log ...
 *     const char *name = co_local_get(&request);
 *
 * A coroutine begins with the values of the one that started it, as they are at co_spawn; what
 * either sets later is its own. As with a ContextVar, a thread's variable (_Thread_local) would be
 * of no use here: all coroutines of a loop share a thread.
 *
 * Where it is less than a ContextVar: a value is a pointer, and what it points to must outlive all
 * who inherit it, since nobody counts references. There is no token to set an old value back: keep
 * what co_local_get gave before. A callback of the loop has no values (Python's call_soon keeps the
 * context of who asked), and neither has a coroutine that it starts. There are CO_LOCALS_MAX slots
 * in all, for the whole process, since each coroutine has room for every one.
 */
#ifndef CO_LOCAL_H
#define CO_LOCAL_H

#include "co.h"

/* Static, one for each variable. Its slot is taken at the first co_local_set, by any thread. */
struct co_local {
    _Atomic int slot; /* from 1; 0: none yet */
};
#define CO_LOCAL \
    {            \
        0        \
    }

/* Sets the running coroutine's value: 0; -ENOSPC: no slot is left; -EPERM: no coroutine runs. */
int co_local_set(struct co_local *local, void *value) CO_MUST_CHECK;

/* The running coroutine's value; NULL: it has none, or no coroutine runs. */
void *co_local_get(const struct co_local *local);

#endif
