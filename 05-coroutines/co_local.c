/* co_local.c - a slot in each coroutine. co_start copies them all. */
#include "co_local.h"

#include <errno.h>
#include <stdatomic.h>

/* Slots are never given back: a variable is static. */
static _Atomic int slots_taken;

/* Two threads may ask at the same time for the same variable's slot: one of the two slots is lost
 * then, and both get the other. */
static int slot_of(struct co_local *local)
{
    int slot = atomic_load(&local->slot);
    if (slot > 0)
        return slot;
    int mine = atomic_fetch_add(&slots_taken, 1) + 1;
    if (mine > CO_LOCALS_MAX) {
        atomic_fetch_sub(&slots_taken, 1);
        return -ENOSPC;
    }
    return atomic_compare_exchange_strong(&local->slot, &slot, mine) ? mine : slot;
}

int co_local_set(struct co_local *local, void *value)
{
    struct co *co = co_current();
    if (!co)
        return -EPERM;
    int slot = slot_of(local);
    if (slot < 0)
        return slot;
    co->locals[slot - 1] = value;
    return 0;
}

void *co_local_get(const struct co_local *local)
{
    const struct co *co = co_current();
    int slot = atomic_load(&local->slot);
    return co && slot > 0 ? co->locals[slot - 1] : NULL;
}
