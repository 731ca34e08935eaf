/* task_tree.h - the tasks of a loop that are not done, and what each of them waits for, as a tree.
 *
 *     main               waits for gather
 *     |-- first          waits for sleep
 *     `-- second         waits for a task
 *         `-- third      has not started
 *
 * A task stands below each that waits for it: by await, gather, wait, a group, a shield. So at the
 * top is who nobody waits for. task_run prints the tree of its loop when the process gets SIGUSR1,
 * and a debugger may call task_tree_show. Python 3.14: asyncio pstree. Loop's thread only.
 */
#ifndef TASK_TREE_H
#define TASK_TREE_H

#include <stdio.h>

#include "task.h"

/* 0; -ENOMEM, and then nothing is printed; -EIO. */
int task_tree_print(const struct loop *loop, FILE *to);

/* Every loop's tasks of this thread to stderr: (gdb) call task_tree_show() */
void task_tree_show(void);

/* From now on the process prints the loop's tree to stderr when it gets `signo`; as
 * loop_add_signal_handler, and its result. loop_remove_signal_handler ends it. */
int task_tree_on_signal(struct loop *loop, int signo);

#endif
