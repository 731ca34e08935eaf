/* test_redis_memory.c - the Redis client when memory runs out, at each allocation of its own. (What
 * hiredis allocates by itself is not refused.) */
#include <errno.h>

#include "check.h"
#include "co_io.h"
#include "net.h"
#include "no_memory_task.h"
#include "redis.h"
#include "unit.h"

#define CLIENTS 70 /* more than the line has places at first */

static struct redis_options options;

struct server {
    int listening;
    struct task *task;
};

/* A reply for each command, by its "*". */
static int answer(int fd)
{
    char bytes[4096];
    int rc = 0;
    while (rc == 0) {
        ssize_t count = co_read(fd, bytes, sizeof bytes);
        if (count <= 0)
            return (int)count;
        for (ssize_t i = 0; i < count && rc == 0; i++)
            if (bytes[i] == '*')
                rc = co_write_all(fd, "+PONG\r\n", 7);
    }
    return rc;
}

static int serve(void *arg)
{
    struct server *server = arg;
    int fd = co_accept(server->listening);
    if (fd < 0) { /* who was not accepted is reset */
        co_close(server->listening);
        server->listening = -1;
        return fd;
    }
    int rc = answer(fd);
    co_close(fd);
    return rc;
}

static int ping(void *arg)
{
    redisReply *reply;
    int rc = redis_command(arg, &reply, "PING");
    freeReplyObject(reply);
    return rc;
}

/* Many at once; the first error. */
static int ping_all(struct redis *redis)
{
    struct task *tasks[CLIENTS] = {NULL};
    int count = 0, rc = 0;
    while (count < CLIENTS && (tasks[count] = task_spawn(co_loop(), ping, redis, "ping")) != NULL)
        count++;
    if (count < CLIENTS)
        rc = -ENOMEM;
    for (int i = 0; i < count; i++) {
        int ended = task_join(tasks[i]);
        rc = rc < 0 && rc != -ECONNRESET ? rc : ended < 0 ? ended : rc;
    }
    return rc;
}

static int use_client(void)
{
    struct redis *redis;
    int rc = redis_connect(&options, &redis);
    if (rc == 0)
        rc = ping_all(redis);
    redis_close(redis);
    return rc;
}

/* When it is the server that has had no memory, that is what counts: the client only sees its end.
 */
static int play(void *arg)
{
    struct server server;
    (void)arg;
    no_memory_pause();
    server.listening = (int)CHECK_RC(net_listen("127.0.0.1", 0, 16));
    CHECK_RC(net_set_nonblocking(server.listening, true));
    options.port = (uint16_t)net_port(server.listening);
    server.task = task_spawn(co_loop(), serve, &server, "server");
    no_memory_resume();
    int rc = use_client();
    for (int i = 0; i < 3 && co_yield() == 0; i++)
        ;
    task_cancel(server.task);
    int served = task_join(server.task);
    co_close(server.listening);
    return served == -ENOMEM ? served : rc;
}

static void the_client(void **state)
{
    (void)state;
    net_ignore_sigpipe();
    options = (struct redis_options){.connect_timeout_ns = -1};
    assert_true(for_every_allocation_in_a_task(&backend_epoll, play, MUST_SAY) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_client)};
    return cmocka_run_group_tests_name("Redis without memory", tests, NULL, NULL);
}
