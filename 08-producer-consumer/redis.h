/* redis.h - a client of Redis for any number of coroutines, over one connection.
 *
 *     const struct redis_options options = {.host = "127.0.0.1"};
 *     struct redis *redis;
 *     rc = redis_connect(&options, &redis);
 *     redisReply *reply;
 *     rc = redis_command(redis, &reply, "GET %s", key);
 *     if (rc == 0)
 *         ... reply->type, reply->str ...
 *     freeReplyObject(reply);
 *     redis_close(redis);
 *
 * Commands are pipelined: each coroutine waits for its own reply, and all commands of one pass of
 * the loop leave in one write. Redis answers in the order of asking, so the replies need no number:
 * who waits longest gets the next one. The protocol (RESP2) is hiredis's work, its printf-like
 * format, its parser and its redisReply; sockets and waiting are ours.
 *
 * A connection that is lost is opened again when the next command wants it, after a pause if the
 * last attempt failed. A command is never sent twice: one that was under way when the connection
 * was lost may have been carried out or not, nobody knows, and its caller is told so by an error.
 *
 * What must not share a connection gets a client of its own: transactions (redis_transaction.h),
 * commands that block (BLMOVE), and subscriptions (redis_subscribe.h).
 *
 * In tasks (06), on the loop's thread. The program ignores SIGPIPE (net_ignore_sigpipe). The idea
 * of the interface is that of hiredis and of Python's redis.asyncio.
 */
#ifndef REDIS_H
#define REDIS_H

#include <hiredis.h>
#include <stdarg.h>
#include <stdint.h>

#include "task.h"

struct redis;

/* Times in ns; 0: the default; below 0: for ever. The strings outlive the client. */
struct redis_options {
    const char *unix_path;      /* of a Unix socket; NULL: TCP */
    const char *host;           /* NULL: 127.0.0.1; a name is resolved, and that blocks */
    uint16_t port;              /* 0: 6379 */
    const char *user;           /* NULL: the default user */
    const char *password;       /* NULL: no AUTH */
    int database;               /* SELECT, when it is not 0 */
    int64_t connect_timeout_ns; /* for a connection with AUTH and SELECT; default 5 s */
    int64_t command_timeout_ns; /* from the call to its end, all included; default 10 s */
    int64_t reply_timeout_ns;   /* silence while replies are due: the connection is given up; 5 s */
    size_t reply_limit;         /* bytes of one reply; default 64 MiB */
    int64_t backoff_min_ns;     /* pause after one failed attempt (backoff.h); default 50 ms */
    int64_t backoff_max_ns;     /* after many; default 5 s */
    uint32_t seed;              /* of the jitter */
};

/* A client that has not connected yet: its first command does. The options are copied. In a
 * coroutine. NULL: no memory. */
struct redis *redis_new(const struct redis_options *options) CO_MUST_CHECK;

/* The same, connected: 0. Or why not, after one attempt, and *redis is NULL. */
int redis_connect(const struct redis_options *options, struct redis **redis) CO_MUST_CHECK;

/* Closes it and gives it up. Whoever still waits gets -ESHUTDOWN. Does not suspend; the rest is
 * done on the loop's next pass. NULL is ignored. */
void redis_close(struct redis *redis);

/* Sends a command and waits for its reply. The format is hiredis's: blanks separate arguments, %s
 * is a string, %b bytes and their size_t, %d and its like a number; an argument may have any bytes
 * in it. 0: *reply is the answer, the caller's: freeReplyObject. Else *reply is NULL, or, when it
 * was Redis that refused, its sentence (REDIS_REPLY_ERROR), the caller's too:
 *   -EAGAIN         not now: LOADING, BUSY, TRYAGAIN, MASTERDOWN
 *   -EACCES         NOAUTH, WRONGPASS, NOPERM
 *   -ENOENT         NOSCRIPT: EVALSHA of a script that it does not know
 *   -EEXIST         BUSYGROUP: the consumer group is there already
 *   -EREMOTEIO      any other error reply
 * or what became of the connection:
 *   -ECONNREFUSED, -ENOENT, ...  the attempt to connect that was made meanwhile failed
 *   -ETIMEDOUT      connecting, or the command, or the silence of the server lasted too long
 *   -ECONNRESET     the connection was lost, or closed by the server
 *   -EMSGSIZE       the reply is over the limit; the connection is given up, since its bytes are
 *   -ECONNABORTED   on their way: this is what those who waited behind it get
 *   -EPROTO         what came was not Redis's protocol
 *   -ESHUTDOWN      the client was closed
 *   -ECANCELED      the caller was; the reply will be dropped when it comes
 *   -EINVAL, -ENOMEM  the format; no memory. */
int redis_command(struct redis *redis, redisReply **reply, const char *format, ...) CO_MUST_CHECK;
int redis_vcommand(struct redis *redis, redisReply **reply, const char *format,
                   va_list arguments) CO_MUST_CHECK;

/* The same with arguments in an array; `lengths` NULL: they are strings. */
int redis_command_argv(struct redis *redis, redisReply **reply, int count,
                       const char *const arguments[], const size_t lengths[]) CO_MUST_CHECK;

/* What an error reply means, as above; 0 for any other. */
int redis_reply_error(const redisReply *reply);

/* The sentence of an error for a log: Redis's own when it refused, else the error's text. Lasts as
 * long as the reply, or until the next call of error_text. */
const char *redis_error_text(int error, const redisReply *reply);

/* The options, defaults filled in: to be copied, and changed, for a further client. */
const struct redis_options *redis_options_of(const struct redis *redis);

struct redis_counters {
    uint64_t connections; /* that were made; the last one's number */
    uint64_t attempts;    /* that failed */
    uint64_t commands;    /* that were sent */
    uint64_t writes;      /* calls that sent them */
    uint64_t dropped;     /* replies that nobody waited for any more */
};
struct redis_counters redis_counters(const struct redis *redis);

#endif
