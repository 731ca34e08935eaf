/* fetch_delay.h - the client job of the demos, one fetch of it, by fetch(). */
#ifndef FETCH_DELAY_H
#define FETCH_DELAY_H

#include "demo.h"
#include "fetch.h"

/* Fetches delay i from the demo's server, marks its begin and its end in the demo's timeline, and
 * checks the answer. 0 or -errno. Suspends until the answer is there. Loop's thread. */
int fetch_delay(struct demo *demo, struct fetcher *fetcher, int i) CO_MUST_CHECK;

#endif
