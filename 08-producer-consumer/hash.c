/* hash.c - a hash is written and read again, at one Redis or at several at once.
 *
 *     build/08-producer-consumer/hash                        at 127.0.0.1:6379, or at REDIS_URL
 *     build/08-producer-consumer/hash redis://:secret@127.0.0.1:6379 unix:/tmp/other
 *
 * Watch two servers: their lines interleave, since each step is a wait for the network, and the
 * whole takes as long as the slower one. All values come back as text. Each line of a task is a
 * step of a dialogue that could not be shorter; what does not depend on an answer could be sent at
 * once (redis.md).
 *
 * It leaves the hash "car" there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fetch_all.h"
#include "gather.h"
#include "net.h"
#include "options.h"
#include "redis.h"
#include "redis_url.h"

#define MAX_SERVERS 16

struct visit {
    struct redis_options at;
    char name[NET_NAME_MAX];
    struct task *task;
};

struct hash {
    int count; /* 0: the default */
    struct visit visits[MAX_SERVERS];
};

static void print_pairs(const struct visit *visit, const redisReply *pairs)
{
    printf("%s:", visit->name);
    for (size_t i = 0; i + 1 < pairs->elements; i += 2)
        printf(" %s=%s", pairs->element[i]->str, pairs->element[i + 1]->str);
    printf("\n");
}

static int write_and_read(const struct visit *visit, struct redis *redis)
{
    redisReply *reply;
    int rc = redis_command(redis, &reply, "HSET car key1 %d key2 %d key3 %d", 1, 2, 3);
    if (rc == 0) {
        freeReplyObject(reply);
        rc = redis_command(redis, &reply, "HGETALL car");
    }
    if (rc == 0)
        print_pairs(visit, reply);
    else
        fprintf(stderr, "%s: %s\n", visit->name, redis_error_text(rc, reply));
    freeReplyObject(reply);
    return rc;
}

/* A task. What goes wrong is told here, and ends this visit only. */
static int run_visit(void *arg)
{
    struct visit *visit = arg;
    struct redis *redis;
    printf("%s: start\n", visit->name);
    int rc = redis_connect(&visit->at, &redis);
    if (rc < 0) {
        fprintf(stderr, "%s: cannot connect: %s\n", visit->name, error_text(rc));
        return rc;
    }
    rc = write_and_read(visit, redis);
    redis_close(redis);
    printf("%s: finish\n", visit->name);
    return rc;
}

static int visit_all(void *arg)
{
    struct hash *hash = arg;
    struct task *tasks[MAX_SERVERS] = {NULL};
    int spawned = 0, rc;
    while (spawned < hash->count) {
        struct visit *visit = &hash->visits[spawned];
        tasks[spawned] = task_spawn(co_loop(), run_visit, visit, visit->name);
        if (!tasks[spawned])
            break;
        spawned++;
    }
    rc = wait_tasks(tasks, spawned, WAIT_ALL_COMPLETED, -1);
    if (rc >= 0 && spawned < hash->count)
        rc = -ENOMEM;
    for (int i = 0; i < spawned; i++) {
        if (rc >= 0 && task_result(tasks[i]) < 0)
            rc = task_result(tasks[i]);
        task_unref(tasks[i]);
    }
    return rc;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct hash *hash = state->input;
    switch (key) {
    case ARGP_KEY_INIT: /* the first one's may come from --redis, or from REDIS_URL */
        state->child_inputs[0] = &hash->visits[0].at;
        return 0;
    case ARGP_KEY_ARG:
        if (hash->count == MAX_SERVERS)
            argp_failure(state, USAGE_ERROR, 0, "\"%s\": at most %d servers", text, MAX_SERVERS);
        else if (redis_url_parse(text, &hash->visits[hash->count++].at) < 0)
            argp_failure(state, USAGE_ERROR, 0,
                         "\"%s\": expected redis://HOST:PORT/DATABASE or unix:PATH", text);
        return 0;
    case ARGP_KEY_END:
        hash->count = hash->count ? hash->count : 1;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static struct hash hash;
    const struct argp_child children[] = {{&redis_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .parser = parse,
        .args_doc = "[URL...]",
        .doc = "Writes a hash and reads it again, at each of these Redis servers at once.",
        .children = children,
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &hash);
    if (error != 0)
        die_error(error, "options");
    for (int i = 0; i < hash.count; i++)
        redis_url_name(&hash.visits[i].at, hash.visits[i].name, sizeof hash.visits[i].name);
    net_ignore_sigpipe();
    setvbuf(stdout, NULL, _IOLBF, 0); /* so that it stays in order with stderr */
    return run_on_epoll(visit_all, &hash) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
