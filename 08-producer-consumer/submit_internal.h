/* submit_internal.h - what the two sides of the door share: inside this folder only. */
#ifndef SUBMIT_INTERNAL_H
#define SUBMIT_INTERNAL_H

#include <pthread.h>

#include "submit.h"

struct concurrent_future {
    struct submitter *submitter;
    coro_fn *fn;
    void *arg;
    char name[32];
    /* The loop's: */
    bool begun;
    struct task *task;            /* NULL: not begun, or ended */
    struct future_callback ended; /* of the task */
    TAILQ_ENTRY(concurrent_future) running;
    /* Under the lock: */
    bool posted, cancel_asked, done;
    int result;
    int references; /* the handle's, the loop's until the task ends, the list's */
    struct concurrent_callback *callbacks, **callbacks_end;
    STAILQ_ENTRY(concurrent_future) place; /* among those posted */
    pthread_cond_t is_done;
};

struct submitter {
    struct loop *loop;
    /* The loop's: */
    struct callback arrival;
    TAILQ_HEAD(, concurrent_future) running;
    struct future *all_ended; /* what submitter_close waits for; else NULL */
    /* Under the lock: */
    pthread_mutex_t lock;
    STAILQ_HEAD(, concurrent_future) posted;
    int posted_count;
    bool arriving; /* the loop has been called, and has not come yet */
    bool closed;
    int references; /* its owner's, and one for each future */
};

/* NULL: no memory. Two references: the handle's and the loop's. */
struct concurrent_future *concurrent_future_new(struct submitter *submitter, coro_fn *fn, void *arg,
                                                const char *name);
void concurrent_future_unref(struct concurrent_future *future);

/* The task has ended, or will never begin; gives up the loop's reference. On the loop's thread. */
void concurrent_future_complete(struct concurrent_future *future, int result);

/* Under the lock: the loop is to look at this future. */
void submitter_post(struct submitter *submitter, struct concurrent_future *future);
void submitter_unref(struct submitter *submitter);

#endif
