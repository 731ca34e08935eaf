/* tiny_server.h - a small HTTP server of coroutines for the test of fetch(), on the test's own
 * loop:
 *
 *     /ok        200, {"delay": 5}
 *     /503       503, an empty body
 *     /hold      nothing; counts the clients that leave
 *     /together  200 when TOGETHER clients have asked for it
 *     /drop      the end instead of an answer
 *     /cut       the end in the middle of an answer
 *     /junk      something that is no HTTP
 *     /big       200 and zeros without an end
 */
#ifndef TINY_SERVER_H
#define TINY_SERVER_H

#include <stdint.h>

#include "task.h"

#define TOGETHER 5

struct tiny_server {
    int listening;
    uint16_t port;
    int connections; /* in all */
    int together;    /* clients that have asked for /together */
    int left;        /* clients that went while they were held */
};

/* Opens the listening socket; fails the test when it cannot. */
void tiny_server_open(struct tiny_server *server);

/* A coroutine function: accepts clients, a task for each, until it is cancelled. */
int tiny_server_run(void *server);

#endif
