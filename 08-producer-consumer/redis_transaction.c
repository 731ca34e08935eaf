/* redis_transaction.c - see redis_transaction.h. */
#include "redis_transaction.h"

#include <errno.h>
#include <strings.h>

#include "redis_internal.h"

void redis_transaction_begin(struct redis_transaction *transaction, struct redis *own)
{
    *transaction = (struct redis_transaction){.redis = own};
}

/* The first command opens the connection, if need be, and settles which one it is. */
int redis_transaction_command(struct redis_transaction *transaction, redisReply **reply,
                              const char *format, ...)
{
    struct redis *redis = transaction->redis;
    va_list arguments;
    va_start(arguments, format);
    int rc = redis_vcommand_on(redis, transaction->connection, reply, format, arguments);
    va_end(arguments);
    if (transaction->connection == 0)
        transaction->connection = redis_counters(redis).connections;
    if (rc == 0 && strncasecmp(format, "WATCH", 5) == 0)
        transaction->is_watching = true;
    return rc;
}

static int say_to(struct redis_transaction *transaction, const char *word)
{
    redisReply *reply;
    int rc = redis_transaction_command(transaction, &reply, word);
    freeReplyObject(reply);
    return rc;
}

int redis_transaction_multi(struct redis_transaction *transaction)
{
    int rc = say_to(transaction, "MULTI");
    transaction->is_open = rc == 0;
    return rc;
}

/* EXEC ends the transaction and the watch, whatever it answers. */
int redis_transaction_exec(struct redis_transaction *transaction, redisReply **replies)
{
    int rc = redis_transaction_command(transaction, replies, "EXEC");
    if (rc != -ECANCELED)
        transaction->is_open = transaction->is_watching = false;
    if (rc < 0 || (*replies)->type != REDIS_REPLY_NIL)
        return rc;
    freeReplyObject(*replies);
    *replies = NULL;
    return -EAGAIN;
}

/* A connection that is lost has forgotten all of it by itself. */
int redis_transaction_end(struct redis_transaction *transaction, int result)
{
    int rc = 0;
    if (transaction->connection == 0 || !redis_is_on(transaction->redis, transaction->connection))
        return result;
    if (transaction->is_open)
        rc = say_to(transaction, "DISCARD");
    else if (transaction->is_watching)
        rc = say_to(transaction, "UNWATCH");
    return rc < 0 && result >= 0 ? rc : result;
}
