/* submit.c - what goes through the door: a list under a lock, and one call that the loop makes.
 *
 * Other threads put a future into the list of those for which the loop has something to do: to
 * begin it or to cancel it. The first one of them calls the loop (loop_call_soon_threadsafe); as
 * long as that call is under way the others need not. Everything else is the loop's own: it alone
 * begins, cancels and ends tasks.
 */
#include "submit_internal.h"

#include <errno.h>
#include <stdlib.h>

/* ---- On the loop's thread ------------------------------------------------------------------ */

static void tell_if_idle(struct submitter *submitter)
{
    pthread_mutex_lock(&submitter->lock);
    bool idle = submitter->closed && !submitter->arriving;
    pthread_mutex_unlock(&submitter->lock);
    if (idle && TAILQ_EMPTY(&submitter->running) && submitter->all_ended)
        future_set_result(submitter->all_ended, 0);
}

static void on_task_end(void *arg)
{
    struct concurrent_future *future = arg;
    struct submitter *submitter = future->submitter;
    int result = task_result(future->task);
    task_unref(future->task);
    future->task = NULL;
    TAILQ_REMOVE(&submitter->running, future, running);
    concurrent_future_complete(future, result);
    tell_if_idle(submitter);
}

static void begin(struct concurrent_future *future)
{
    struct submitter *submitter = future->submitter;
    future->task = task_spawn(submitter->loop, future->fn, future->arg, future->name);
    if (!future->task) {
        concurrent_future_complete(future, -ENOMEM);
        return;
    }
    callback_init(&future->ended.callback, on_task_end, future);
    future_add_done_callback(&future->task->future, &future->ended);
    TAILQ_INSERT_TAIL(&submitter->running, future, running);
}

/* One that was to be cancelled may have ended meanwhile. */
static void start_or_cancel(struct concurrent_future *future, bool cancel)
{
    if (future->task)
        task_cancel(future->task);
    else if (!future->begun && cancel)
        concurrent_future_complete(future, -ECANCELED);
    else if (!future->begun)
        begin(future);
    future->begun = true;
}

static struct concurrent_future *take_posted(struct submitter *submitter, bool *cancel)
{
    pthread_mutex_lock(&submitter->lock);
    struct concurrent_future *future = STAILQ_FIRST(&submitter->posted);
    STAILQ_REMOVE_HEAD(&submitter->posted, place);
    submitter->posted_count--;
    future->posted = false;
    *cancel = future->cancel_asked || submitter->closed;
    pthread_mutex_unlock(&submitter->lock);
    return future;
}

/* As many as there were when it came: threads that post all the time do not keep the loop. */
static void on_arrival(void *arg)
{
    struct submitter *submitter = arg;
    pthread_mutex_lock(&submitter->lock);
    int count = submitter->posted_count;
    pthread_mutex_unlock(&submitter->lock);
    while (count-- > 0) {
        bool cancel;
        struct concurrent_future *future = take_posted(submitter, &cancel);
        start_or_cancel(future, cancel);
        concurrent_future_unref(future);
    }
    pthread_mutex_lock(&submitter->lock);
    submitter->arriving = !STAILQ_EMPTY(&submitter->posted);
    if (submitter->arriving)
        loop_call_soon(submitter->loop, &submitter->arrival);
    pthread_mutex_unlock(&submitter->lock);
    tell_if_idle(submitter);
}

struct submitter *submitter_new(struct loop *loop)
{
    struct submitter *submitter = calloc(1, sizeof *submitter);
    if (!submitter)
        return NULL;
    submitter->loop = loop;
    submitter->references = 1;
    callback_init(&submitter->arrival, on_arrival, submitter);
    TAILQ_INIT(&submitter->running);
    STAILQ_INIT(&submitter->posted);
    pthread_mutex_init(&submitter->lock, NULL);
    return submitter;
}

static bool is_idle(struct submitter *submitter)
{
    pthread_mutex_lock(&submitter->lock);
    bool idle = !submitter->arriving;
    pthread_mutex_unlock(&submitter->lock);
    return idle && TAILQ_EMPTY(&submitter->running);
}

int submitter_close(struct submitter *submitter)
{
    pthread_mutex_lock(&submitter->lock);
    submitter->closed = true;
    pthread_mutex_unlock(&submitter->lock);
    struct concurrent_future *future;
    TAILQ_FOREACH(future, &submitter->running, running)
    {
        task_cancel(future->task);
    }
    int rc = 0;
    while (!is_idle(submitter)) {
        struct future all_ended;
        future_init(&all_ended, submitter->loop);
        all_ended.what = "what was submitted";
        submitter->all_ended = &all_ended;
        if (await(&all_ended) < 0)
            rc = -ECANCELED; /* and waits on: nobody may outlive the door */
        submitter->all_ended = NULL;
    }
    return rc;
}

void submitter_unref(struct submitter *submitter)
{
    pthread_mutex_lock(&submitter->lock);
    bool was_last = --submitter->references == 0;
    pthread_mutex_unlock(&submitter->lock);
    if (!was_last)
        return;
    pthread_mutex_destroy(&submitter->lock);
    free(submitter);
}

void submitter_free(struct submitter *submitter)
{
    if (submitter)
        submitter_unref(submitter);
}

/* ---- Through the door, from any thread ----------------------------------------------------- */

/* Under the lock. */
void submitter_post(struct submitter *submitter, struct concurrent_future *future)
{
    if (future->posted)
        return;
    future->posted = true;
    future->references++;
    STAILQ_INSERT_TAIL(&submitter->posted, future, place);
    submitter->posted_count++;
    if (submitter->arriving)
        return;
    submitter->arriving = true;
    loop_call_soon_threadsafe(submitter->loop, &submitter->arrival);
}

int run_coroutine_threadsafe(struct submitter *submitter, coro_fn *fn, void *arg, const char *name,
                             struct concurrent_future **future)
{
    struct concurrent_future *made = concurrent_future_new(submitter, fn, arg, name);
    if (!made)
        return -ENOMEM;
    pthread_mutex_lock(&submitter->lock);
    bool closed = submitter->closed;
    submitter->references++;
    if (!closed)
        submitter_post(submitter, made);
    pthread_mutex_unlock(&submitter->lock);
    if (!closed) {
        *future = made;
        return 0;
    }
    concurrent_future_unref(made); /* for the loop, which will never have it */
    concurrent_future_unref(made);
    return -ESHUTDOWN;
}
