/* watch.c - descriptors: who wants to hear of which, and what the backend has been told.
 *
 * The two differ on purpose. A reader that is removed and added again a moment later, as happens
 * around every single read, would cost two system calls a time; so removing only forgets who
 * wanted it. The backend is told when an event comes that nobody waits for.
 */
#include <errno.h>
#include <stdlib.h>

#include "loop_internal.h"

static struct watch *find_watch(const struct loop *loop, int fd)
{
    int page = fd / WATCHES_PER_PAGE;
    if (fd < 0 || page >= loop->page_count || !loop->pages[page])
        return NULL;
    return &loop->pages[page][fd % WATCHES_PER_PAGE];
}

static int make_page(struct loop *loop, int page)
{
    if (page >= loop->page_count) {
        int count = page + 1 > 2 * loop->page_count ? page + 1 : 2 * loop->page_count;
        struct watch **pages = realloc(loop->pages, (size_t)count * sizeof pages[0]);
        if (!pages)
            return -ENOMEM;
        for (int i = loop->page_count; i < count; i++)
            pages[i] = NULL;
        loop->pages = pages;
        loop->page_count = count;
    }
    if (!loop->pages[page])
        loop->pages[page] = calloc(WATCHES_PER_PAGE, sizeof(struct watch));
    return loop->pages[page] ? 0 : -ENOMEM;
}

static struct callback *side(struct watch *watch, unsigned bit)
{
    return bit == LOOP_READ ? &watch->reader : &watch->writer;
}

static int add(struct loop *loop, int fd, unsigned bit, callback_fn *fn, void *arg)
{
    if (fd < 0)
        return -EBADF;
    int rc = find_watch(loop, fd) ? 0 : make_page(loop, fd / WATCHES_PER_PAGE);
    if (rc < 0)
        return rc;
    struct watch *watch = find_watch(loop, fd);
    if (!(watch->registered & bit)) {
        unsigned mask = watch->wanted | bit;
        rc = loop->backend->io_set(loop, fd, watch->registered, mask);
        if (rc < 0)
            return rc;
        watch->registered = mask;
    }
    loop_cancel(loop, side(watch, bit)); /* an event for the one that is replaced */
    callback_init_named(side(watch, bit), fn, arg, bit == LOOP_READ ? "a reader" : "a writer");
    watch->wanted |= bit;
    return 0;
}

static void remove_side(struct loop *loop, int fd, unsigned bit)
{
    struct watch *watch = find_watch(loop, fd);
    if (!watch)
        return;
    watch->wanted &= ~bit;
    loop_cancel(loop, side(watch, bit));
}

int loop_add_reader(struct loop *loop, int fd, callback_fn *fn, void *arg)
{
    return add(loop, fd, LOOP_READ, fn, arg);
}

int loop_add_writer(struct loop *loop, int fd, callback_fn *fn, void *arg)
{
    return add(loop, fd, LOOP_WRITE, fn, arg);
}

void loop_remove_reader(struct loop *loop, int fd)
{
    remove_side(loop, fd, LOOP_READ);
}

void loop_remove_writer(struct loop *loop, int fd)
{
    remove_side(loop, fd, LOOP_WRITE);
}

void loop_forget_fd(struct loop *loop, int fd)
{
    struct watch *watch = find_watch(loop, fd);
    if (!watch)
        return;
    remove_side(loop, fd, LOOP_READ);
    remove_side(loop, fd, LOOP_WRITE);
    if (watch->registered)
        loop->backend->io_set(loop, fd, watch->registered, 0);
    watch->registered = 0;
}

void loop_fd_ready(struct loop *loop, int fd, unsigned mask)
{
    struct watch *watch = find_watch(loop, fd);
    if (!watch || !watch->registered)
        return;
    unsigned ready = mask & watch->wanted;
    if (ready & LOOP_READ)
        loop_call_soon(loop, &watch->reader);
    if (ready & LOOP_WRITE)
        loop_call_soon(loop, &watch->writer);
    if (mask & watch->registered & ~watch->wanted) { /* nobody waits for this any more */
        if (loop->backend->io_set(loop, fd, watch->registered, watch->wanted) == 0)
            watch->registered = watch->wanted;
    }
}

struct loop_pending loop_pending(const struct loop *loop)
{
    struct loop_pending pending = {.timers = loop->timers.count};
    const struct callback_ring *queues[] = {&loop->ready, &loop->batch};
    for (int i = 0; i < 2; i++)
        for (const struct callback *c = queues[i]->head.next; c != &queues[i]->head; c = c->next)
            pending.callbacks++;
    for (int fd = 0; fd < loop->page_count * WATCHES_PER_PAGE; fd++) {
        const struct watch *watch = find_watch(loop, fd);
        pending.readers += watch && (watch->wanted & LOOP_READ);
        pending.writers += watch && (watch->wanted & LOOP_WRITE);
    }
    return pending;
}

void loop_free_watches(struct loop *loop)
{
    for (int i = 0; i < loop->page_count; i++)
        free(loop->pages[i]);
    free(loop->pages);
}
