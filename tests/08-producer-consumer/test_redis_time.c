/* test_redis_time.c - the client's timeouts and pauses, to the nanosecond on the virtual clock; and
 * waits that end before their replies come. */
#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "fake_redis.h"
#include "net.h"
#include "redis.h"
#include "scenario.h"

static struct fake_redis fake;
static struct redis *redis;
static int64_t begun_ns;

static void begin(enum fake_way way, int expected, const struct redis_options *also)
{
    net_ignore_sigpipe();
    fake = (struct fake_redis){.way = way, .expected = expected};
    fake_redis_open(&fake);
    struct redis_options options = *also;
    options.port = fake.port;
    redis = redis_new(&options);
    if (!redis)
        abort();
    begun_ns = loop_time(co_loop());
}

static int end(void)
{
    redis_close(redis);
    fake_redis_close(&fake);
    return 0;
}

static double seconds(void)
{
    return (double)(loop_time(co_loop()) - begun_ns) / NS_PER_S;
}

/* A task: its number, and what came of its PING. */
static int ping(void *arg)
{
    redisReply *reply;
    int rc = redis_command(redis, &reply, "PING");
    say("%d: %s", (int)(intptr_t)arg, rc < 0 ? strerrorname_np(-rc) : reply->str);
    freeReplyObject(reply);
    return rc == -ECANCELED ? rc : 0;
}

static struct task *spawn_ping(int number)
{
    return spawn(ping, (void *)(intptr_t)number);
}

static void join(struct task *task)
{
    int rc = task_join(task);
    if (rc < 0 && rc != -ECANCELED)
        abort();
}

/* Each command has its own time; the connection stays, and who comes later is not touched. */
static int a_command_times_out(void *arg)
{
    (void)arg;
    begin(FAKE_HOLDS, 3,
          &(struct redis_options){.command_timeout_ns = NS_PER_S, .reply_timeout_ns = -1});
    struct task *first = spawn_ping(1);
    if (co_sleep(NS_PER_S / 2) < 0)
        return -ECANCELED;
    struct task *second = spawn_ping(2);
    join(first);
    say("%.3f s", seconds());
    join(spawn_ping(3));
    join(second);
    say("%.3f s, connections %d, dropped %d", seconds(), fake.connections,
        (int)redis_counters(redis).dropped);
    return end();
}

/* The reply of one that was cancelled comes all the same, and is nobody else's. */
static int a_cancelled_waiters_reply_is_dropped(void *arg)
{
    (void)arg;
    struct task *tasks[5];
    begin(FAKE_HOLDS, 5, &(struct redis_options){0});
    for (int i = 0; i < 4; i++)
        tasks[i] = spawn_ping(i + 1);
    let_others_run(6);
    task_cancel(tasks[0]);
    task_cancel(tasks[2]);
    let_others_run(2);
    tasks[4] = spawn_ping(5);
    for (int i = 0; i < 5; i++)
        join(tasks[i]);
    say("dropped %d", (int)redis_counters(redis).dropped);
    return end();
}

/* Cancelled before there is a connection: it is never sent. */
static int a_cancelled_command_is_not_sent(void *arg)
{
    (void)arg;
    begin(FAKE_ANSWERS, 0, &(struct redis_options){0});
    struct task *first = spawn_ping(1), *second = spawn_ping(2);
    let_others_run(1);
    task_cancel(first);
    join(first);
    join(second);
    say("pings %d", fake.pings);
    return end();
}

/* It accepts, and says nothing to AUTH. */
static int connecting_times_out(void *arg)
{
    (void)arg;
    begin(FAKE_IS_SILENT, 0, &(struct redis_options){.password = "x", .command_timeout_ns = -1});
    join(spawn_ping(1));
    say("%.3f s", seconds());
    return end();
}

/* Silence with replies due ends the connection, for all; an idle one may be silent for ever. */
static int silence(void *arg)
{
    (void)arg;
    begin(FAKE_ANSWERS, 0, &(struct redis_options){.command_timeout_ns = -1});
    join(spawn_ping(1));
    if (co_sleep(3600 * NS_PER_S) < 0)
        return -ECANCELED;
    begun_ns = loop_time(co_loop());
    fake.way = FAKE_IS_SILENT;
    struct task *second = spawn_ping(2);
    if (co_sleep(3 * NS_PER_S) < 0)
        return -ECANCELED;
    join(spawn_ping(3));
    join(second);
    say("%.3f s, connections %d", seconds(), fake.connections);
    return end();
}

static int close_while_they_wait(void *arg)
{
    (void)arg;
    begin(FAKE_IS_SILENT, 0, &(struct redis_options){0});
    struct task *first = spawn_ping(1);
    let_others_run(6);
    struct task *second = spawn_ping(2);
    let_others_run(2);
    int rc = end();
    join(first);
    join(second);
    return rc;
}

static int close_before_it_begins(void *arg)
{
    (void)arg;
    begin(FAKE_ANSWERS, 0, &(struct redis_options){0});
    struct task *first = spawn_ping(1);
    let_others_run(1);
    int rc = end();
    join(first);
    return rc;
}

/* When the attempts of ten commands ended. */
static int64_t pauses_of_seed(uint32_t seed)
{
    begin(FAKE_ANSWERS, 0, &(struct redis_options){.seed = seed, .command_timeout_ns = -1});
    fake_redis_close(&fake);
    for (int i = 0; i < 10; i++) {
        redisReply *reply;
        if (redis_command(redis, &reply, "PING") != -ECONNREFUSED)
            abort();
    }
    int64_t lasted = loop_time(co_loop()) - begun_ns;
    redis_close(redis);
    return lasted;
}

static int pauses_follow_the_seed(void *arg)
{
    (void)arg;
    int64_t first = pauses_of_seed(1), second = pauses_of_seed(2);
    say("again %d, another %d", pauses_of_seed(1) == first, second != first);
    say("at most %d", first < (50 + 100 + 200 + 400 + 800 + 1600 + 3200 + 5000 + 5000) * NS_PER_MS);
    return 0;
}

static const struct scenario scenarios[] = {
    {"a command times out", a_command_times_out,
     "1: ETIMEDOUT, 1.000 s, 2: 2, 3: 3, 1.000 s, connections 1, dropped 1"},
    {"a cancelled waiter's reply is dropped", a_cancelled_waiters_reply_is_dropped,
     "1: ECANCELED, 3: ECANCELED, 2: 2, 4: 4, 5: 5, dropped 2"},
    {"a cancelled command is not sent", a_cancelled_command_is_not_sent,
     "1: ECANCELED, 2: PONG, pings 1"},
    {"connecting times out", connecting_times_out, "1: ETIMEDOUT, 5.000 s"},
    {"silence", silence, "1: PONG, 2: ETIMEDOUT, 3: ETIMEDOUT, 5.000 s, connections 1"},
    {"closed while they wait", close_while_they_wait, "1: ESHUTDOWN, 2: ESHUTDOWN"},
    {"closed before it begins", close_before_it_begins, "1: ESHUTDOWN"},
    {"pauses follow the seed", pauses_follow_the_seed, "again 1, another 1, at most 1"},
};

static void on_the_virtual_clock(void **state)
{
    const struct scenario *scenario = *state;
    struct scenario_on_backend test = {scenario, &backend_virtual, false, NULL};
    void *again = &test;
    test.first = &test;
    scenario_check(&again);
}

int main(void)
{
    enum { COUNT = sizeof scenarios / sizeof scenarios[0] };
    struct CMUnitTest tests[COUNT];
    for (int i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = scenarios[i].name,
                                       .test_func = on_the_virtual_clock,
                                       .initial_state = (void *)&scenarios[i]};
    return cmocka_run_group_tests_name("the client's time", tests, NULL, NULL);
}
