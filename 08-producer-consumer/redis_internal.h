/* redis_internal.h - what the files of the Redis client tell each other: redis.c sends commands,
 * redis_line.c keeps those who wait, redis_keeper.c keeps the connection.
 */
#ifndef REDIS_INTERNAL_H
#define REDIS_INTERNAL_H

#include <sys/queue.h>

#include "backoff.h"
#include "outbox.h"
#include "redis.h"
#include "redis_wire.h"

/* One that waits, first for a connection, then for its reply. On its coroutine's stack. */
struct redis_waiter {
    struct co_waiter waiter; /* first */
    struct co *co;
    struct redis *redis;
    struct timer timer;
    int64_t deadline_ns; /* of the command; < 0: never */
    redisReply *reply;
    uint64_t number; /* of the reply that is its; 0: it waits for a connection */
    TAILQ_ENTRY(redis_waiter) link;
};

struct redis {
    struct loop *loop;
    struct redis_options options;
    struct redis_wire wire;
    bool is_connected, is_closing;
    int users;           /* coroutines inside redis_command, and the keeper: the last one frees */
    struct task *keeper; /* connects, then reads until the end; NULL: no connection, no attempt */

    TAILQ_HEAD(, redis_waiter) joining; /* wait for a connection */
    struct redis_waiter **line;         /* wait for replies, a ring; NULL: not any more */
    uint64_t asked, answered;           /* commands of all connections; between them the ring's */
    size_t line_capacity;               /* a power of 2 */

    struct outbox out; /* what the connection has not taken yet */
    struct callback flush;
    struct timer silence;
    int64_t heard_at_ns; /* when bytes came last, or the first command went out after a pause */
    int lost_by;         /* why we have shut the connection down ourselves; 0: we have not */

    bool heard; /* a reply, on this connection */
    struct backoff backoff;
    int64_t retry_at_ns;
    struct redis_counters counters;
};

/* ---- redis_line.c --------------------------------------------------------------------------- */

/* Waits until there is a connection, or the attempt has failed; starts one when need be. */
int redis_line_join(struct redis_waiter *self) CO_MUST_CHECK;

/* The reply behind those that others wait for will be for `self`: 0 or -ENOMEM. Withdrawn when its
 * command cannot be sent, before anybody else enters. */
int redis_line_enter(struct redis_waiter *self) CO_MUST_CHECK;
void redis_line_withdraw(struct redis_waiter *self);

/* Waits for it. */
int redis_line_wait(struct redis_waiter *self) CO_MUST_CHECK;

/* There is a connection: those who wait for one go on, in their order. */
void redis_line_admit(struct redis *redis);

/* The next reply: to its waiter, or to nobody. -EPROTO: no reply was due; it is freed. */
int redis_line_deliver(struct redis *redis, redisReply *reply) CO_MUST_CHECK;

/* Ends all waits: the first that a reply is due to with `first`, the others with `rest`. */
void redis_line_fail(struct redis *redis, int first, int rest);

static inline bool redis_line_is_empty(const struct redis *redis)
{
    return redis->asked == redis->answered;
}

/* ---- redis_keeper.c -------------------------------------------------------------------------- */

/* There is a connection, or somebody at work on one: 0 or -ENOMEM. */
int redis_keeper_start(struct redis *redis) CO_MUST_CHECK;

/* Sends these bytes before the next pass but one. 0 or -ENOMEM. */
int redis_keeper_send(struct redis *redis, const char *bytes, size_t size) CO_MUST_CHECK;

/* Its end is asked for; it comes a pass later. One that has not begun never will. */
void redis_keeper_stop(struct redis *redis);

void redis_keeper_init(struct redis *redis);

/* ---- redis.c --------------------------------------------------------------------------------- */

/* One user less. Of a client that was closed the last one frees it. */
void redis_leave(struct redis *redis);

/* Is this its connection, now? */
bool redis_is_on(const struct redis *redis, uint64_t connection);

/* redis_vcommand on that connection alone, by its number; 0: any. -ECONNABORTED: it is gone. */
int redis_vcommand_on(struct redis *redis, uint64_t connection, redisReply **reply,
                      const char *format, va_list arguments) CO_MUST_CHECK;

#endif
