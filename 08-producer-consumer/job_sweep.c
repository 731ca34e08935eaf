/* job_sweep.c - what is held by workers that nobody knows: a look at all keys, in steps, which does
 * not stop Redis as KEYS would. Of streams there is nothing to find: XAUTOCLAIM sees every entry.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_scripts.h"

/* A worker that has no lease gets one that has run out. 1: it had none. */
static int adopt(struct job_queue *queue, const char *key)
{
    redisReply *reply;
    const char *worker = key + strlen(queue->root) + strlen(":held:");
    int rc = redis_command(queue->redis, &reply, "ZADD %s:workers NX 0 %s", queue->root, worker);
    if (rc == 0)
        rc = reply->type == REDIS_REPLY_INTEGER ? (int)reply->integer : -EPROTO;
    freeReplyObject(reply);
    return rc;
}

/* One step of SCAN: [cursor, [key, ...]]. */
static int adopt_all(struct job_queue *queue, const redisReply *found, char cursor[32])
{
    int adopted = 0;
    if (found->type != REDIS_REPLY_ARRAY || found->elements != 2)
        return -EPROTO;
    const redisReply *keys = found->element[1];
    snprintf(cursor, 32, "%s", found->element[0]->str);
    for (size_t i = 0; i < keys->elements; i++) {
        int rc = adopt(queue, keys->element[i]->str);
        if (rc < 0)
            return rc;
        adopted += rc;
    }
    return adopted;
}

int job_sweep(struct job_queue *queue)
{
    char cursor[32] = "0";
    int adopted = 0;
    do {
        redisReply *reply;
        int rc = redis_command(queue->redis, &reply, "SCAN %s MATCH %s:held:* COUNT 1000", cursor,
                               queue->root);
        if (rc == 0)
            rc = adopt_all(queue, reply, cursor);
        freeReplyObject(reply);
        if (rc < 0)
            return rc;
        adopted += rc;
    } while (strcmp(cursor, "0") != 0);
    return adopted;
}
