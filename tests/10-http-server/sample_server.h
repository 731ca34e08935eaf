/* sample_server.h - handlers with something of everything: what a server can be made to say. */
#ifndef SAMPLE_SERVER_H
#define SAMPLE_SERVER_H

#include "router.h"

/*   GET  /hello           "Hello", as text
 *   GET  /sleep           the same after 30 ms
 *   POST /hello           the same, without reading the body
 *   POST /echo            the body, up to 1024 bytes
 *   GET  /stream          three pieces of "piece "
 *   GET  /fail-half-way   the same, and then -EIO
 *   GET  /fail            says "Hello", and then -EIO
 *   GET  /nothing         returns 0 without an answer
 *   GET  /twice           "Hello", and then "second" instead
 *   GET  /split           a field with a line's end in its value
 *   GET  /drop            no answer
 *   GET  /large           200,000 bytes
 *   GET  /trickle         "Hello", a byte at a time
 */
extern const struct route SAMPLE_ROUTES[];

#endif
