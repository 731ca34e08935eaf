/* loop.h - the event loop: a queue of what is ready, a heap of timers, and descriptors to watch.
 *
 * Names and order are those of Python's asyncio. One loop belongs to one thread; only
 * loop_call_soon_threadsafe may be called from another. Time is in nanoseconds on the loop's own
 * clock (loop_time). Functions return >= 0, or -errno.
 *
 * Handles are intrusive: the caller owns `struct callback` and `struct timer`, usually inside the
 * thing that they are about, and keeps them alive until they have run or were cancelled. Nothing
 * is allocated for a call.
 *
 * The rules of order, the same on every backend:
 *   - callbacks run first in, first out, and only from the loop, never inside the call that asks;
 *   - one pass of the loop runs what was ready when the pass began; what that adds waits for the
 *     next pass, so nobody can starve descriptors or timers;
 *   - a timer never fires early; timers that are due at the same time run in the order of asking;
 *   - what was cancelled does not run, even when it was already queued.
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct loop_backend;
typedef void callback_fn(void *arg);

/* A call to be made by the loop. Set it up with callback_init, then hand it to loop_call_*. */
struct callback {
    callback_fn *fn;
    void *arg;
    const char *name;             /* of the function, for the debug mode */
    struct callback *next, *prev; /* its place in the ready queue; NULL: not queued */
};

#define callback_init(callback, function, argument) \
    callback_init_named((callback), (function), (argument), #function)

static inline void callback_init_named(struct callback *callback, callback_fn *fn, void *arg,
                                       const char *name)
{
    *callback = (struct callback){.fn = fn, .arg = arg, .name = name};
}

/* Queued to run? */
static inline bool callback_is_scheduled(const struct callback *callback)
{
    return callback->next != NULL;
}

/* A call at a time. Set it up with timer_init. */
struct timer {
    struct callback callback; /* queued when the time has come */
    int64_t when_ns;          /* on loop_time's clock */
    uint64_t sequence;        /* breaks ties: first asked, first run */
    int place;                /* in the heap, from 1; 0: not in it */
};

#define timer_init(timer, function, argument) \
    timer_init_named((timer), (function), (argument), #function)

static inline void timer_init_named(struct timer *timer, callback_fn *fn, void *arg,
                                    const char *name)
{
    *timer = (struct timer){.place = 0};
    callback_init_named(&timer->callback, fn, arg, name);
}

/* Waiting for its time, or already queued to run? */
static inline bool timer_is_scheduled(const struct timer *timer)
{
    return timer->place != 0 || callback_is_scheduled(&timer->callback);
}

/* A loop on this backend (&backend_epoll, ...). NULL with errno set when it cannot be had. */
struct loop *loop_new(const struct loop_backend *backend);

/* Frees the loop. It must not be running. Callbacks and timers still queued are dropped unrun;
 * descriptors still watched are not closed. NULL is ignored. */
void loop_free(struct loop *loop);

/* Runs until loop_stop. 0, or -errno from the backend's poll (-EDEADLK from the virtual clock's
 * backend: nothing can ever happen any more). asyncio: run_forever. */
int loop_run_forever(struct loop *loop);

/* Ends loop_run_forever after the pass that is under way; called before the run, the run makes one
 * pass. asyncio: stop. */
void loop_stop(struct loop *loop);

bool loop_is_running(const struct loop *loop);

/* Now, in ns, on a clock that never goes back; not cached. */
int64_t loop_time(struct loop *loop);

/* Runs `callback` on the next pass. Asking again for one that is queued changes nothing. */
void loop_call_soon(struct loop *loop, struct callback *callback);

/* As loop_call_soon, from any thread; wakes the loop. The callback must not be queued already by
 * the loop's own thread. It may not be cancelled before it has arrived on the loop's thread. */
void loop_call_soon_threadsafe(struct loop *loop, struct callback *callback);

/* Runs `timer` in `delay_ns` from now, or at `when_ns`; at once (but through the queue) when that
 * has passed. A timer that is already waiting is moved. 0, or -ENOMEM. */
int loop_call_later(struct loop *loop, struct timer *timer, int64_t delay_ns);
int loop_call_at(struct loop *loop, struct timer *timer, int64_t when_ns);

/* It will not run (any more). Cancelling what is not scheduled does nothing. */
void loop_cancel(struct loop *loop, struct callback *callback);
void loop_cancel_timer(struct loop *loop, struct timer *timer);

/* Calls fn(arg) each time that `fd` can be read (or has ended, or failed) without blocking, until
 * removed; a second call replaces the first. -EPERM: this kind of descriptor cannot be watched (a
 * regular file). asyncio: add_reader, remove_reader. */
int loop_add_reader(struct loop *loop, int fd, callback_fn *fn, void *arg);
int loop_add_writer(struct loop *loop, int fd, callback_fn *fn, void *arg);

/* After this, fn is not called again, even when an event was already queued. */
void loop_remove_reader(struct loop *loop, int fd);
void loop_remove_writer(struct loop *loop, int fd);

/* Before a watched descriptor is closed: the loop forgets all about it. (The number will be used
 * again by another descriptor, which the loop must not take for this one.) */
void loop_forget_fd(struct loop *loop, int fd);

/* Calls fn(arg) from the loop when the process gets `signo`, which is blocked for that (signalfd):
 * set up signals before starting threads. One that has come and was not handled when its handler is
 * removed, or the loop freed, is dropped. asyncio: add_signal_handler. */
int loop_add_signal_handler(struct loop *loop, int signo, callback_fn *fn, void *arg);
void loop_remove_signal_handler(struct loop *loop, int signo);

/* What is still to be done: timers, queued callbacks and watched descriptors. For tests of leaks.
 */
struct loop_pending {
    int callbacks, timers, readers, writers;
};
struct loop_pending loop_pending(const struct loop *loop);

/* One of these things, for the eyes of a visitor. */
struct loop_item {
    enum {
        LOOP_ITEM_CALLBACK, /* queued; a timer whose time has come, and an event, are so, too */
        LOOP_ITEM_TIMER,
        LOOP_ITEM_READER,
        LOOP_ITEM_WRITER,
    } kind;
    const struct callback *callback; /* what will be called: fn, arg, name */
    int fd;                          /* a reader's or writer's; else -1 */
    int64_t when_ns;                 /* a timer's, on loop_time's clock; else 0 */
};
typedef void loop_visit_fn(const struct loop_item *item, void *arg);

/* Calls visit(item, arg) for each: queued callbacks in the order in which they will run, timers by
 * their deadlines, readers and writers by descriptor. What other threads have only just handed in
 * is not among them. `visit` must leave the loop alone. 0 or -ENOMEM. */
int loop_each_pending(const struct loop *loop, loop_visit_fn *visit, void *arg);

/* Something went wrong, and nobody is there whom a return code could tell: a task has failed, and
 * whoever held it never asked how it went. */
struct loop_exception {
    const char *message; /* what happened, without the name and the error; valid during the call */
    const char *name;    /* whose it was: a task's name; NULL: nobody's */
    int error;           /* -errno; 0: none */
};
typedef void loop_exception_fn(const struct loop_exception *exception, void *arg);

/* From now on handler(exception, arg) hears of it, on the loop's thread; NULL: a line on stderr, as
 * at the beginning. The handler must not run the loop nor free it. asyncio: set_exception_handler,
 * call_exception_handler, default_exception_handler. */
void loop_set_exception_handler(struct loop *loop, loop_exception_fn *handler, void *arg);
void loop_call_exception_handler(struct loop *loop, const struct loop_exception *exception);
void loop_default_exception_handler(const struct loop_exception *exception, void *arg);

/* Debug mode (environment: LOOP_DEBUG=1): a callback that keeps the loop for longer than 100 ms is
 * named on stderr. asyncio: set_debug, slow_callback_duration. */
void loop_set_debug(struct loop *loop, bool debug);

#endif
