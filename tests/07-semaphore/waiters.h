/* waiters.h - what the semaphore's scenarios share: a semaphore, and tasks that want its permits.
 */
#ifndef WAITERS_H
#define WAITERS_H

#include "scenario.h"
#include "semaphore.h"

extern struct semaphore semaphore; /* the scenario's; they run one after another */

/* Acquires, says so, and keeps the permit. The argument is a number, its name. */
int take(void *arg);

/* Acquires, lets others run, releases. */
int take_and_give_back(void *arg);

struct task *spawn_number(coro_fn *fn, int n);

/* Releases; says it when that is refused. */
void release_or_say(void);

/* Joins them; says it when one ended with an error. */
void join_all(struct task *tasks[], int count);

#endif
