/* test_redis.c - the client with a real redis-server: TCP and Unix sockets, AUTH and SELECT, any
 * bytes, a thousand coroutines on one connection.
 */
#include "redis.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redis_play.h"

/* ---- Where it is --------------------------------------------------------------------------- */

static int set_and_get(const struct redis_options *at)
{
    struct redis *redis;
    int rc = redis_connect(at, &redis);
    if (rc < 0)
        return rc;
    ask(redis, "SET name %s", "Ada Lovelace");
    ask(redis, "GET name");
    ask(redis, "GET nothing");
    ask(redis, "INCR count");
    ask(redis, "LPUSH name x");
    redis_close(redis);
    return 0;
}

static int by_unix_socket(void *arg)
{
    (void)arg;
    return set_and_get(&play_options);
}

static int by_tcp(void *arg)
{
    (void)arg;
    struct redis_options tcp = {.port = play_server.port, .password = "secret", .database = 3};
    return set_and_get(&tcp);
}

static int with_a_wrong_password(void *arg)
{
    (void)arg;
    struct redis *redis;
    struct redis_options wrong = play_options, nobody = play_options;
    wrong.password = "guess";
    nobody.password = NULL;
    say("%s", strerrorname_np(-redis_connect(&wrong, &redis)));
    int rc = redis_connect(&nobody, &redis);
    if (rc < 0)
        return rc;
    ask(redis, "GET name");
    redis_close(redis);
    return 0;
}

/* ---- What can be said ---------------------------------------------------------------------- */

static int any_bytes(void *arg)
{
    (void)arg;
    static const char bytes[] = "a\0b\r\n c";
    struct redis *redis;
    redisReply *reply;
    int rc = redis_connect(&play_options, &redis);
    if (rc < 0)
        return rc;
    ask(redis, "SET %b %b", bytes, sizeof bytes, bytes, sizeof bytes);
    const char *const argv[] = {"GET", bytes};
    const size_t lengths[] = {3, sizeof bytes};
    rc = redis_command_argv(redis, &reply, 2, argv, lengths);
    say("same %d", rc == 0 && reply->len == sizeof bytes && !memcmp(reply->str, bytes, reply->len));
    freeReplyObject(reply);
    redis_close(redis);
    return 0;
}

static int a_large_value(void *arg)
{
    (void)arg;
    enum { SIZE = 5 * 1024 * 1024 };
    struct redis *redis;
    redisReply *reply;
    char *bytes = calloc(1, SIZE);
    int rc = redis_connect(&play_options, &redis);
    if (rc < 0 || !bytes)
        return rc < 0 ? rc : -ENOMEM;
    ask(redis, "SET large %b", bytes, (size_t)SIZE);
    rc = redis_command(redis, &reply, "GET large");
    say("%zu", rc == 0 ? reply->len : 0);
    freeReplyObject(reply);
    free(bytes);
    redis_close(redis);
    return 0;
}

/* ---- Many at once -------------------------------------------------------------------------- */

enum { MANY = 1000 };

struct one {
    struct redis *redis;
    int number, wrong;
};

static int set_and_check(void *arg)
{
    struct one *one = arg;
    redisReply *reply;
    char expected[16];
    snprintf(expected, sizeof expected, "%d", one->number);
    for (int i = 0; i < 10; i++) {
        int rc = redis_command(one->redis, &reply, "ECHO %s", expected);
        one->wrong += rc < 0 || strcmp(reply->str, expected) != 0;
        freeReplyObject(reply);
    }
    return 0;
}

/* Each gets its own answers, and the writes are few. */
static int a_thousand_share(void *arg)
{
    (void)arg;
    struct redis *redis;
    static struct one ones[MANY];
    static struct task *tasks[MANY];
    int wrong = 0, rc = redis_connect(&play_options, &redis);
    for (int i = 0; rc == 0 && i < MANY; i++) {
        ones[i] = (struct one){redis, i, 0};
        tasks[i] = task_spawn(co_loop(), set_and_check, &ones[i], "one of many");
        rc = tasks[i] ? 0 : -ENOMEM;
    }
    for (int i = 0; rc == 0 && i < MANY; i++) {
        rc = task_join(tasks[i]);
        wrong += ones[i].wrong;
    }
    if (rc < 0)
        return rc;
    struct redis_counters counters = redis_counters(redis);
    say("wrong %d, %lu commands, few writes %d, connections %lu", wrong,
        (unsigned long)counters.commands, counters.writes < counters.commands / 20,
        (unsigned long)counters.connections);
    redis_close(redis);
    return 0;
}

static const struct play plays[] = {
    {"by a Unix socket", by_unix_socket,
     "OK, Ada Lovelace, nil, 1, WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"by TCP, another database", by_tcp,
     "OK, Ada Lovelace, nil, 1, WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"a wrong password, and none", with_a_wrong_password,
     "EACCES, NOAUTH Authentication required."},
    {"any bytes", any_bytes, "OK, same 1"},
    {"a large value", a_large_value, "OK, 5242880"},
    {"a thousand share a connection", a_thousand_share,
     "wrong 0, 10000 commands, few writes 1, connections 1"},
};

int main(void)
{
    return plays_run(plays, sizeof plays / sizeof plays[0]);
}
