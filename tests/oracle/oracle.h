/* oracle.h - scenarios of tasks whose every line of output is known from Python's asyncio.
 *
 * Each scenario is a coroutine in our C, written as one would write it in Python, and prints what
 * it sees. expected.txt is what CPython 3.12 printed for the same scenarios on asyncio (3.13 prints
 * the same). The two must agree to the byte, on every backend of the loop.
 *
 * The scenarios come from bugs that asyncio has had: python/asyncio#270 (a permit lost by a
 * cancel), bpo-23812 (an item lost in a queue), gh-86296 (wait_for swallowing a cancel), gh-76865
 * (gather swallowing its own), gh-116720 (nested timeouts), gh-90155 (overtaking at a semaphore),
 * bpo-32751 (wait_for returning before its child had ended). "EIO" stands for a scenario's own
 * error.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "clock.h"
#include "task.h"

/* ---- The scenarios, by the names that expected.txt has ------------------------------------- */

int s1(void);  /* tasks take turns */
int s2(void);  /* gather: the first error comes at once, the others go on */
int s3(void);  /* cancelling a gather cancels its children */
int s3r(void); /* the same, when the gather collects errors */
int s4(void);  /* one child is cancelled: the gather fails, its sibling survives */
int s5(void);  /* semaphore: a permit handed to one that is then cancelled goes to the next */
int s6(void);  /* semaphore: first come, first served, nobody overtakes */
int s7(void);  /* queue: the item put for a getter that is then cancelled goes to the next */
int s8(void);  /* bounded queue: the room made for a putter that is then cancelled, too */
int s10(void); /* a child that answers a cancel with a value: wait_for returns the value */
int s11(void); /* cancelled before its first step, a task never runs */
int s12(void); /* a cancel is one error, once: cleaning up may wait again */
int s13(void); /* nested timeouts */
int s15(void); /* wait_tasks: a timeout cancels nobody */
int s17(void); /* cancelling who waits cancels what is awaited */
int s18(void); /* two cancels before it runs: two are counted, one is delivered */
int s20(void); /* equal deadlines run in the order of asking */
int s21(void); /* a task that yields for ever does not keep timers from firing */
int s24(void); /* gather of tasks that are done already */

/* ---- What they are written with ------------------------------------------------------------ */

/* Prints a line. */
void p(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A result as expected.txt has it: "3", "ECANCELED", ... Valid until the fourth call after it. */
const char *rc_text(int rc);

/* A new task of the running loop; `arg` may be a small number. */
struct task *spawn(coro_fn *fn, intptr_t arg);

/* asyncio's `await task`, the reference kept. */
#define await_task(task) await(&(task)->future)

void unref_tasks(struct task *const tasks[], int count);

/* Lets others run for so many passes: asyncio's sleep(0). For the scenario's own task. */
void yield_times(int count);

/* All that was printed since the last call of oracle_clear. */
const char *oracle_printed(void);
void oracle_clear(void);

#endif
