/* end_signals.h - the two signals by which a server is told to end: SIGINT (Ctrl-C) and SIGTERM
 * (kill). The loop's thread only. */
#ifndef END_SIGNALS_H
#define END_SIGNALS_H

#include "loop.h"

/* Calls fn(arg) from the loop when one of them comes. 0 or -errno. */
int end_signals_handle(struct loop *loop, callback_fn *fn, void *arg);

/* Takes that back: they end the process again. Without it loop_free does. Where nothing was handled
 * it does nothing. */
void end_signals_remove(struct loop *loop);

/* From now on they do nothing. For the way out: the loop gives the signals back when it is freed,
 * and a second Ctrl-C must not hit while that is under way. */
void end_signals_ignore(void);

#endif
