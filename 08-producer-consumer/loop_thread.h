/* loop_thread.h - a thread that runs a loop for the others: what they submit, it does.
 *
 *     rc = loop_thread_start(&thread, &backend_epoll, false);
 *     rc = run_coroutine_threadsafe(thread.submitter, fn, arg, "fn", &future);
 *     ...
 *     rc = loop_thread_stop(&thread);
 *
 * The order of the end is the point of it: first the door is closed and what is under way has
 * ended, then the loop ends, then the thread, and only then is the loop freed. Python's daemon
 * threads skip all of that.
 */
#ifndef LOOP_THREAD_H
#define LOOP_THREAD_H

#include <pthread.h>
#include <semaphore.h>

#include "submit.h"

struct loop_thread {
    struct loop *loop;
    struct submitter *submitter; /* from loop_thread_start to loop_thread_stop */
    bool signals;
    pthread_t thread;
    bool begun;            /* its main task has; then the door is open */
    sem_t told;            /* loop_thread_start, of that or of the failure */
    struct callback stop;  /* what loop_thread_stop asks the loop for */
    struct future stopped; /* the loop's: what its main task waits for */
    int result;            /* of its main task */
};

/* A new loop on a new thread. With `signals` SIGINT and SIGTERM end what is under way, as
 * loop_thread_stop does: they are blocked in the calling thread for that, and in those that it
 * starts from now on. 0: the loop runs; -ENOMEM, -EAGAIN, or why there is no loop. */
int loop_thread_start(struct loop_thread *thread, const struct loop_backend *backend, bool signals)
    __attribute__((warn_unused_result));

/* Cancels what is under way, waits for its end and for the thread's, and frees all. From the thread
 * that has started it. 0; -ECANCELED: a signal has ended it; or the loop's error. */
int loop_thread_stop(struct loop_thread *thread);

#endif
