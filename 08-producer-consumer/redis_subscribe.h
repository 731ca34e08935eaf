/* redis_subscribe.h - messages of channels, one after another: an async for over a subscription.
 *
 *     redis_subscription_init(&news, redis_options_of(redis), "news");
 *     while ((rc = redis_subscription_next(&news, &message)) > 0)
 *         ... message.text, message.length ...
 *     redis_subscription_close(&news);
 *
 * It is a connection of its own: one that has subscribed may say nothing else. Messages are not
 * kept by Redis: what is published while nobody is connected is lost. So the loss of a connection
 * is told, once, by -ECONNRESET or its like; calling again connects and subscribes again, after a
 * pause, and what was published in between has been missed. In a task, one at a time.
 */
#ifndef REDIS_SUBSCRIBE_H
#define REDIS_SUBSCRIBE_H

#include "backoff.h"
#include "redis_wire.h"

struct redis_message {
    const char *channel;
    const char *text; /* NUL-terminated; any bytes may be in it; until the next call */
    size_t length;
};

struct redis_subscription {
    struct redis_options options;
    const char *channel;
    struct redis_wire wire;
    redisReply *last; /* what the message points into */
    struct backoff backoff;
    bool has_failed; /* since the last message: the next attempt waits */
};

/* Connects with the first redis_subscription_next. `channel` outlives it, and so do the options'
 * strings; the options come from redis_options_of, defaults filled in. */
void redis_subscription_init(struct redis_subscription *subscription,
                             const struct redis_options *options, const char *channel);

/* Connects and subscribes, if that is still to be done: from its return on no message is missed. 0
 * or -errno. redis_subscription_next does it, too. */
int redis_subscription_open(struct redis_subscription *subscription) CO_MUST_CHECK;

/* Waits for the next message: 1. -errno as redis_command has it. */
int redis_subscription_next(struct redis_subscription *subscription,
                            struct redis_message *message) CO_MUST_CHECK;

void redis_subscription_close(struct redis_subscription *subscription);

#endif
