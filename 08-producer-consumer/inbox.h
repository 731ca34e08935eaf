/* inbox.h - a bounded queue whose producers are other threads: they block, the consumer suspends.
 *
 *     any other thread                      a coroutine of the loop
 *     rc = inbox_put(&inbox, item);         while ((rc = inbox_get(&inbox, &item)) == 0)
 *     inbox_shutdown(&inbox);                   ... use item ...
 *
 * queue.h belongs to one thread; of this one the producers' side belongs to all others. asyncio has
 * no such queue (a library does: janus), and one submission for each item costs a task. A thread
 * puts an item under a lock; the coroutine takes all that have come together, and the loop is woken
 * once for all of them.
 */
#ifndef INBOX_H
#define INBOX_H

#include <pthread.h>

#include "task.h"

struct inbox {
    struct loop *loop;
    int maxsize;
    /* The loop's: */
    void **taken; /* what inbox_get gives next: taken[next] to taken[taken_count - 1] */
    int next, taken_count;
    struct future *waiting; /* the coroutine that is in inbox_get; else NULL */
    struct callback arrival;
    /* Under the lock: */
    pthread_mutex_t lock;
    pthread_cond_t has_room;
    void **coming;
    int coming_count;
    int blocked;   /* threads that wait for room */
    bool arriving; /* the loop has been called, and has not come yet */
    bool shut_down;
};

/* Room for `maxsize` items (at least 1) that come, and for as many that the coroutine has taken
 * over: all the memory that it will ever need. 0; -EINVAL; -ENOMEM. Any thread. */
int inbox_init(struct inbox *inbox, struct loop *loop, int maxsize);

/* After inbox_get has said -ESHUTDOWN (then the loop does not know of it any more), or when nothing
 * was ever put and nothing shut down; and after the threads that use it were joined. */
void inbox_fini(struct inbox *inbox);

/* Puts an item; blocks the calling thread while the inbox is full. 0 or -ESHUTDOWN. Any thread but
 * the loop's, which would wait for itself. */
int inbox_put(struct inbox *inbox, void *item) __attribute__((warn_unused_result));

/* The same without waiting: -EAGAIN instead. Any thread. */
int inbox_try_put(struct inbox *inbox, void *item) __attribute__((warn_unused_result));

/* The next item, the oldest first. 0; -ESHUTDOWN: it is shut down and empty; -ECANCELED, and then
 * nothing was taken. One coroutine at a time. */
int inbox_get(struct inbox *inbox, void **item) CO_MUST_CHECK;

/* No more puts; threads that wait to put get -ESHUTDOWN. What has come can still be taken. Any
 * thread. */
void inbox_shutdown(struct inbox *inbox);

#endif
