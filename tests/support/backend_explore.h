/* backend_explore.h - the virtual clock under the explorer: what the loop's contract leaves open is
 * a choice (explorer.h).
 *
 * loop.h fixes a lot, and all of that is as always: callbacks run first in, first out; a pass runs
 * what was ready when it began; in a pass descriptors come first, then the calls of other threads,
 * then timers by deadline, equal ones in the order of asking; no timer is early; what was cancelled
 * does not run. So the order in which tasks, futures and whoever waits for a semaphore are served
 * is never a choice: who relies on it is right.
 *
 * It leaves open what the world does. In each poll the explorer chooses
 *
 *   - which of the descriptors that are ready are reported now, and in which order (the others may
 *     still be on their way: they are ready in the next poll again);
 *   - which of those who call from outside have called by now, and in which order (a call of
 *     explore_from_outside is one of loop_call_soon_threadsafe by a thread of its own);
 *   - how late it is: whether time stands still, or passes to the next deadline or one after it,
 *     while callbacks are queued, too. A real clock goes on while a program runs; a loop may be
 *     late by up to EXPLORE_LATE_NS, and finds all due that was in between.
 *
 * So what comes from outside can come in any pass and be in one pass with anything else. Answers of
 * 0 are the plain clock's: all descriptors at once in the order of registration; time passes, and
 * callers call, only when there is nothing else to do, one after another, as announced. That is why
 * plain runs rarely see two things happen at once.
 *
 * Not chosen, so not found: what happens between two instructions (threads inside one callback:
 * that is the thread sanitizer's work), partial reads and writes, times between deadlines, and
 * equal deadlines in two passes. Timers of parties that know nothing of each other should have
 * different deadlines; a nanosecond is enough.
 *
 * Nothing is outside but what was announced: when nothing can happen any more the run ends with
 * -EDEADLK at once, whatever is watched. (-ELOOP: it does not end.)
 */
#ifndef SUPPORT_BACKEND_EXPLORE_H
#define SUPPORT_BACKEND_EXPLORE_H

#include <stdint.h>

#include "backend.h"
#include "loop.h"

#define EXPLORE_LATE_NS       (INT64_C(100) * 1000000) /* 0.1 s */
#define EXPLORE_PASSES_MAX    20000                    /* more is a complaint: it does not end */
#define EXPLORE_OUTSIDE_MAX   32                       /* calls from outside in a run */
#define EXPLORE_DEADLINES_MAX 8 /* different ones that may come due together */

extern const struct loop_backend backend_explore;

/* Sometime from now on another thread has fn(arg) called, by loop_call_soon_threadsafe. It may
 * itself announce the next call. `name` is for the run's events and must live as long as the run.
 */
void explore_from_outside(struct loop *loop, callback_fn *fn, void *arg, const char *name);

/* Those who have not called yet never will, and who has called and is still queued is dropped. What
 * the calls point to may go now. */
void explore_nobody_calls(struct loop *loop);

#endif
