/* co.c - coroutines on the loop: a step is a callback, a wait is a suspend.
 *
 * A coroutine is in one of three places: it runs, its step is in the loop's ready queue, or it has
 * a waiter that will put it there. Waking and cancelling are moves from the third to the second.
 */
#include "co.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local struct co *running;

struct co *co_current(void)
{
    return running;
}

struct loop *co_loop(void)
{
    return running->loop;
}

/* ---- Steps --------------------------------------------------------------------------------- */

static void end(struct co *co, int result)
{
    coro_free(co->coro);
    co->coro = NULL;
    co->on_end(co, result); /* may free the co */
}

/* Lets it run until it suspends or ends. */
static void go_on(struct co *co)
{
    struct co *outer = running;
    running = co;
    coro_resume(co->coro);
    running = outer;
    if (coro_is_done(co->coro))
        end(co, coro_result(co->coro));
}

static void step(void *arg)
{
    struct co *co = arg;
    if (!co->started && co->must_cancel) {
        end(co, -ECANCELED); /* cancelled before its first step: it never runs */
        return;
    }
    co->started = true;
    go_on(co);
}

int co_start_at(struct co *co, struct loop *loop, coro_fn *fn, void *arg, const char *name,
                void (*on_end)(struct co *co, int result), const char *place)
{
    *co = (struct co){.loop = loop, .on_end = on_end};
    if (running)
        memcpy(co->locals, running->locals, sizeof co->locals);
    co->coro = coro_new_at(fn, arg, name, place);
    if (!co->coro)
        return -ENOMEM;
    callback_init_named(&co->step, step, co, coro_name(co->coro));
    loop_call_soon(loop, &co->step);
    return 0;
}

static void free_spawned(struct co *co, int result)
{
    (void)result; /* nobody waits for it: that is what co_spawn is */
    free(co);
}

int co_spawn_at(struct loop *loop, coro_fn *fn, void *arg, const char *name, const char *place)
{
    struct co *co = malloc(sizeof *co);
    if (!co)
        return -ENOMEM;
    int rc = co_start_at(co, loop, fn, arg, name, free_spawned, place);
    if (rc < 0)
        free(co);
    return rc;
}

/* ---- Waiting, waking, cancelling ----------------------------------------------------------- */

/* The other side of every suspend: a cancel that has come meanwhile wins over the result. */
static int finish_wait(struct co *co)
{
    if (!co->must_cancel)
        return co->wake_result;
    co->must_cancel = false;
    return -ECANCELED;
}

static void cancel_wait(struct co *co)
{
    if (co->waiter->cancel(co->waiter))
        co_wake(co, -ECANCELED);
}

int co_wait(struct co_waiter *waiter)
{
    struct co *co = running;
    co->waiter = waiter;
    co->calls_without_wait = 0;
    if (co->must_cancel) { /* it came while there was nothing to interrupt; now there is */
        co->must_cancel = false;
        cancel_wait(co);
    }
    coro_suspend();
    return finish_wait(co);
}

int co_yield(void)
{
    struct co *co = running;
    co->wake_result = 0;
    loop_call_soon(co->loop, &co->step);
    coro_suspend();
    return finish_wait(co);
}

void co_wake(struct co *co, int result)
{
    co->waiter = NULL;
    co->wake_result = result;
    loop_call_soon(co->loop, &co->step);
}

void co_wake_now(struct co *co, int result)
{
    co->waiter = NULL;
    co->wake_result = result;
    go_on(co);
}

void co_cancel(struct co *co)
{
    if (co->waiter)
        cancel_wait(co);
    else
        co->must_cancel = true;
}

/* ---- Sleeping ------------------------------------------------------------------------------ */

struct sleeper {
    struct co_waiter waiter; /* first, so that a pointer to it is one to the sleeper */
    struct co *co;
    struct timer timer;
};

static void on_time_over(void *arg)
{
    struct sleeper *sleeper = arg;
    co_wake(sleeper->co, 0);
}

static bool cancel_sleep(struct co_waiter *waiter)
{
    struct sleeper *sleeper = (struct sleeper *)waiter;
    loop_cancel_timer(sleeper->co->loop, &sleeper->timer);
    return true;
}

int co_sleep(int64_t delay_ns)
{
    if (delay_ns <= 0)
        return co_yield();
    struct sleeper sleeper = {.waiter = {cancel_sleep, "sleep"}, .co = running};
    timer_init(&sleeper.timer, on_time_over, &sleeper);
    int rc = loop_call_later(running->loop, &sleeper.timer, delay_ns);
    if (rc < 0)
        return rc;
    return co_wait(&sleeper.waiter);
}
