/* redis_transaction.h - WATCH, MULTI, EXEC: several commands that nobody comes between.
 *
 *     redis_transaction_begin(&transaction, own);
 *     rc = redis_transaction_command(&transaction, &reply, "WATCH %s", key);
 *     ... read what the change depends on ...
 *     rc = redis_transaction_multi(&transaction);
 *     rc = redis_transaction_command(&transaction, &reply, "SET %s %d", key, value);     queued
 *     rc = redis_transaction_exec(&transaction, &replies);    -EAGAIN: somebody changed it; again
 *     rc = redis_transaction_end(&transaction, rc);
 *
 * Redis keeps the state of a transaction with the connection. So it has to be a client of its own,
 * `own`, that nobody else uses meanwhile (a pool gives such: redis_pool.c): what others send on the
 * same connection would become part of it. And when the connection is lost the transaction is:
 * the next command gets -ECONNABORTED, where a new connection would carry it out alone.
 *
 * What needs no look at the data first, or can take that look in Lua, is better a script: one
 * round trip, on the connection that all share. In tasks.
 */
#ifndef REDIS_TRANSACTION_H
#define REDIS_TRANSACTION_H

#include "redis.h"

struct redis_transaction {
    struct redis *redis;
    uint64_t connection; /* the one it is on; 0: no command was sent yet */
    bool is_open;        /* after MULTI, before EXEC */
    bool is_watching;
};

void redis_transaction_begin(struct redis_transaction *transaction, struct redis *own);

/* As redis_command; after MULTI the reply is "QUEUED". -ECONNABORTED: the connection was lost. */
int redis_transaction_command(struct redis_transaction *transaction, redisReply **reply,
                              const char *format, ...) CO_MUST_CHECK;

int redis_transaction_multi(struct redis_transaction *transaction) CO_MUST_CHECK;

/* Carries out what is queued. 0: an array of the replies, the caller's; an error among them is his
 * to look for. -EAGAIN: a watched key was changed, and nothing was carried out. */
int redis_transaction_exec(struct redis_transaction *transaction,
                           redisReply **replies) CO_MUST_CHECK;

/* Leaves the connection as it was: what is queued is discarded, what is watched is not any more.
 * `result` is what it came to, and comes back; or else the error of this. */
int redis_transaction_end(struct redis_transaction *transaction, int result) CO_MUST_CHECK;

#endif
