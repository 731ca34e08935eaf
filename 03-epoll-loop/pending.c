/* pending.c - a walk through everything that a loop still has to do. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loop_internal.h"

static void visit_queue(const struct callback_ring *queue, loop_visit_fn *visit, void *arg)
{
    for (const struct callback *c = queue->head.next; c != &queue->head; c = c->next) {
        struct loop_item item = {LOOP_ITEM_CALLBACK, c, .fd = -1};
        visit(&item, arg);
    }
}

static int by_deadline(const void *left, const void *right)
{
    const struct timer_entry *a = left, *b = right;
    if (a->when_ns != b->when_ns)
        return a->when_ns < b->when_ns ? -1 : 1;
    return a->sequence < b->sequence ? -1 : 1;
}

static void visit_timers(struct timer_entry *sorted, int count, loop_visit_fn *visit, void *arg)
{
    if (count > 1)
        qsort(sorted, (size_t)count, sizeof sorted[0], by_deadline);
    for (int i = 0; i < count; i++) {
        struct loop_item item = {LOOP_ITEM_TIMER, &sorted[i].timer->callback, .fd = -1,
                                 .when_ns = sorted[i].when_ns};
        visit(&item, arg);
    }
}

static void visit_watches(const struct loop *loop, unsigned bit, loop_visit_fn *visit, void *arg)
{
    for (int fd = 0; fd < loop->page_count * WATCHES_PER_PAGE; fd++) {
        const struct watch *page = loop->pages[fd / WATCHES_PER_PAGE];
        const struct watch *watch = page ? &page[fd % WATCHES_PER_PAGE] : NULL;
        if (!watch || !(watch->wanted & bit))
            continue;
        struct loop_item item = {bit == LOOP_READ ? LOOP_ITEM_READER : LOOP_ITEM_WRITER,
                                 bit == LOOP_READ ? &watch->reader : &watch->writer, .fd = fd};
        visit(&item, arg);
    }
}

int loop_each_pending(const struct loop *loop, loop_visit_fn *visit, void *arg)
{
    int count = loop->timers.count;
    struct timer_entry *sorted = NULL; /* a copy: the heap has an order of its own */
    if (count > 0) {
        sorted = malloc((size_t)count * sizeof sorted[0]);
        if (!sorted)
            return -ENOMEM;
        memcpy(sorted, loop->timers.entries, (size_t)count * sizeof sorted[0]);
    }
    visit_queue(&loop->batch, visit, arg);
    visit_queue(&loop->ready, visit, arg);
    visit_timers(sorted, count, visit, arg);
    visit_watches(loop, LOOP_READ, visit, arg);
    visit_watches(loop, LOOP_WRITE, visit, arg);
    free(sorted);
    return 0;
}
