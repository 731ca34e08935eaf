/* pending_table.h - what a loop still has to do, as a table for people.
 *
 *     queued    -        report("load", 93)
 *     timer     in 2.0 s remind("the meeting", 2)
 *     reader    fd 5     hear("Ada")
 *
 * A call that was bound with partial.h is shown with its arguments; of another one only the name is
 * known. asyncio keeps such handles, and prints them one at a time (repr), when it is in debug
 * mode.
 */
#ifndef PENDING_TABLE_H
#define PENDING_TABLE_H

#include <stdio.h>

#include "loop.h"

/* A line for each: queued calls in their order, timers by their time, readers and writers by
 * descriptor; "nothing" when there is none. The loop's thread. 0, -ENOMEM, -EIO. */
int pending_print(struct loop *loop, FILE *file);

#endif
