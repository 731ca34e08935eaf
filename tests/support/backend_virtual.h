/* backend_virtual.h - a clock that jumps: tests of hours run in milliseconds, to the nanosecond.
 *
 *     struct loop *loop = loop_new(&backend_virtual);
 *
 * loop_time() begins at VIRTUAL_START_NS and stands still while the program runs. What a poll does
 * when the loop has nothing queued:
 *
 *   1. A descriptor is ready, or the loop was woken: time does not move. (Real descriptors may be
 *      watched: sockets, pipes, eventfds. They are looked at with poll(2), without waiting.)
 *   2. Otherwise, with a timer pending: time jumps to its deadline, exactly. This also holds while
 *      descriptors are watched: who is not ready now loses against the clock. So both ends of a
 *      test's conversation should be in this loop, or else see backend_virtual_hold.
 *   3. Otherwise, with a descriptor watched or a signal handled: it really waits, since only the
 *      outside can go on; after VIRTUAL_GUARD_S seconds the run ends with -ETIMEDOUT.
 *   4. Otherwise nothing can ever happen: loop_run_forever returns -EDEADLK.
 *
 * It is stricter than epoll about descriptors that were closed and not forgotten (loop_forget_fd):
 * the run ends with -EBADF, or adding the next one of that number fails with -EEXIST.
 */
#ifndef SUPPORT_BACKEND_VIRTUAL_H
#define SUPPORT_BACKEND_VIRTUAL_H

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"

/* Not 0, so that a time taken for a delay does not pass unseen. */
#define VIRTUAL_START_NS (INT64_C(1000) * 1000000000)
#define VIRTUAL_GUARD_S  30

extern const struct loop_backend backend_virtual;

/* How often time has jumped. */
uint64_t backend_virtual_jumps(struct loop *loop);

/* While somebody outside of the loop (a thread, another process) is at work for it, hold the clock:
 * between hold(+1) and hold(-1) time does not jump and there is no deadlock; the loop really waits
 * to be woken or for a descriptor. From the loop's thread only. */
void backend_virtual_hold(struct loop *loop, int change);

/* ---- For a backend that is built on this one (backend_explore) ------------------------------ */

/* Looks at the descriptors, without waiting, and takes the wake-ups: *woken, if there were any. How
 * many descriptors are ready; -errno. */
int backend_virtual_look(struct loop *loop, bool *woken);

/* Of those that the last look found and that are not yet reported the i-th, from 0: its descriptor
 * (-1: there are not so many); and its report to the loop, after which it is none of them. From
 * poll only. */
int backend_virtual_ready_fd(struct loop *loop, int i);
void backend_virtual_report(struct loop *loop, int i);

/* Time is when_ns from now on. It never goes back: an earlier one changes nothing. */
void backend_virtual_jump(struct loop *loop, int64_t when_ns);

#endif
