/* explored.h - tests as tasks, played with every luck.
 *
 *     static int three_share_one(void *arg)
 *     {
 *         ... spawn tasks, let others cancel them from outside, join them ...
 *         expect(semaphore.value == 1, "value %d", semaphore.value);
 *         return 0;
 *     }
 *
 *     static const struct explored tests[] = {
 *         {"three share one permit", three_share_one},
 *         {"many share two", many_share_two, .seeds = 300},
 *     };
 *
 *     int main(int argc, char **argv)
 *     {
 *         return explored_run(tests, sizeof tests / sizeof tests[0], argc, argv);
 *     }
 *
 * Each is the main task of a new loop on backend_explore, once for each run. What is wrong in any
 * run: expect says so, it does not return 0, the loop ends with -EDEADLK (somebody waits for what
 * never comes), or a task, a coroutine, a timer, a callback or a watched descriptor is left.
 *
 * A program's first argument names the only test to be played, a pattern with `*`. LOOP_EXPLORE
 * says which runs (tests/support/explorer.h).
 */
#ifndef EXPLORED_H
#define EXPLORED_H

#include <stdbool.h>
#include <stddef.h>

#include "explorer.h"
#include "task.h"

struct explored {
    const char *name;
    coro_fn *play;          /* its argument is NULL */
    int seeds;              /* so many runs by seed; 0: all runs that there are */
    const char *plain_only; /* it is meant to fail in some run, but not in the plain one: the
                               beginning of the complaint that has to come */
};

#define EXPLORED_RUNS_MAX 400000 /* a test with more needs seeds */

/* Runs them as one group of cmocka. How many have failed. */
int explored_run(const struct explored *tests, size_t count, int argc, char **argv);

/* Plays one test once: the explore_fn behind it. */
void explored_play(void *test);

/* ---- For the tests -------------------------------------------------------------------------- */

/* A complaint unless `holds`. */
void expect(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A task of this loop; dies when it cannot be had. The argument may be a number. */
struct task *spawn(coro_fn *fn, void *arg, const char *name);
struct task *spawn_number(coro_fn *fn, int n, const char *name);

/* Sometime from now on somebody outside cancels the task, or calls fn(arg). Whoever has not when
 * the test's main task returns never does. The name is for the list of events. */
void cancel_from_outside(struct task *task, const char *name);
void call_from_outside(callback_fn *fn, void *arg, const char *name);

/* Waits until the task has ended; its result. The reference stays: somebody may still cancel it. */
int end_of(struct task *task);

/* Gives the references up; nobody calls from outside any more. The last thing that a test does. */
void let_go(struct task *const tasks[], int count);

/* Lets the others run, for so many passes. A cancel is passed on. */
int pass_by(int passes) CO_MUST_CHECK;

#endif
