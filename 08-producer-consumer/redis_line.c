/* redis_line.c - a line of coroutines, each waiting for a reply, in the order of the replies.
 *
 * The line is a ring of pointers to waiters, which lie on stacks. One that leaves early, since it
 * was cancelled or its time is over, leaves an empty place: the reply comes all the same, finds
 * nobody, and is dropped. So nobody behind it is served a reply that is not his.
 */
#include <errno.h>
#include <stdlib.h>

#include "redis_internal.h"

static struct redis_waiter **place_of(struct redis *redis, uint64_t number)
{
    return &redis->line[number & (redis->line_capacity - 1)];
}

/* Its coroutine goes on; by then nothing else knows of it. */
static void wake(struct redis_waiter *waiter, int result)
{
    loop_cancel_timer(waiter->redis->loop, &waiter->timer);
    co_wake(waiter->co, result);
}

static void leave(struct redis_waiter *self)
{
    struct redis *redis = self->redis;
    if (self->number == 0)
        TAILQ_REMOVE(&redis->joining, self, link);
    else
        *place_of(redis, self->number) = NULL;
    loop_cancel_timer(redis->loop, &self->timer);
}

static bool cancel_wait(struct co_waiter *waiter)
{
    leave((struct redis_waiter *)waiter);
    return true;
}

static void on_deadline(void *arg)
{
    struct redis_waiter *self = arg;
    leave(self);
    co_wake(self->co, -ETIMEDOUT);
}

static int start_timer(struct redis_waiter *self, const char *what)
{
    self->waiter = (struct co_waiter){cancel_wait, what};
    timer_init(&self->timer, on_deadline, self);
    return self->deadline_ns < 0 ? 0
                                 : loop_call_at(self->redis->loop, &self->timer, self->deadline_ns);
}

/* ---- For a connection ---------------------------------------------------------------------- */

int redis_line_join(struct redis_waiter *self)
{
    struct redis *redis = self->redis;
    int rc = redis_keeper_start(redis);
    if (rc == 0)
        rc = start_timer(self, "a connection to Redis");
    if (rc < 0)
        return rc;
    self->number = 0;
    TAILQ_INSERT_TAIL(&redis->joining, self, link);
    return co_wait(&self->waiter);
}

static void wake_joining(struct redis *redis, int result)
{
    struct redis_waiter *waiter;
    while ((waiter = TAILQ_FIRST(&redis->joining)) != NULL) {
        TAILQ_REMOVE(&redis->joining, waiter, link);
        wake(waiter, result);
    }
}

void redis_line_admit(struct redis *redis)
{
    wake_joining(redis, 0);
}

/* ---- For a reply --------------------------------------------------------------------------- */

static int grow(struct redis *redis)
{
    size_t capacity = redis->line_capacity ? 2 * redis->line_capacity : 64;
    struct redis_waiter **line = calloc(capacity, sizeof(struct redis_waiter *));
    if (!line)
        return -ENOMEM;
    for (uint64_t number = redis->answered + 1; number <= redis->asked; number++)
        line[number & (capacity - 1)] = *place_of(redis, number);
    free(redis->line);
    redis->line = line;
    redis->line_capacity = capacity;
    return 0;
}

int redis_line_enter(struct redis_waiter *self)
{
    struct redis *redis = self->redis;
    if (redis->asked - redis->answered == redis->line_capacity) {
        int rc = grow(redis);
        if (rc < 0)
            return rc;
    }
    int rc = start_timer(self, "a reply of Redis");
    if (rc < 0)
        return rc;
    self->number = ++redis->asked;
    *place_of(redis, self->number) = self;
    return 0;
}

void redis_line_withdraw(struct redis_waiter *self)
{
    leave(self);
    self->redis->asked--;
}

int redis_line_wait(struct redis_waiter *self)
{
    return co_wait(&self->waiter);
}

static struct redis_waiter *take_next(struct redis *redis)
{
    return *place_of(redis, ++redis->answered);
}

int redis_line_deliver(struct redis *redis, redisReply *reply)
{
    if (redis_line_is_empty(redis)) {
        freeReplyObject(reply);
        return -EPROTO;
    }
    struct redis_waiter *waiter = take_next(redis);
    if (waiter) {
        waiter->reply = reply;
        wake(waiter, 0);
    } else {
        redis->counters.dropped++;
        freeReplyObject(reply);
    }
    return 0;
}

void redis_line_fail(struct redis *redis, int first, int rest)
{
    for (int error = first; !redis_line_is_empty(redis); error = rest) {
        struct redis_waiter *waiter = take_next(redis);
        if (waiter)
            wake(waiter, error);
    }
    wake_joining(redis, rest);
}
