/* task_internal.h - what the files of this chapter tell each other of tasks. */
#ifndef TASK_INTERNAL_H
#define TASK_INTERNAL_H

#include "task.h"

/* Done, with an error that is not a cancel: asyncio's `exception() is not None`. */
static inline bool future_has_failed(const struct future *future)
{
    return future->state == FUTURE_DONE && future->result < 0;
}

/* future_add_done_callback for those who wait: it is by this callback that `co` waits for the
 * future. */
void future_add_awaiter(struct future *future, struct future_callback *callback, struct co *co);

/* Is `co` being cancelled in this very call, and has its cancel gone round a circle of awaits and
 * come back? Then its wait ends. (asyncio: RecursionError.) */
bool await_closes_circle(struct co *co);

/* An error that nobody has asked for goes to the exception handler of the future's loop. */
void future_tell_if_unretrieved(struct future *future, const char *name, const char *message);

/* task_list.c keeps a task from its start to its end, and one that failed until it is freed. */
void task_list_add(struct task *task);
void task_list_end(struct task *task);  /* it is done */
void task_list_free(struct task *task); /* its last reference is gone */

/* A task of this loop that is not done and is not `but`; NULL: there is none. */
struct task *task_first(const struct loop *loop, const struct task *but);

/* Cancels every task of this loop but that one. */
void task_cancel_all(const struct loop *loop, const struct task *but);

#endif
