/* redis_wire.h - one connection to Redis: bytes go out, replies come in. It knows nothing of who
 * waits for them. One task at a time reads.
 */
#ifndef REDIS_WIRE_H
#define REDIS_WIRE_H

#include "redis.h"

struct redis_wire {
    int fd;                              /* -1: closed */
    redisReader *reader;                 /* NULL: closed */
    redisReplyObjectFunctions functions; /* hiredis's, but for arrays that are too large */
    void *(*create_array)(const redisReadTask *, int); /* hiredis's */
    size_t limit;                                      /* bytes of one reply */
    size_t pending; /* bytes that came and are not in a reply yet */
    bool is_over_limit;
};

/* Connects, says AUTH and SELECT, all within the options' connect timeout. 0; -errno as in redis.h,
 * and it is closed. In a task. */
int redis_wire_open(struct redis_wire *wire, const struct redis_options *options) CO_MUST_CHECK;

/* A closed one is left alone. */
void redis_wire_close(struct redis_wire *wire);

/* Waits for bytes. 0; -ECONNRESET: the server has ended, too; or another -errno. */
int redis_wire_read(struct redis_wire *wire) CO_MUST_CHECK;

/* Does not suspend. 1: *reply is the next one, the caller's; 0: it has not all come yet; -EMSGSIZE,
 * -EPROTO, -ENOMEM: this connection is of no more use. */
int redis_wire_next(struct redis_wire *wire, redisReply **reply) CO_MUST_CHECK;

/* Sends these bytes, when nobody else is at it, and waits for one reply: as redis_command. */
int redis_wire_ask(struct redis_wire *wire, const char *bytes, size_t size,
                   redisReply **reply) CO_MUST_CHECK;

#endif
