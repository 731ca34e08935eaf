/* ready_ring.c - a first-in-first-out ring of intrusive callbacks: no allocation, and any of
 * them can leave in constant time. */
#include "loop_internal.h"

void ring_init(struct callback_ring *ring)
{
    ring->head.next = ring->head.prev = &ring->head;
}

void ring_append(struct callback_ring *ring, struct callback *callback)
{
    callback->prev = ring->head.prev;
    callback->next = &ring->head;
    ring->head.prev->next = callback;
    ring->head.prev = callback;
}

struct callback *ring_first(struct callback_ring *ring)
{
    return ring->head.next == &ring->head ? NULL : ring->head.next;
}

void callback_unlink(struct callback *callback)
{
    callback->prev->next = callback->next;
    callback->next->prev = callback->prev;
    callback->next = callback->prev = NULL;
}

/* Appends everything in `from` to `to`, in order, without touching each. */
void ring_move_all(struct callback_ring *from, struct callback_ring *to)
{
    if (!ring_first(from))
        return;
    struct callback *first = from->head.next, *last = from->head.prev;
    first->prev = to->head.prev;
    to->head.prev->next = first;
    last->next = &to->head;
    to->head.prev = last;
    ring_init(from);
}
