/* future.c - a state, a result, and a list of callbacks that the loop will run. */
#include "future.h"

#include <errno.h>
#include <stdlib.h>

#include "task_internal.h"

static bool cancel_pending(struct future *future);

static void free_future(struct future *future)
{
    future_tell_if_unretrieved(future, NULL, "a future's error was never retrieved");
    free(future);
}

void future_init(struct future *future, struct loop *loop)
{
    *future = (struct future){.loop = loop, .references = 1, .cancel = cancel_pending};
    future->callbacks_end = &future->callbacks;
}

struct future *future_new(struct loop *loop)
{
    struct future *future = malloc(sizeof *future);
    if (!future)
        return NULL;
    future_init(future, loop);
    future->destroy = free_future;
    return future;
}

struct future *future_ref(struct future *future)
{
    future->references++;
    return future;
}

void future_unref(struct future *future)
{
    if (future && --future->references == 0 && future->destroy)
        future->destroy(future);
}

/* ---- Completing ---------------------------------------------------------------------------- */

/* The callbacks go into the loop's queue. Run inside this call they would see a half-done caller,
 * and their order would depend on who completes whom. */
static void complete(struct future *future, enum future_state state, int result)
{
    future->state = state;
    future->result = result;
    struct future_callback *next = future->callbacks;
    future->callbacks = NULL;
    future->callbacks_end = &future->callbacks;
    while (next) {
        struct future_callback *callback = next;
        next = callback->next;
        callback->next = NULL;
        loop_call_soon(future->loop, &callback->callback);
    }
}

int future_set_result(struct future *future, int result)
{
    if (future_is_done(future))
        return -EALREADY;
    complete(future, FUTURE_DONE, result);
    return 0;
}

int future_set_cancelled(struct future *future)
{
    if (future_is_done(future))
        return -EALREADY;
    complete(future, FUTURE_CANCELLED, -ECANCELED);
    return 0;
}

static bool cancel_pending(struct future *future)
{
    return future_set_cancelled(future) == 0;
}

bool future_cancel(struct future *future)
{
    return future->cancel(future);
}

/* ---- Asking -------------------------------------------------------------------------------- */

bool future_is_done(const struct future *future)
{
    return future->state != FUTURE_PENDING;
}

bool future_is_cancelled(const struct future *future)
{
    return future->state == FUTURE_CANCELLED;
}

int future_result(struct future *future)
{
    if (!future_is_done(future))
        return -EINPROGRESS;
    future->retrieved = true;
    return future->result;
}

void future_mark_retrieved(struct future *future)
{
    future->retrieved = true;
}

void future_tell_if_unretrieved(struct future *future, const char *name, const char *message)
{
    if (!future_has_failed(future) || future->retrieved)
        return;
    future->retrieved = true; /* told once */
    const struct loop_exception exception = {message, name, future->result};
    loop_call_exception_handler(future->loop, &exception);
}

void future_add_done_callback(struct future *future, struct future_callback *callback)
{
    future_add_awaiter(future, callback, NULL);
}

void future_add_awaiter(struct future *future, struct future_callback *callback, struct co *co)
{
    callback->next = NULL;
    callback->awaiter = co;
    if (future_is_done(future)) {
        loop_call_soon(future->loop, &callback->callback);
        return;
    }
    *future->callbacks_end = callback;
    future->callbacks_end = &callback->next;
}

void future_remove_done_callback(struct future *future, struct future_callback *callback)
{
    loop_cancel(future->loop, &callback->callback);
    for (struct future_callback **link = &future->callbacks; *link; link = &(*link)->next) {
        if (*link != callback)
            continue;
        *link = callback->next;
        if (!*link)
            future->callbacks_end = link;
        return;
    }
}

/* ---- Awaiting ------------------------------------------------------------------------------ */

struct awaiting {
    struct co_waiter waiter; /* first */
    struct co *co;
    struct future *future;
    struct future_callback on_done;
    bool passes_cancel; /* under way: what is awaited is being asked */
    bool is_circle;     /* and that has led back here */
};

static void on_awaited_done(void *arg)
{
    struct awaiting *awaiting = arg;
    co_wake_now(awaiting->co, future_result(awaiting->future));
}

/* Who waits for himself, by whatever detour, would be asked for ever: the first who was asked stops
 * waiting. */
static bool leave_circle(struct awaiting *awaiting)
{
    future_remove_done_callback(awaiting->future, &awaiting->on_done);
    return true;
}

/* The cancel goes to what is awaited, whose end then wakes us; that may be a value all the same. If
 * it is done already, our wake-up stands in the queue, and we are cancelled when it comes. */
static bool cancel_awaited(struct co_waiter *waiter)
{
    struct awaiting *awaiting = (struct awaiting *)waiter;
    awaiting->passes_cancel = true;
    if (!future_cancel(awaiting->future))
        awaiting->co->must_cancel = true;
    awaiting->passes_cancel = false;
    return awaiting->is_circle && leave_circle(awaiting);
}

bool await_closes_circle(struct co *co)
{
    if (!co->waiter || co->waiter->cancel != cancel_awaited)
        return false;
    struct awaiting *awaiting = (struct awaiting *)co->waiter;
    awaiting->is_circle = awaiting->passes_cancel;
    return awaiting->is_circle;
}

int await(struct future *future)
{
    if (future_is_done(future))
        return future_result(future);
    struct awaiting awaiting = {
        .waiter = {cancel_awaited, future->what ? future->what : "a future"},
        .co = co_current(),
        .future = future_ref(future),
    };
    callback_init(&awaiting.on_done.callback, on_awaited_done, &awaiting);
    future_add_awaiter(future, &awaiting.on_done, awaiting.co);
    int rc = co_wait(&awaiting.waiter);
    future_unref(future);
    return rc;
}
