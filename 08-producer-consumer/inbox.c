/* inbox.c - two arrays that change places: one fills, the other one is emptied. */
#include "inbox.h"

#include <errno.h>
#include <stdlib.h>

static void on_arrival(void *arg)
{
    struct inbox *inbox = arg;
    pthread_mutex_lock(&inbox->lock);
    inbox->arriving = false;
    pthread_mutex_unlock(&inbox->lock);
    if (inbox->waiting)
        future_set_result(inbox->waiting, 0);
}

int inbox_init(struct inbox *inbox, struct loop *loop, int maxsize)
{
    if (maxsize < 1)
        return -EINVAL;
    *inbox = (struct inbox){.loop = loop, .maxsize = maxsize};
    inbox->taken = calloc((size_t)maxsize, sizeof *inbox->taken);
    inbox->coming = calloc((size_t)maxsize, sizeof *inbox->coming);
    if (!inbox->taken || !inbox->coming) {
        free(inbox->taken);
        free(inbox->coming);
        return -ENOMEM;
    }
    callback_init(&inbox->arrival, on_arrival, inbox);
    pthread_mutex_init(&inbox->lock, NULL);
    pthread_cond_init(&inbox->has_room, NULL);
    return 0;
}

void inbox_fini(struct inbox *inbox)
{
    pthread_cond_destroy(&inbox->has_room);
    pthread_mutex_destroy(&inbox->lock);
    free(inbox->taken);
    free(inbox->coming);
}

/* ---- The threads' side --------------------------------------------------------------------- */

/* Under the lock. */
static void call_loop(struct inbox *inbox)
{
    if (inbox->arriving)
        return;
    inbox->arriving = true;
    loop_call_soon_threadsafe(inbox->loop, &inbox->arrival);
}

static int put(struct inbox *inbox, void *item, bool wait)
{
    pthread_mutex_lock(&inbox->lock);
    while (wait && inbox->coming_count == inbox->maxsize && !inbox->shut_down) {
        inbox->blocked++;
        pthread_cond_wait(&inbox->has_room, &inbox->lock);
        inbox->blocked--;
    }
    int rc = inbox->shut_down ? -ESHUTDOWN : inbox->coming_count == inbox->maxsize ? -EAGAIN : 0;
    if (rc == 0) {
        inbox->coming[inbox->coming_count++] = item;
        if (inbox->coming_count == 1) /* the coroutine may have found nothing */
            call_loop(inbox);
    }
    pthread_mutex_unlock(&inbox->lock);
    return rc;
}

int inbox_put(struct inbox *inbox, void *item)
{
    return put(inbox, item, true);
}

int inbox_try_put(struct inbox *inbox, void *item)
{
    return put(inbox, item, false);
}

void inbox_shutdown(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    inbox->shut_down = true;
    pthread_cond_broadcast(&inbox->has_room);
    call_loop(inbox);
    pthread_mutex_unlock(&inbox->lock);
}

/* ---- The coroutine's side ------------------------------------------------------------------ */

/* Takes over all that has come: 0. -EAGAIN: nothing has; -ESHUTDOWN: and nothing will, nor is the
 * loop still to call us. */
static int take_over(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    void **emptied = inbox->taken;
    inbox->taken = inbox->coming;
    inbox->taken_count = inbox->coming_count;
    inbox->next = 0;
    inbox->coming = emptied;
    inbox->coming_count = 0;
    if (inbox->blocked > 0)
        pthread_cond_broadcast(&inbox->has_room);
    bool ended = inbox->shut_down && !inbox->arriving;
    pthread_mutex_unlock(&inbox->lock);
    return inbox->taken_count > 0 ? 0 : ended ? -ESHUTDOWN : -EAGAIN;
}

static int wait_for_arrival(struct inbox *inbox)
{
    struct future arrived;
    future_init(&arrived, inbox->loop);
    arrived.what = "an inbox";
    inbox->waiting = &arrived;
    int rc = await(&arrived);
    inbox->waiting = NULL;
    return rc;
}

int inbox_get(struct inbox *inbox, void **item)
{
    int rc = inbox->next < inbox->taken_count ? 0 : take_over(inbox);
    while (rc == -EAGAIN) {
        rc = wait_for_arrival(inbox);
        if (rc == 0)
            rc = take_over(inbox);
    }
    if (rc == 0)
        *item = inbox->taken[inbox->next++];
    return rc;
}
