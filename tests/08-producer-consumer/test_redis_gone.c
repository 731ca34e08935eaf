/* test_redis_gone.c - Redis is gone, in every way, and a hundred coroutines wait: each is told so,
 * nobody waits for ever, and when it is back the next command works. */
#include <stdlib.h>

#include "clock.h"
#include "fake_redis.h"
#include "net.h"
#include "redis.h"
#include "scenario.h"

#define WAITERS 100

static struct fake_redis fake;
static struct redis *redis;

/* Every end of a PING, and how many ended so, in the order of their first. */
static struct tally {
    int error, count;
} tallies[WAITERS];
static int tally_count;

static void count(int error)
{
    int i = 0;
    while (i < tally_count && tallies[i].error != error)
        i++;
    tallies[i].error = error;
    tallies[i].count++;
    tally_count = i < tally_count ? tally_count : i + 1;
}

static void say_tallies(void)
{
    for (int i = 0; i < tally_count; i++)
        say("%d %s", tallies[i].count,
            tallies[i].error ? strerrorname_np(-tallies[i].error) : "answered");
    memset(tallies, 0, sizeof tallies);
    tally_count = 0;
}

static int ping(void *arg)
{
    (void)arg;
    redisReply *reply;
    int rc = redis_command(redis, &reply, "PING");
    freeReplyObject(reply);
    count(rc);
    return 0;
}

static void many_ping(int number)
{
    struct task *tasks[WAITERS];
    for (int i = 0; i < number; i++)
        tasks[i] = spawn(ping, NULL);
    for (int i = 0; i < number; i++)
        if (task_join(tasks[i]) < 0)
            abort();
    say_tallies();
}

static void begin(enum fake_way way)
{
    net_ignore_sigpipe();
    fake = (struct fake_redis){.way = way, .expected = WAITERS};
    fake_redis_open(&fake);
    const struct redis_options options = {
        .port = fake.port,
        .reply_timeout_ns = 50 * NS_PER_MS,
        .reply_limit = 1024 * 1024,
        .backoff_min_ns = NS_PER_MS,
    };
    redis = redis_new(&options);
    if (!redis)
        abort();
}

/* It is back: the next command works, and then a hundred. */
static int end(void)
{
    fake.way = FAKE_ANSWERS;
    many_ping(1);
    many_ping(WAITERS);
    redis_close(redis);
    fake_redis_close(&fake);
    return 0;
}

static int gone(enum fake_way way)
{
    begin(way);
    many_ping(WAITERS);
    return end();
}

#define GONE(name, way)        \
    static int name(void *arg) \
    {                          \
        (void)arg;             \
        return gone(way);      \
    }
GONE(answers, FAKE_ANSWERS)
GONE(resets, FAKE_RESETS)
GONE(ends, FAKE_ENDS)
GONE(is_silent, FAKE_IS_SILENT)
GONE(cuts, FAKE_CUTS)
GONE(stops, FAKE_STOPS)
GONE(refuses, FAKE_REFUSES)
GONE(loads, FAKE_LOADS)
GONE(floods, FAKE_FLOODS)
GONE(claims, FAKE_CLAIMS)
GONE(talks_wrong, FAKE_TALKS_WRONG)

/* Nobody listens; then somebody does, at the same place. */
static int is_not_there(void *arg)
{
    (void)arg;
    begin(FAKE_ANSWERS);
    fake_redis_close(&fake);
    many_ping(WAITERS);
    fake_redis_open(&fake);
    return end();
}

/* A connection that is there, and idle, is closed by the server: who comes next notices nothing. */
static int ends_while_idle(void *arg)
{
    (void)arg;
    begin(FAKE_ANSWERS);
    many_ping(1);
    fake_redis_close(&fake);
    let_others_run(3);
    fake_redis_open(&fake);
    say("connections %d", fake.connections);
    int rc = end();
    say("and %d", fake.connections);
    return rc;
}

static const struct scenario scenarios[] = {
    {"it answers", answers, "100 answered, 1 answered, 100 answered"},
    {"connection refused", is_not_there, "100 ECONNREFUSED, 1 answered, 100 answered"},
    {"RST", resets, "100 ECONNRESET, 1 answered, 100 answered"},
    {"FIN", ends, "100 ECONNRESET, 1 answered, 100 answered"},
    {"accepts and never answers", is_silent, "100 ETIMEDOUT, 1 answered, 100 answered"},
    {"half a reply, and the end", cuts, "100 ECONNRESET, 1 answered, 100 answered"},
    {"half a reply, and nothing", stops, "100 ETIMEDOUT, 1 answered, 100 answered"},
    {"an error reply", refuses, "100 EREMOTEIO, 1 answered, 100 answered"},
    {"LOADING", loads, "100 EAGAIN, 1 answered, 100 answered"},
    {"a reply over the limit", floods, "1 EMSGSIZE, 99 ECONNABORTED, 1 answered, 100 answered"},
    {"an array over the limit", claims, "1 EMSGSIZE, 99 ECONNABORTED, 1 answered, 100 answered"},
    {"another protocol", talks_wrong, "100 EPROTO, 1 answered, 100 answered"},
    {"it ends while nobody waits", ends_while_idle,
     "1 answered, connections 1, 1 answered, 100 answered, and 2"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
