#include "redis_play.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "net.h"
#include "unit.h"

#define GUARD_S 60

struct redis_server play_server;
struct redis_options play_options;

void say_reply(int rc, redisReply *reply)
{
    if (rc < 0)
        say("%s", reply ? reply->str : strerrorname_np(-rc));
    else if (reply->type == REDIS_REPLY_INTEGER)
        say("%lld", reply->integer);
    else if (reply->type == REDIS_REPLY_NIL)
        say("nil");
    else if (reply->type == REDIS_REPLY_ARRAY)
        say("array of %zu", reply->elements);
    else
        say("%s", reply->str);
    freeReplyObject(reply);
}

void ask(struct redis *redis, const char *format, ...)
{
    redisReply *reply;
    va_list arguments;
    va_start(arguments, format);
    int rc = redis_vcommand(redis, &reply, format, arguments);
    va_end(arguments);
    say_reply(rc, reply);
}

static void check(void **state)
{
    const struct play *test = *state;
    if (!play_server.process)
        skip();
    struct loop *loop = loop_new(&backend_epoll);
    assert_non_null(loop);
    trace_clear();
    alarm(GUARD_S);
    int rc = task_run(loop, test->play, NULL, false);
    alarm(0);
    struct loop_pending left = loop_pending(loop);
    loop_free(loop);
    assert_string_equal(trace_text(), test->expected);
    assert_int_equal(rc, 0);
    assert_int_equal(left.timers + left.readers + left.writers, 0);
}

static int start_server(void **state)
{
    (void)state;
    net_ignore_sigpipe();
    play_server = (struct redis_server){.port = 1, .password = "secret"};
    redis_server_start(&play_server);
    play_options = redis_server_options(&play_server);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    redis_server_stop(&play_server);
    return 0;
}

int plays_run(const struct play plays[], int count)
{
    struct CMUnitTest tests[count];
    for (int i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){
            .name = plays[i].name, .test_func = check, .initial_state = (void *)&plays[i]};
    return _cmocka_run_group_tests("redis", tests, (size_t)count, start_server, stop_server);
}
