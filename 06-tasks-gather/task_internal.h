/* task_internal.h - what task.c tells run.c. */
#ifndef TASK_INTERNAL_H
#define TASK_INTERNAL_H

#include "task.h"

/* A task of this loop that is not done and is not `but`; NULL: there is none. */
struct task *task_first(const struct loop *loop, const struct task *but);

/* Cancels every task of this loop but that one. */
void task_cancel_all(const struct loop *loop, const struct task *but);

#endif
