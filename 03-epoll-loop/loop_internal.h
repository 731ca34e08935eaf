/* loop_internal.h - what the files of the loop share. Nobody else includes it. */
#ifndef LOOP_INTERNAL_H
#define LOOP_INTERNAL_H

#include <pthread.h>

#include "backend.h"
#include "loop.h"
#include "timer_heap.h"

/* Callbacks in a ring with the queue's head as its fixed point, so that any of them can be taken
 * out without knowing where it stands. */
struct callback_ring {
    struct callback head;
};

/* What the loop knows of one descriptor. */
struct watch {
    struct callback reader, writer;
    unsigned wanted;     /* LOOP_READ | LOOP_WRITE: somebody asked for it */
    unsigned registered; /* what the backend watches: dropped lazily, see loop_fd_ready */
};

#define WATCHES_PER_PAGE 64

struct loop {
    const struct loop_backend *backend;
    void *backend_data;
    struct callback_ring ready; /* runs in the next pass */
    struct callback_ring batch; /* what is left of the pass that is under way */
    struct timer_heap timers;
    uint64_t timer_sequence;
    struct watch **pages; /* watches by descriptor; pages, so that a watch never moves */
    int page_count;
    struct loop_signals *signals; /* NULL until the first handler */
    pthread_mutex_t inbox_lock;
    struct callback_ring inbox;      /* from other threads */
    loop_exception_fn *on_exception; /* NULL: the default one */
    void *on_exception_arg;
    bool running, stopping, debug;
};

void ring_init(struct callback_ring *queue);
void ring_append(struct callback_ring *queue, struct callback *callback);
struct callback *ring_first(struct callback_ring *queue); /* NULL when empty */
void ring_move_all(struct callback_ring *from, struct callback_ring *to);
void callback_unlink(struct callback *callback);

void loop_free_watches(struct loop *loop);
void loop_free_signals(struct loop *loop);

#endif
