/* exact_clock.h - a backend with its own clock taken away, so that a busy machine changes no order.
 *
 * The loop waits in the backend as ever, in real time if it is a real one. But the clock that the
 * loop reads stands still while tasks run, goes on by 1 us with each pass that waits for nothing,
 * and by exactly the time asked for when the loop has waited. That a backend returns too early is
 * found besides, and is -ETIME.
 */
#ifndef EXACT_CLOCK_H
#define EXACT_CLOCK_H

#include "backend.h"

/* `inner` with that clock. One at a time: the result is valid until the next call. */
const struct loop_backend *exact_clock(const struct loop_backend *inner);

#endif
