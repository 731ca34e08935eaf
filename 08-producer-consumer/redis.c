/* redis.c - a command: wait for a connection, send, wait for the reply. See redis.h. */
#include "redis.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "redis_internal.h"

#define DEFAULT_PORT  6379
#define DEFAULT_LIMIT ((size_t)64 * 1024 * 1024)

/* ---- Its life ------------------------------------------------------------------------------ */

static int64_t time_or(int64_t time_ns, int64_t default_ns)
{
    return time_ns != 0 ? time_ns : default_ns;
}

static void fill_in(struct redis_options *options)
{
    if (!options->host)
        options->host = "127.0.0.1";
    if (options->port == 0)
        options->port = DEFAULT_PORT;
    if (options->reply_limit == 0)
        options->reply_limit = DEFAULT_LIMIT;
    options->connect_timeout_ns = time_or(options->connect_timeout_ns, 5 * NS_PER_S);
    options->command_timeout_ns = time_or(options->command_timeout_ns, 10 * NS_PER_S);
    options->reply_timeout_ns = time_or(options->reply_timeout_ns, 5 * NS_PER_S);
    options->backoff_min_ns = time_or(options->backoff_min_ns, 50 * NS_PER_MS);
    options->backoff_max_ns = time_or(options->backoff_max_ns, 5 * NS_PER_S);
}

struct redis *redis_new(const struct redis_options *options)
{
    struct redis *redis = calloc(1, sizeof *redis);
    if (!redis)
        return NULL;
    redis->loop = co_loop();
    redis->options = *options;
    fill_in(&redis->options);
    TAILQ_INIT(&redis->joining);
    redis_keeper_init(redis);
    return redis;
}

static int64_t deadline_of_command(const struct redis *redis)
{
    int64_t when, timeout = redis->options.command_timeout_ns;
    if (timeout < 0 || __builtin_add_overflow(loop_time(redis->loop), timeout, &when))
        return -1;
    return when;
}

static void begin(struct redis_waiter *self, struct redis *redis)
{
    *self = (struct redis_waiter){.co = co_current(), .redis = redis};
    self->deadline_ns = deadline_of_command(redis);
    redis->users++;
}

/* The connection may be lost again before we run: then another attempt, in the same time. */
static int be_connected(struct redis_waiter *self)
{
    struct redis *redis = self->redis;
    int rc = redis->is_closing ? -ESHUTDOWN : 0;
    while (rc == 0 && !redis->is_connected)
        rc = redis_line_join(self);
    return rc;
}

int redis_connect(const struct redis_options *options, struct redis **redis)
{
    *redis = redis_new(options);
    if (!*redis)
        return -ENOMEM;
    struct redis_waiter self;
    begin(&self, *redis);
    int rc = be_connected(&self);
    redis_leave(*redis);
    if (rc < 0) {
        redis_close(*redis);
        *redis = NULL;
    }
    return rc;
}

void redis_leave(struct redis *redis)
{
    if (--redis->users > 0 || !redis->is_closing)
        return;
    task_unref(redis->keeper);
    free(redis->line);
    free(redis);
}

/* Those inside redis_command still look at the client when they are woken, and so does the keeper.
 * So the last of them frees it, in this pass or the next. */
void redis_close(struct redis *redis)
{
    if (!redis)
        return;
    redis->users++;
    redis->is_closing = true;
    redis_line_fail(redis, -ESHUTDOWN, -ESHUTDOWN);
    redis_keeper_stop(redis);
    redis_leave(redis);
}

bool redis_is_on(const struct redis *redis, uint64_t connection)
{
    return redis->is_connected && redis->counters.connections == connection;
}

/* ---- A command ----------------------------------------------------------------------------- */

static int send_and_wait(struct redis_waiter *self, const char *bytes, size_t size)
{
    int rc = redis_line_enter(self);
    if (rc < 0)
        return rc;
    rc = redis_keeper_send(self->redis, bytes, size);
    if (rc == 0)
        return redis_line_wait(self);
    redis_line_withdraw(self);
    return rc;
}

static int exchange(struct redis *redis, uint64_t connection, const char *bytes, size_t size,
                    redisReply **reply)
{
    struct redis_waiter self;
    if (connection != 0 && !redis_is_on(redis, connection))
        return -ECONNABORTED;
    begin(&self, redis);
    int rc = be_connected(&self);
    if (rc == 0)
        rc = send_and_wait(&self, bytes, size);
    redis_leave(redis);
    if (rc < 0) {
        freeReplyObject(self.reply); /* it came, and so did a cancel, which wins */
        return rc;
    }
    *reply = self.reply;
    return redis_reply_error(self.reply);
}

/* `size` is as hiredis gave it: -1 for no memory, -2 for a format that it does not know. */
static int exchange_and_free(struct redis *redis, uint64_t connection, char *bytes, int size,
                             redisReply **reply)
{
    *reply = NULL;
    if (size < 0)
        return size == -1 ? -ENOMEM : -EINVAL;
    int rc = exchange(redis, connection, bytes, (size_t)size, reply);
    redisFreeCommand(bytes);
    return rc;
}

int redis_vcommand_on(struct redis *redis, uint64_t connection, redisReply **reply,
                      const char *format, va_list arguments)
{
    char *bytes = NULL;
    int size = redisvFormatCommand(&bytes, format, arguments);
    return exchange_and_free(redis, connection, bytes, size, reply);
}

int redis_vcommand(struct redis *redis, redisReply **reply, const char *format, va_list arguments)
{
    return redis_vcommand_on(redis, 0, reply, format, arguments);
}

int redis_command(struct redis *redis, redisReply **reply, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int rc = redis_vcommand(redis, reply, format, arguments);
    va_end(arguments);
    return rc;
}

int redis_command_argv(struct redis *redis, redisReply **reply, int count,
                       const char *const arguments[], const size_t lengths[])
{
    char *bytes = NULL;
    int size = redisFormatCommandArgv(&bytes, count, (const char **)arguments, lengths);
    return exchange_and_free(redis, 0, bytes, size, reply);
}

/* ---- Looking ------------------------------------------------------------------------------- */

const struct redis_options *redis_options_of(const struct redis *redis)
{
    return &redis->options;
}

struct redis_counters redis_counters(const struct redis *redis)
{
    return redis->counters;
}
