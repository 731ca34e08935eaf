/* fake_redis.h - a server on the test's own loop that can be asked to behave badly. It understands
 * PING alone, and counts.
 */
#ifndef FAKE_REDIS_H
#define FAKE_REDIS_H

#include <stdint.h>

#include "task.h"

enum fake_way {
    FAKE_ANSWERS,     /* +PONG to each PING, at once */
    FAKE_HOLDS,       /* numbers for answers, +1 and so on, when all that are expected have come */
    FAKE_IS_SILENT,   /* reads, and never answers */
    FAKE_RESETS,      /* RST, when all that are expected have come */
    FAKE_ENDS,        /* FIN, the same */
    FAKE_CUTS,        /* half a reply, and then the end */
    FAKE_STOPS,       /* half a reply, and then nothing */
    FAKE_REFUSES,     /* -ERR to each */
    FAKE_LOADS,       /* -LOADING to each */
    FAKE_FLOODS,      /* a reply of 100 MB to the first */
    FAKE_CLAIMS,      /* an array of a milliard of elements to the first */
    FAKE_TALKS_WRONG, /* what is no RESP */
    FAKE_TALKS_FIRST, /* a reply to nothing */
};

struct fake_redis {
    int listening; /* -1: nobody is there, connections are refused */
    uint16_t port;
    enum fake_way way;
    int expected; /* PINGs of a connection before it does anything, but for those that answer each
                   */
    int connections, pings;
    struct task *server;
};

/* Listens, on the same port again after a fake_redis_close. In a task. Ends the program when it
 * cannot. */
void fake_redis_open(struct fake_redis *fake);

/* Ends the server and its connections. */
void fake_redis_close(struct fake_redis *fake);

#endif
