/* redis_keeper.c - a task that has one connection, from the attempt to its end.
 *
 * It pauses if the last attempt failed, connects, hands each reply to the line, and when the
 * connection is lost tells the line why. Then it ends: the next command starts another one. So a
 * client that nobody uses does nothing at all, and a server that is away is asked only by those
 * who want something of it.
 */
#include <errno.h>
#include <sys/socket.h>

#include "redis_internal.h"

/* ---- Sending ------------------------------------------------------------------------------- */

/* The reader must not wait any longer: for it this looks like the end. `reason` says what it was.
 */
static void shut_down(struct redis *redis, int reason)
{
    redis->lost_by = reason;
    if (shutdown(redis->wire.fd, SHUT_RDWR) < 0)
        redis->lost_by = -errno; /* the reader sees the same */
}

static ssize_t send_some(struct redis *redis)
{
    ssize_t count;
    do {
        redis->counters.writes++;
        count =
            send(redis->wire.fd, outbox_front(&redis->out), outbox_size(&redis->out), MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

/* From the loop, once for all commands of a pass; and again when the socket has room. An error is
 * the reader's to find: there may be replies before it. */
static void flush(void *arg)
{
    struct redis *redis = arg;
    while (outbox_size(&redis->out) > 0) {
        ssize_t count = send_some(redis);
        if (count == -EAGAIN) {
            int rc = loop_add_writer(redis->loop, redis->wire.fd, flush, redis);
            if (rc < 0)
                shut_down(redis, rc);
            return;
        }
        outbox_drop(&redis->out, count < 0 ? outbox_size(&redis->out) : (size_t)count);
    }
    loop_remove_writer(redis->loop, redis->wire.fd);
}

static void on_silence(void *arg)
{
    struct redis *redis = arg;
    int64_t end = redis->heard_at_ns + redis->options.reply_timeout_ns;
    if (redis_line_is_empty(redis))
        return;
    if (loop_time(redis->loop) >= end)
        shut_down(redis, -ETIMEDOUT);
    else if (loop_call_at(redis->loop, &redis->silence, end) < 0)
        shut_down(redis, -ENOMEM);
}

/* The server is to be heard within the reply timeout. The timer is not moved for each command and
 * reply: when its time comes it looks whether there was silence, and goes on from there. */
static int listen_for_silence(struct redis *redis)
{
    if (redis->options.reply_timeout_ns < 0)
        return 0;
    if (redis->asked - redis->answered == 1)
        redis->heard_at_ns = loop_time(redis->loop);
    if (timer_is_scheduled(&redis->silence))
        return 0;
    return loop_call_later(redis->loop, &redis->silence, redis->options.reply_timeout_ns);
}

int redis_keeper_send(struct redis *redis, const char *bytes, size_t size)
{
    int rc = listen_for_silence(redis);
    if (rc == 0)
        rc = outbox_append(&redis->out, bytes, size);
    if (rc < 0)
        return rc;
    redis->counters.commands++;
    loop_call_soon(redis->loop, &redis->flush);
    return 0;
}

/* ---- Receiving ----------------------------------------------------------------------------- */

/* Until the connection is lost: why. */
static int read_replies(struct redis *redis)
{
    for (;;) {
        redisReply *reply;
        int rc = redis_wire_read(&redis->wire);
        if (rc < 0)
            return rc;
        redis->heard_at_ns = loop_time(redis->loop);
        while ((rc = redis_wire_next(&redis->wire, &reply)) > 0) {
            redis->heard = true;
            rc = redis_line_deliver(redis, reply);
            if (rc < 0)
                return rc;
        }
        if (rc < 0)
            return rc;
    }
}

/* ---- From the attempt to the end ----------------------------------------------------------- */

static int wait_for_turn(struct redis *redis)
{
    int64_t pause = redis->retry_at_ns - loop_time(redis->loop);
    return pause > 0 ? co_sleep(pause) : 0;
}

static int serve(struct redis *redis)
{
    redis->is_connected = true;
    redis->lost_by = 0;
    redis->counters.connections++;
    redis_line_admit(redis);
    int rc = read_replies(redis);
    return redis->lost_by < 0 && rc != -ECANCELED ? redis->lost_by : rc;
}

/* A connection that was good for a reply may be followed by the next at once. */
static void plan_next(struct redis *redis)
{
    redis->retry_at_ns = loop_time(redis->loop);
    if (redis->heard)
        redis->backoff.bound_ns = redis->options.backoff_min_ns;
    else
        redis->retry_at_ns += backoff_next(&redis->backoff);
}

static void disconnect(struct redis *redis)
{
    redis->is_connected = false;
    redis_wire_close(&redis->wire);
    outbox_clear(&redis->out);
    loop_cancel(redis->loop, &redis->flush);
    loop_cancel_timer(redis->loop, &redis->silence);
}

static int keep(void *arg)
{
    struct redis *redis = arg;
    redis->users++;
    redis->heard = false;
    int rc = wait_for_turn(redis);
    if (rc == 0) {
        rc = redis_wire_open(&redis->wire, &redis->options);
        redis->counters.attempts += rc < 0;
    }
    if (rc == 0)
        rc = serve(redis);
    plan_next(redis);
    disconnect(redis);
    redis_line_fail(redis, rc, rc == -EMSGSIZE ? -ECONNABORTED : rc);
    task_unref(redis->keeper);
    redis->keeper = NULL;
    redis_leave(redis);
    return 0;
}

int redis_keeper_start(struct redis *redis)
{
    if (!redis->keeper)
        redis->keeper = task_spawn(redis->loop, keep, redis, "the keeper of a Redis connection");
    return redis->keeper ? 0 : -ENOMEM;
}

void redis_keeper_stop(struct redis *redis)
{
    if (redis->keeper)
        task_cancel(redis->keeper);
}

void redis_keeper_init(struct redis *redis)
{
    redis->wire.fd = -1;
    callback_init(&redis->flush, flush, redis);
    timer_init(&redis->silence, on_silence, redis);
    backoff_init(&redis->backoff, redis->options.backoff_min_ns, redis->options.backoff_max_ns,
                 redis->options.seed);
}
