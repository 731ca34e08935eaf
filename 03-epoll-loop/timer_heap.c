/* timer_heap.c - the 4-ary heap: the children of place i are 4i+1 .. 4i+4. */
#include "timer_heap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "loop.h"

#define CHILDREN 4

static bool is_earlier(const struct timer_entry *a, const struct timer_entry *b)
{
    if (a->when_ns != b->when_ns)
        return a->when_ns < b->when_ns;
    return a->sequence < b->sequence;
}

/* The timer is told where it stands: place counts from 1, since 0 means nowhere. */
static void set_entry(struct timer_heap *heap, int i, struct timer_entry entry)
{
    heap->entries[i] = entry;
    entry.timer->place = i + 1;
}

static void sift_up(struct timer_heap *heap, int i, struct timer_entry entry)
{
    while (i > 0) {
        int parent = (i - 1) / CHILDREN;
        if (!is_earlier(&entry, &heap->entries[parent]))
            break;
        set_entry(heap, i, heap->entries[parent]);
        i = parent;
    }
    set_entry(heap, i, entry);
}

static int earliest_child(const struct timer_heap *heap, int i)
{
    int first = CHILDREN * i + 1;
    int end = first + CHILDREN < heap->count ? first + CHILDREN : heap->count;
    int best = first;
    for (int child = first + 1; child < end; child++)
        if (is_earlier(&heap->entries[child], &heap->entries[best]))
            best = child;
    return best;
}

static void sift_down(struct timer_heap *heap, int i, struct timer_entry entry)
{
    while (CHILDREN * i + 1 < heap->count) {
        int child = earliest_child(heap, i);
        if (!is_earlier(&heap->entries[child], &entry))
            break;
        set_entry(heap, i, heap->entries[child]);
        i = child;
    }
    set_entry(heap, i, entry);
}

static int grow(struct timer_heap *heap)
{
    int capacity = heap->capacity ? 2 * heap->capacity : 64;
    struct timer_entry *entries =
        realloc(heap->entries, (size_t)capacity * sizeof heap->entries[0]);
    if (!entries)
        return -ENOMEM;
    heap->entries = entries;
    heap->capacity = capacity;
    return 0;
}

int timer_heap_insert(struct timer_heap *heap, struct timer *timer)
{
    if (heap->count == heap->capacity && grow(heap) < 0)
        return -ENOMEM;
    struct timer_entry entry = {timer->when_ns, timer->sequence, timer};
    sift_up(heap, heap->count++, entry);
    return 0;
}

void timer_heap_remove(struct timer_heap *heap, struct timer *timer)
{
    int hole = timer->place - 1;
    struct timer_entry last = heap->entries[--heap->count];
    timer->place = 0;
    if (hole == heap->count)
        return;
    if (is_earlier(&last, &heap->entries[hole]))
        sift_up(heap, hole, last);
    else
        sift_down(heap, hole, last);
}

struct timer *timer_heap_first(const struct timer_heap *heap)
{
    return heap->count ? heap->entries[0].timer : NULL;
}

void timer_heap_free(struct timer_heap *heap)
{
    free(heap->entries);
    *heap = (struct timer_heap){.count = 0};
}
