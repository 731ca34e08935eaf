/* loop.c - the loop itself: wait, collect what is ready, run it, again.
 *
 * One pass (run_one_pass) is the whole idea; the rest is getting on and off the queues. Descriptors
 * are in watch.c, signals in signals.c, the waiting in a backend.
 */
#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "loop_internal.h"

#define SLOW_CALLBACK_NS (100 * NS_PER_MS)

struct loop *loop_new(const struct loop_backend *backend)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    loop->backend = backend;
    ring_init(&loop->ready);
    ring_init(&loop->batch);
    ring_init(&loop->inbox);
    pthread_mutex_init(&loop->inbox_lock, NULL);
    const char *debug = getenv("LOOP_DEBUG");
    loop->debug = debug && strcmp(debug, "1") == 0;

    int rc = backend->init(loop);
    if (rc < 0) {
        pthread_mutex_destroy(&loop->inbox_lock);
        free(loop);
        errno = -rc;
        return NULL;
    }
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    loop_free_signals(loop);
    loop->backend->fini(loop);
    loop_free_watches(loop);
    timer_heap_free(&loop->timers);
    pthread_mutex_destroy(&loop->inbox_lock);
    free(loop);
}

int64_t loop_time(struct loop *loop)
{
    return loop->backend->now ? loop->backend->now(loop) : clock_now();
}

/* ---- Asking for a call --------------------------------------------------------------------- */

void loop_call_soon(struct loop *loop, struct callback *callback)
{
    if (!callback_is_scheduled(callback))
        ring_append(&loop->ready, callback);
}

void loop_call_soon_threadsafe(struct loop *loop, struct callback *callback)
{
    pthread_mutex_lock(&loop->inbox_lock);
    bool was_empty = !ring_first(&loop->inbox);
    ring_append(&loop->inbox, callback);
    pthread_mutex_unlock(&loop->inbox_lock);
    if (was_empty) /* else a wake-up is on its way already */
        loop->backend->wake(loop);
}

int loop_call_later(struct loop *loop, struct timer *timer, int64_t delay_ns)
{
    int64_t now = loop_time(loop);
    int64_t when;
    if (__builtin_add_overflow(now, delay_ns, &when))
        when = delay_ns < 0 ? now : INT64_MAX;
    return loop_call_at(loop, timer, when);
}

int loop_call_at(struct loop *loop, struct timer *timer, int64_t when_ns)
{
    loop_cancel_timer(loop, timer);
    timer->when_ns = when_ns;
    timer->sequence = loop->timer_sequence++;
    return timer_heap_insert(&loop->timers, timer);
}

void loop_cancel(struct loop *loop, struct callback *callback)
{
    (void)loop; /* the ring finds its own way */
    if (callback_is_scheduled(callback))
        callback_unlink(callback);
}

void loop_cancel_timer(struct loop *loop, struct timer *timer)
{
    if (timer->place)
        timer_heap_remove(&loop->timers, timer);
    loop_cancel(loop, &timer->callback);
}

/* ---- Running ------------------------------------------------------------------------------- */

/* How long a poll may wait: not at all when something is ready, for ever when nothing is due. */
static int64_t poll_timeout(struct loop *loop)
{
    if (loop->stopping || ring_first(&loop->ready))
        return 0;
    struct timer *first = timer_heap_first(&loop->timers);
    if (!first)
        return -1;
    int64_t left = first->when_ns - loop_time(loop);
    return left > 0 ? left : 0;
}

static void collect_inbox(struct loop *loop)
{
    pthread_mutex_lock(&loop->inbox_lock);
    ring_move_all(&loop->inbox, &loop->ready);
    pthread_mutex_unlock(&loop->inbox_lock);
}

static void collect_due_timers(struct loop *loop)
{
    struct timer *timer = timer_heap_first(&loop->timers);
    if (!timer)
        return;
    int64_t now = loop_time(loop);
    for (; timer && timer->when_ns <= now; timer = timer_heap_first(&loop->timers)) {
        timer_heap_remove(&loop->timers, timer);
        ring_append(&loop->ready, &timer->callback);
    }
}

/* The callback may free itself, so nothing of it is touched after the call. */
static void run_and_time(struct callback *callback)
{
    char name[64]; /* a copy: what has been called may have freed its own */
    snprintf(name, sizeof name, "%s", callback->name ? callback->name : "a callback");
    int64_t begin = clock_now();
    callback->fn(callback->arg);
    int64_t took = clock_now() - begin;
    if (took > SLOW_CALLBACK_NS)
        fprintf(stderr, "loop: %s kept the loop for %.3f s\n", name, (double)took / NS_PER_S);
}

static int run_one_pass(struct loop *loop)
{
    int rc = loop->backend->poll(loop, poll_timeout(loop));
    if (rc < 0)
        return rc;
    collect_inbox(loop);
    collect_due_timers(loop);

    /* What the batch adds goes to `ready`, and so to the next pass: nobody can starve the poll. */
    ring_move_all(&loop->ready, &loop->batch);
    struct callback *callback;
    while ((callback = ring_first(&loop->batch)) != NULL) {
        callback_unlink(callback);
        if (loop->debug)
            run_and_time(callback);
        else
            callback->fn(callback->arg);
    }
    return 0;
}

int loop_run_forever(struct loop *loop)
{
    if (loop->running)
        return -EBUSY;
    loop->running = true;
    int rc;
    do {
        rc = run_one_pass(loop);
    } while (rc == 0 && !loop->stopping);
    loop->running = loop->stopping = false;
    return rc;
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
}

bool loop_is_running(const struct loop *loop)
{
    return loop->running;
}

void loop_set_debug(struct loop *loop, bool debug)
{
    loop->debug = debug;
}

/* ---- For backends -------------------------------------------------------------------------- */

void *loop_backend_data(struct loop *loop)
{
    return loop->backend_data;
}

void loop_set_backend_data(struct loop *loop, void *data)
{
    loop->backend_data = data;
}
