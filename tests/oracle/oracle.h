/* oracle.h - scenarios of tasks whose every line of output is known from Python's asyncio.
 *
 * Each scenario is a coroutine in our C, written as one would write it in Python, and prints what
 * it sees. For each suite NAME.py plays the same scenarios on asyncio, and NAME.txt is what CPython
 * printed (oracle.py and expected.txt for the first). The two must agree to the byte, on every
 * backend of the loop.
 *
 * "EIO" and "EPIPE" stand for a scenario's own errors.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "clock.h"
#include "task.h"

struct oracle_scenario {
    const char *name;
    int (*play)(void); /* as a task; < 0: the scenario itself failed */
};

struct oracle_suite {
    const char *program, *expected; /* in tests/oracle: in Python, and what that printed */
    const struct oracle_scenario *scenarios;
    int count;
};

extern const struct oracle_suite oracle_suites[];
extern const int oracle_suite_count;

/* Plays a suite on that backend with an exact clock, and prints it to what oracle_printed gives.
 * 0, or why the loop could not be had or ended early. */
struct loop_backend;
int oracle_play(const struct oracle_suite *suite, const struct loop_backend *backend);

/* All that was printed by the last oracle_play. */
const char *oracle_printed(void);
void oracle_clear(void);

/* ---- What scenarios are written with ------------------------------------------------------- */

/* Prints a line. */
void p(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A result as the expected text has it: "3", "ECANCELED", ... Valid until the fourth call after
 * it. */
const char *rc_text(int rc);

/* A new task of the running loop; `arg` may be a small number. */
struct task *spawn(coro_fn *fn, intptr_t arg);

/* asyncio's `await task`, the reference kept. */
#define await_task(task) await(&(task)->future)

void unref_tasks(struct task *const tasks[], int count);

/* Lets others run for so many passes: asyncio's sleep(0). For a task that nobody cancels. */
void yield_times(int count);
void sleep_ms(int ms);

/* Sleeps and then cancels the task. */
void cancel_in_ms(int ms, struct task *task);

/* words.py's child: sleeps, then fails or returns `ms`, and says how it ended. */
struct nap {
    const char *name;
    int ms;
    int error;
    int cleanup_error; /* instead of -ECANCELED */
    int cleanup_ms;
};
int nap(void *nap);

/* NAP("a", 2) or NAP("a", 2, .error = -EIO), for as long as the calling block lasts; and the same
 * as a task. */
#define NAP(name_, ms_, ...)       (&(struct nap){.name = name_, .ms = ms_, ##__VA_ARGS__})
#define spawn_nap(name_, ms_, ...) spawn(nap, (intptr_t)NAP(name_, ms_, ##__VA_ARGS__))

#endif
