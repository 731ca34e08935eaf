/* test_redis_own.c - what needs a connection of its own: transactions, commands that block,
 * subscriptions.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "redis_play.h"
#include "redis_subscribe.h"
#include "redis_transaction.h"

/* ---- Connections of their own -------------------------------------------------------------- */

static int add_in_transaction(struct redis *own, struct redis *other)
{
    struct redis_transaction transaction;
    redisReply *replies = NULL, *reply;
    redis_transaction_begin(&transaction, own);
    int rc = redis_transaction_command(&transaction, &reply, "WATCH sum");
    freeReplyObject(reply);
    if (rc == 0 && other)
        ask(other, "INCR sum");
    if (rc == 0)
        rc = redis_transaction_multi(&transaction);
    if (rc == 0)
        rc = redis_transaction_command(&transaction, &reply, "INCRBY sum 10");
    if (rc == 0) {
        say("%s", reply->str);
        freeReplyObject(reply);
        rc = redis_transaction_exec(&transaction, &replies);
    }
    rc = redis_transaction_end(&transaction, rc);
    say("%s", rc < 0 ? strerrorname_np(-rc) : "done");
    freeReplyObject(replies);
    return 0;
}

static int transactions(void *arg)
{
    (void)arg;
    struct redis *own = redis_new(&play_options), *other = redis_new(&play_options);
    if (!own || !other)
        return -ENOMEM;
    int rc = add_in_transaction(own, NULL);
    if (rc == 0)
        rc = add_in_transaction(own, other); /* which comes between */
    ask(other, "GET sum");
    redis_close(own);
    redis_close(other);
    return rc;
}

/* What is left over when a connection is lost must not be carried out on the next one. */
static int a_lost_transaction(void *arg)
{
    (void)arg;
    struct redis_transaction transaction;
    redisReply *reply;
    struct redis *own = redis_new(&play_options), *other = redis_new(&play_options);
    if (!own || !other)
        return -ENOMEM;
    redis_transaction_begin(&transaction, own);
    int rc = redis_transaction_multi(&transaction);
    ask(other, "CLIENT KILL TYPE normal SKIPME yes");
    for (int i = 0; i < 1000 && rc == 0; i++) { /* until the loss has been noticed */
        rc = redis_transaction_command(&transaction, &reply, "SET lost 1");
        freeReplyObject(reply);
    }
    rc = redis_transaction_command(&transaction, &reply, "SET lost 1");
    say("%s", strerrorname_np(-rc));
    say("%s", strerrorname_np(-redis_transaction_end(&transaction, rc)));
    ask(other, "EXISTS lost");
    redis_close(own);
    redis_close(other);
    return 0;
}

static int push_later(void *arg)
{
    redisReply *reply = NULL;
    int rc = co_sleep(20 * NS_PER_MS);
    if (rc == 0)
        rc = redis_command(arg, &reply, "LPUSH line first");
    freeReplyObject(reply);
    return rc;
}

static int a_command_that_blocks(void *arg)
{
    (void)arg;
    struct redis_options patient = play_options;
    patient.command_timeout_ns = patient.reply_timeout_ns = -1;
    struct redis *shared = redis_new(&play_options), *own = redis_new(&patient);
    struct task *pusher = shared && own ? task_spawn(co_loop(), push_later, shared, "push") : NULL;
    if (!pusher)
        return -ENOMEM;
    ask(own, "BLMOVE line mine RIGHT LEFT 30");
    int rc = task_join(pusher);
    redis_close(own);
    redis_close(shared);
    return rc;
}

static int publish(void *arg)
{
    ask(arg, "PUBLISH news one");
    ask(arg, "PUBLISH news two");
    ask(arg, "CLIENT KILL TYPE pubsub");
    return 0;
}

/* The loss is told; then it goes on. */
static int a_subscription(void *arg)
{
    (void)arg;
    struct redis_subscription news;
    struct redis_message message;
    struct redis *redis;
    int rc = redis_connect(&play_options, &redis);
    if (rc < 0)
        return rc;
    redis_subscription_init(&news, redis_options_of(redis), "news");
    rc = redis_subscription_open(&news);
    struct task *task = task_spawn(co_loop(), publish, redis, "publisher");
    if (!task || task_join(task) < 0)
        return -ENOMEM;
    while (rc >= 0 && (rc = redis_subscription_next(&news, &message)) > 0)
        say("%s: %s", message.channel, message.text);
    say("%s", strerrorname_np(-rc));
    rc = redis_subscription_open(&news);
    ask(redis, "PUBLISH news three");
    rc = rc == 0 ? redis_subscription_next(&news, &message) : rc;
    say("%s", rc > 0 ? message.text : "nothing");
    redis_subscription_close(&news);
    redis_close(redis);
    return 0;
}

static const struct play plays[] = {
    {"transactions", transactions, "QUEUED, done, 11, QUEUED, EAGAIN, 11"},
    {"a lost transaction", a_lost_transaction, "1, ECONNABORTED, ECONNABORTED, 0"},
    {"a command that blocks", a_command_that_blocks, "first"},
    {"a subscription", a_subscription, "1, 1, 1, news: one, news: two, ECONNRESET, 1, three"},
};

int main(void)
{
    return plays_run(plays, sizeof plays / sizeof plays[0]);
}
