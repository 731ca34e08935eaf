/* concurrent_future.c - the other thread's handle: a result under a lock, and a condition to wait
 * on.
 */
#include "submit_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"

/* ---- Memory -------------------------------------------------------------------------------- */

/* Waits are measured on the clock that nobody sets. */
static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct concurrent_future *concurrent_future_new(struct submitter *submitter, coro_fn *fn, void *arg,
                                                const char *name)
{
    struct concurrent_future *future = calloc(1, sizeof *future);
    if (!future)
        return NULL;
    future->submitter = submitter;
    future->fn = fn;
    future->arg = arg;
    strncpy(future->name, name ? name : "submitted", sizeof future->name - 1);
    future->references = 2;
    future->callbacks_end = &future->callbacks;
    init_condition(&future->is_done);
    return future;
}

void concurrent_future_unref(struct concurrent_future *future)
{
    struct submitter *submitter = future->submitter;
    pthread_mutex_lock(&submitter->lock);
    bool was_last = --future->references == 0;
    pthread_mutex_unlock(&submitter->lock);
    if (!was_last)
        return;
    pthread_cond_destroy(&future->is_done);
    free(future);
    submitter_unref(submitter);
}

void concurrent_future_free(struct concurrent_future *future)
{
    if (future)
        concurrent_future_unref(future);
}

/* ---- Its end ------------------------------------------------------------------------------- */

/* The callbacks run without the lock, since they may call us; meanwhile more may be added. */
void concurrent_future_complete(struct concurrent_future *future, int result)
{
    pthread_mutex_t *lock = &future->submitter->lock;
    struct concurrent_callback *callback;
    pthread_mutex_lock(lock);
    while ((callback = future->callbacks) != NULL) {
        future->callbacks = callback->next;
        if (!future->callbacks)
            future->callbacks_end = &future->callbacks;
        pthread_mutex_unlock(lock);
        callback->fn(result, callback->arg);
        pthread_mutex_lock(lock);
    }
    future->result = result;
    future->done = true;
    pthread_cond_broadcast(&future->is_done);
    pthread_mutex_unlock(lock);
    concurrent_future_unref(future);
}

/* ---- On any thread ------------------------------------------------------------------------- */

static struct timespec deadline_in(int64_t timeout_ns)
{
    int64_t now = clock_now(), when;
    if (__builtin_add_overflow(now, timeout_ns, &when))
        when = INT64_MAX;
    return (struct timespec){.tv_sec = when / NS_PER_S, .tv_nsec = when % NS_PER_S};
}

int concurrent_future_result(struct concurrent_future *future, int64_t timeout_ns)
{
    struct submitter *submitter = future->submitter;
    if (co_current() && co_loop() == submitter->loop)
        return -EDEADLK;
    struct timespec deadline = deadline_in(timeout_ns < 0 ? 0 : timeout_ns);
    pthread_mutex_lock(&submitter->lock);
    int error = 0;
    while (!future->done && error == 0)
        error = timeout_ns < 0
                    ? pthread_cond_wait(&future->is_done, &submitter->lock)
                    : pthread_cond_timedwait(&future->is_done, &submitter->lock, &deadline);
    int result = future->done ? future->result : -error;
    pthread_mutex_unlock(&submitter->lock);
    return result;
}

bool concurrent_future_cancel(struct concurrent_future *future)
{
    struct submitter *submitter = future->submitter;
    pthread_mutex_lock(&submitter->lock);
    bool asked = !future->done;
    if (asked) {
        future->cancel_asked = true;
        submitter_post(submitter, future);
    }
    pthread_mutex_unlock(&submitter->lock);
    return asked;
}

bool concurrent_future_done(struct concurrent_future *future)
{
    pthread_mutex_lock(&future->submitter->lock);
    bool done = future->done;
    pthread_mutex_unlock(&future->submitter->lock);
    return done;
}

bool concurrent_future_cancelled(struct concurrent_future *future)
{
    return concurrent_future_done(future) && future->result == -ECANCELED;
}

void concurrent_future_add_done_callback(struct concurrent_future *future,
                                         struct concurrent_callback *callback)
{
    pthread_mutex_lock(&future->submitter->lock);
    bool done = future->done;
    callback->next = NULL;
    if (!done) {
        *future->callbacks_end = callback;
        future->callbacks_end = &callback->next;
    }
    pthread_mutex_unlock(&future->submitter->lock);
    if (done)
        callback->fn(future->result, callback->arg);
}
