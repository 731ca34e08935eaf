/* waiters.h - what the queue's scenarios share: a queue of small numbers, and tasks at both ends.
 */
#ifndef WAITERS_H
#define WAITERS_H

#include "queue.h"
#include "scenario.h"

extern struct queue queue; /* the scenario's; they run one after another */

/* Sets the queue up; ends the test program when it cannot. */
void new_queue(int maxsize);

/* Gets an item and says so: "g1 got 42", or how it ended. The argument is its number. */
int getter(void *arg);

/* Puts its number and says so. */
int putter(void *arg);

/* Waits for the queue's join and says so. */
int joiner(void *arg);

struct task *spawn_number(coro_fn *fn, int n);

void unref_all(struct task *tasks[], int count);

/* Without waiting; each says what came of it. */
void try_put(int item);
void try_get(void);
void report_done(void);

#endif
