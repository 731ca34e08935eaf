/* redis_play.h - tests as tasks on epoll, with a real redis-server, and the trace that each must
 * leave.
 */
#ifndef REDIS_PLAY_H
#define REDIS_PLAY_H

#include "redis.h"
#include "redis_server.h"
#include "task.h"
#include "trace.h"

struct play {
    const char *name;
    coro_fn *play; /* its argument is NULL */
    const char *expected;
};

/* Of all plays of this program: a server with a password, by TCP and by a Unix socket, which the
 * options name. */
extern struct redis_server play_server;
extern struct redis_options play_options;

/* Runs all as one group of cmocka: how many have failed. */
int plays_run(const struct play plays[], int count);

/* Says what came: a string, a number, nil, "array of 3", or the error; frees it. */
void say_reply(int rc, redisReply *reply);

/* A command, and its answer said. */
void ask(struct redis *redis, const char *format, ...);

#endif
