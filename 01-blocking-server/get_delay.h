/* get_delay.h - the client job of the demos, one fetch of it, by blocking_get. */
#ifndef GET_DELAY_H
#define GET_DELAY_H

#include "demo.h"

/* Fetches delay i from the demo's server, marks its begin and its end in the demo's timeline, and
 * checks the answer. 0 or -errno. Blocks until the delay is over. Needs about 16 KiB of stack. Any
 * thread. */
int get_delay(struct demo *demo, int i);

#endif
