/* redis_subscribe.c - see redis_subscribe.h. */
#include "redis_subscribe.h"

#include <errno.h>
#include <string.h>

#include "timeout.h"

void redis_subscription_init(struct redis_subscription *subscription,
                             const struct redis_options *options, const char *channel)
{
    *subscription = (struct redis_subscription){
        .options = *options,
        .channel = channel,
        .wire = {.fd = -1},
    };
    backoff_init(&subscription->backoff, options->backoff_min_ns, options->backoff_max_ns,
                 options->seed);
}

void redis_subscription_close(struct redis_subscription *subscription)
{
    freeReplyObject(subscription->last);
    subscription->last = NULL;
    redis_wire_close(&subscription->wire);
}

/* The answer to SUBSCRIBE has the same shape as a message: "subscribe", the channel, how many. */
static int subscribe(struct redis_subscription *subscription)
{
    struct timeout_scope scope;
    char *bytes;
    redisReply *reply = NULL;
    int size = redisFormatCommand(&bytes, "SUBSCRIBE %s", subscription->channel);
    if (size < 0)
        return -ENOMEM;
    timeout_begin(&scope, subscription->options.reply_timeout_ns);
    int rc = redis_wire_ask(&subscription->wire, bytes, (size_t)size, &reply);
    rc = timeout_end(&scope, rc);
    freeReplyObject(reply);
    redisFreeCommand(bytes);
    return rc;
}

int redis_subscription_open(struct redis_subscription *subscription)
{
    int rc = 0;
    if (subscription->wire.fd >= 0)
        return 0;
    if (subscription->has_failed)
        rc = co_sleep(backoff_next(&subscription->backoff));
    if (rc == 0)
        rc = redis_wire_open(&subscription->wire, &subscription->options);
    if (rc == 0)
        rc = subscribe(subscription);
    if (rc < 0) {
        subscription->has_failed = true;
        redis_wire_close(&subscription->wire);
    }
    return rc;
}

static bool is_message(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
           reply->element[0]->type == REDIS_REPLY_STRING &&
           strcmp(reply->element[0]->str, "message") == 0 &&
           reply->element[1]->type == REDIS_REPLY_STRING &&
           reply->element[2]->type == REDIS_REPLY_STRING;
}

/* The next reply, whatever it is, in `last`. */
static int take_reply(struct redis_subscription *subscription)
{
    int rc;
    freeReplyObject(subscription->last);
    subscription->last = NULL;
    while ((rc = redis_wire_next(&subscription->wire, &subscription->last)) == 0) {
        rc = redis_wire_read(&subscription->wire);
        if (rc < 0)
            return rc;
    }
    return rc;
}

int redis_subscription_next(struct redis_subscription *subscription, struct redis_message *message)
{
    int rc = redis_subscription_open(subscription);
    if (rc < 0)
        return rc;
    do
        rc = take_reply(subscription);
    while (rc > 0 && !is_message(subscription->last));
    if (rc == -ECANCELED)
        return rc;
    if (rc < 0) {
        subscription->has_failed = true;
        redis_subscription_close(subscription);
        return rc;
    }
    subscription->has_failed = false;
    subscription->backoff.bound_ns = subscription->options.backoff_min_ns;
    const redisReply *last = subscription->last;
    *message =
        (struct redis_message){last->element[1]->str, last->element[2]->str, last->element[2]->len};
    return 1;
}
