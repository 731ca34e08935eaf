/* job_list.c - the engine of lists: a list of ids that are ready, and one for each worker.
 *
 * BLMOVE takes the oldest from the one and puts it into the other in one step: there is no moment
 * at which the id is only on its way to a worker that may die. But the answer may be lost with the
 * connection: then the id is in the list of a worker that lives, and does not know of it. So after
 * an error a worker compares the list with what it knows (recover).
 */
#include <errno.h>
#include <stdio.h>

#include "job_scripts.h"

static const char lua[] =
    "local function put(id) redis.call('LPUSH', key('ready'), id) end\n"
    "local function owns(worker, id)\n"
    "    return redis.call('LPOS', key('held:' .. worker), id)\n"
    "end\n"
    "local function drop(worker, id)\n"
    "    return redis.call('LREM', key('held:' .. worker), 1, id)\n"
    "end\n"
    "local function extend() end\n"
    "local function recover(worker, known)\n"
    "    local n = 0\n"
    "    for _, id in ipairs(redis.call('LRANGE', key('held:' .. worker), 0, -1)) do\n"
    "        if not known[id] then\n"
    "            drop(worker, id)\n"
    "            redis.call('RPUSH', key('ready'), id)\n"
    "            n = n + 1\n"
    "        end\n"
    "    end\n"
    "    return n\n"
    "end\n"
    "local function requeue(worker)\n"
    "    local n, from = 0, key('held:' .. worker)\n"
    "    while redis.call('LMOVE', from, key('ready'), 'LEFT', 'RIGHT') do n = n + 1 end\n"
    "    return n\n"
    "end\n"
    "local function reap()\n"
    "    local n, workers = 0, key('workers')\n"
    "    for _, worker in ipairs(redis.call('ZRANGEBYSCORE', workers, '-inf', now)) do\n"
    "        n = n + requeue(worker)\n"
    "        redis.call('ZREM', workers, worker)\n"
    "    end\n"
    "    return n\n"
    "end\n"
    "local function ready() return redis.call('LLEN', key('ready')) end\n"
    "local function held()\n"
    "    local n = 0\n"
    "    for _, worker in ipairs(redis.call('ZRANGE', key('workers'), 0, -1)) do\n"
    "        n = n + redis.call('LLEN', key('held:' .. worker))\n"
    "    end\n"
    "    return n\n"
    "end\n";

static int prepare(struct job_queue *queue)
{
    (void)queue;
    return 0;
}

static int take(struct job_queue *queue, struct redis *own, const char *worker, int64_t block_ms,
                struct job *job)
{
    redisReply *reply;
    char seconds[32];
    snprintf(seconds, sizeof seconds, "%.3f", (double)block_ms / 1000);
    int rc = redis_command(own, &reply, "BLMOVE %s:ready %s:held:%s RIGHT LEFT %s", queue->root,
                           queue->root, worker, seconds);
    if (rc == 0 && reply->type == REDIS_REPLY_STRING) {
        snprintf(job->id, sizeof job->id, "%s", reply->str);
        snprintf(job->handle, sizeof job->handle, "%s", reply->str);
        rc = 1;
    }
    freeReplyObject(reply);
    return rc;
}

const struct job_engine job_engine_list = {"list", lua, prepare, take};
