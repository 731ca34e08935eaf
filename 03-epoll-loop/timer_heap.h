/* timer_heap.h - the timers of a loop, the earliest on top: a heap with four children a node.
 *
 * Four children make the tree half as deep as a binary one, and the four lie side by side in
 * memory: fewer cache misses for a few comparisons more. The key stands in the array itself, so
 * that comparing does not touch the timers.
 */
#ifndef TIMER_HEAP_H
#define TIMER_HEAP_H

#include <stdint.h>

struct timer;

struct timer_entry {
    int64_t when_ns;
    uint64_t sequence; /* equal times: first asked, first run */
    struct timer *timer;
};

struct timer_heap {
    struct timer_entry *entries;
    int count, capacity;
};

/* Puts the timer in by its when_ns and sequence. 0 or -ENOMEM. */
int timer_heap_insert(struct timer_heap *heap, struct timer *timer);

/* Takes it out, wherever it stands. */
void timer_heap_remove(struct timer_heap *heap, struct timer *timer);

/* The earliest; NULL: none. */
struct timer *timer_heap_first(const struct timer_heap *heap);

void timer_heap_free(struct timer_heap *heap);

#endif
