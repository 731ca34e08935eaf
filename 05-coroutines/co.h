/* co.h - coroutines on the loop: start one, sleep, wait to be woken, be cancelled.
 *
 * Everything that suspends is built on co_wait and co_wake. A function is called a coroutine
 * function when it may suspend: it can be called only from inside a coroutine. Its result is
 * >= 0, or -errno; -ECANCELED means that somebody wants this coroutine to end: clean up, pass it
 * on. That is why every result here has to be looked at.
 *
 * All of it belongs to the loop's thread.
 */
#ifndef CO_H
#define CO_H

#include <stdbool.h>
#include <stdint.h>

#include "coro.h"
#include "loop.h"

#define CO_MUST_CHECK __attribute__((warn_unused_result))

#define CO_LOCALS_MAX 4 /* co_local.h */

/* A coroutine that a loop runs. */
struct co {
    struct coro *coro;
    struct loop *loop;
    struct callback step;     /* resumes it, from the loop */
    struct co_waiter *waiter; /* what it waits for; NULL: it runs, or its step is queued */
    int wake_result;          /* what the wait will return */
    bool must_cancel;         /* a cancel that came while there was nothing to interrupt */
    bool started;
    int calls_without_wait;                    /* co_io.h lets others run every so many */
    void *locals[CO_LOCALS_MAX];               /* co_local.h: its own, and its children's */
    void (*on_end)(struct co *co, int result); /* its owner's; may free the co */
};

/* Starts fn(arg) as a coroutine of its own on the next pass of `loop`. It frees itself when fn
 * returns; nobody can wait for it or cancel it (tasks can: 06-tasks-gather). 0 or -ENOMEM.
 * `arg` must live until fn is done with it. */
#define co_spawn(loop, fn, arg, name) co_spawn_at((loop), (fn), (arg), (name), CORO_PLACE)
int co_spawn_at(struct loop *loop, coro_fn *fn, void *arg, const char *name, const char *place);

/* The coroutine that is running, and the loop that runs it. co_current() is NULL outside. */
struct co *co_current(void);
struct loop *co_loop(void);

/* Suspends for at least delay_ns; <= 0: for one pass of the loop. 0 or -ECANCELED.
 * asyncio: sleep. */
int co_sleep(int64_t delay_ns) CO_MUST_CHECK;

/* Lets everything else that is ready run first. 0 or -ECANCELED. asyncio: sleep(0). */
int co_yield(void) CO_MUST_CHECK;

/* ---- For those who build further bricks ---------------------------------------------------- */

/* Something that a coroutine waits for. It usually lies on the waiting coroutine's stack. */
struct co_waiter {
    /* Somebody cancels the wait. Undo what would have woken the coroutine and return true: then
     * the wait returns -ECANCELED on the next pass. Or return false: what is waited for has taken
     * the cancel over and will itself wake the coroutine (a task that is awaited). Never NULL. */
    bool (*cancel)(struct co_waiter *waiter);
    const char *what; /* "sleep": for who looks from outside; NULL: something */
};

/* Suspends until co_wake; returns its result, or -ECANCELED. The caller has arranged the waking
 * before, and undoes afterwards what is still arranged. */
int co_wait(struct co_waiter *waiter) CO_MUST_CHECK;

/* Ends the wait with `result`: the coroutine goes on in the next pass. Once per wait; a cancel that
 * comes before it goes on wins over the result (cancel beats completion). */
void co_wake(struct co *co, int result);

/* The same, but goes on at once, inside this call: from a callback of the loop only. */
void co_wake_now(struct co *co, int result);

/* Cancels: a wait that is under way ends with -ECANCELED; else the next one does. One that has not
 * started yet never runs: its end is -ECANCELED. Each call cancels once (edge-triggered). */
void co_cancel(struct co *co);

/* co_spawn in the owner's storage: on_end is called on the loop's own stack when it has ended;
 * from then on `co` is the owner's again. 0 or -ENOMEM. */
#define co_start(co, loop, fn, arg, name, on_end) \
    co_start_at((co), (loop), (fn), (arg), (name), (on_end), CORO_PLACE)
int co_start_at(struct co *co, struct loop *loop, coro_fn *fn, void *arg, const char *name,
                void (*on_end)(struct co *co, int result), const char *place);

#endif
