/* job_stream.c - the engine of streams: each job that is ready or held is an entry of a stream, and
 * a consumer group knows who holds which, and since when.
 *
 * The group keeps what the lists keep by hand: XREADGROUP is BLMOVE, its pending entries are the
 * worker's list, and XAUTOCLAIM finds those that nobody has extended. The entry of a job that is
 * put back is a new one: then an acknowledgement that comes late finds the old one gone. The lease
 * is the entry's, not the worker's: an entry whose delivery got lost is extended by nobody.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job_scripts.h"

#define GROUP "workers"

static const char lua[] =
    "local stream = key('stream')\n"
    "local function put(id) redis.call('XADD', stream, '*', 'job', id) end\n"
    "local function owns(worker, entry)\n"
    "    local found = redis.call('XPENDING', stream, 'workers', entry, entry, 1)\n"
    "    return found[1] and found[1][2] == worker\n"
    "end\n"
    "local function remove(entry)\n"
    "    local n = redis.call('XACK', stream, 'workers', entry)\n"
    "    redis.call('XDEL', stream, entry)\n"
    "    return n\n"
    "end\n"
    "local function drop(worker, entry)\n"
    "    return owns(worker, entry) and remove(entry) or 0\n"
    "end\n"
    "local function extend(worker, entry)\n"
    "    if owns(worker, entry) then\n"
    "        redis.call('XCLAIM', stream, 'workers', worker, 0, entry, 'JUSTID')\n"
    "    end\n"
    "end\n"
    "local function recover() return 0 end\n"
    "local function put_back(entry)\n"
    "    local found = redis.call('XRANGE', stream, entry, entry)\n"
    "    remove(entry)\n"
    "    if found[1] then put(found[1][2][2]) end\n"
    "end\n"
    "local function requeue(worker)\n"
    "    local n = 0\n"
    "    repeat\n"
    "        local held = redis.call('XPENDING', stream, 'workers', '-', '+', 100, worker)\n"
    "        for _, entry in ipairs(held) do put_back(entry[1]) end\n"
    "        n = n + #held\n"
    "    until #held == 0\n"
    "    redis.call('XGROUP', 'DELCONSUMER', stream, 'workers', worker)\n"
    "    return n\n"
    "end\n"
    "local function has_group()\n"
    "    if redis.call('EXISTS', stream) == 0 then return false end\n"
    "    return #redis.call('XINFO', 'GROUPS', stream) > 0\n"
    "end\n"
    "local function reap(lease)\n"
    "    if not has_group() then return 0 end\n"
    "    local claimed = redis.call('XAUTOCLAIM', stream, 'workers', 'reaper', lease, '0',\n"
    "                               'COUNT', 1000, 'JUSTID')[2]\n"
    "    for _, entry in ipairs(claimed) do put_back(entry) end\n"
    "    local workers = key('workers')\n"
    "    for _, worker in ipairs(redis.call('ZRANGEBYSCORE', workers, '-inf', now - lease)) do\n"
    "        if #redis.call('XPENDING', stream, 'workers', '-', '+', 1, worker) == 0 then\n"
    "            redis.call('XGROUP', 'DELCONSUMER', stream, 'workers', worker)\n"
    "            redis.call('ZREM', workers, worker)\n"
    "        end\n"
    "    end\n"
    "    return #claimed\n"
    "end\n"
    "local function held()\n"
    "    return has_group() and redis.call('XPENDING', stream, 'workers')[1] or 0\n"
    "end\n"
    "local function ready() return redis.call('XLEN', stream) - held() end\n";

static int prepare(struct job_queue *queue)
{
    redisReply *reply;
    int rc = redis_command(queue->redis, &reply, "XGROUP CREATE %s:stream " GROUP " 0 MKSTREAM",
                           queue->root);
    freeReplyObject(reply);
    return rc == -EEXIST ? 0 : rc;
}

/* [[stream, [[entry, ["job", id]]]]], and each of them is what it is said to be. */
static const redisReply *only_entry(const redisReply *reply)
{
    const redisReply *at = reply;
    static const size_t path[] = {0, 1, 0}; /* the stream, its entries, the first */
    for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
        if (at->type != REDIS_REPLY_ARRAY || at->elements <= path[i])
            return NULL;
        at = at->element[path[i]];
    }
    return at->type == REDIS_REPLY_ARRAY && at->elements == 2 &&
                   at->element[0]->type == REDIS_REPLY_STRING &&
                   at->element[1]->type == REDIS_REPLY_ARRAY && at->element[1]->elements == 2 &&
                   at->element[1]->element[1]->type == REDIS_REPLY_STRING
               ? at
               : NULL;
}

static int take(struct job_queue *queue, struct redis *own, const char *worker, int64_t block_ms,
                struct job *job)
{
    redisReply *reply;
    int rc = redis_command(own, &reply,
                           "XREADGROUP GROUP " GROUP " %s COUNT 1 BLOCK %lld STREAMS %s:stream >",
                           worker, (long long)block_ms, queue->root);
    if (rc == 0 && reply->type == REDIS_REPLY_ARRAY) {
        const redisReply *entry = only_entry(reply);
        rc = entry ? 1 : -EPROTO;
        if (entry) {
            snprintf(job->handle, sizeof job->handle, "%s", entry->element[0]->str);
            snprintf(job->id, sizeof job->id, "%s", entry->element[1]->element[1]->str);
        }
    } else if (rc == -EREMOTEIO && strncmp(reply->str, "NOGROUP", 7) == 0) {
        rc = prepare(queue); /* somebody has taken the stream away: FLUSHALL */
    }
    freeReplyObject(reply);
    return rc;
}

const struct job_engine job_engine_stream = {"stream", lua, prepare, take};
