/* job_scripts.c - the scripts, and how they are run.
 *
 * Why scripts and not MULTI: each looks first ("do I still hold it?") and changes what depends on
 * the answer. With MULTI that takes a WATCH, three round trips and a connection of its own; a
 * script takes one round trip on the connection that all share. Redis runs it as one command.
 *
 * Time is Redis's own, since it is the only clock that all workers have in common. All keys begin
 * with KEYS[1], which stands in braces: so in a cluster they are on one node.
 */
#include "job_scripts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* Before each script. */
static const char common[] =
    "local function key(name) return KEYS[1] .. ':' .. name end\n"
    "local time = redis.call('TIME')\n"
    "local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"
    "local function count(what, n) redis.call('HINCRBY', key('counts'), what, n) end\n"
    "local function bury(id, why)\n"
    "    redis.call('HSET', key('job:' .. id), 'error', why)\n"
    "    redis.call('LPUSH', key('dead'), id)\n"
    "    count('buried', 1)\n"
    "end\n";

static const char *const moves[] = {
    /* id, function, arguments, delay in ms */
    [MOVE_PUT] = "local id, job = ARGV[1], key('job:' .. ARGV[1])\n"
                 "if redis.call('EXISTS', job, key('result:' .. id)) > 0 then return 0 end\n"
                 "redis.call('HSET', job, 'function', ARGV[2], 'arguments', ARGV[3], 'tries', 0)\n"
                 "count('put', 1)\n"
                 "if tonumber(ARGV[4]) > 0 then\n"
                 "    redis.call('ZADD', key('delayed'), now + ARGV[4], id)\n"
                 "else put(id) end\n"
                 "return 1\n",

    /* worker, handle, id, most tries. The try is counted before it is made: a job that kills its
     * workers ends among the dead, too. */
    [MOVE_BEGIN] =
        "local worker, handle, id, job = ARGV[1], ARGV[2], ARGV[3], key('job:' .. ARGV[3])\n"
        "if not owns(worker, handle) then return false end\n"
        "if redis.call('EXISTS', job) == 0 then drop(worker, handle) return false end\n"
        "local tries = redis.call('HINCRBY', job, 'tries', 1)\n"
        "if tries > tonumber(ARGV[4]) then\n"
        "    drop(worker, handle)\n"
        "    bury(id, 'its workers died')\n"
        "    return false\n"
        "end\n"
        "local what = redis.call('HMGET', job, 'function', 'arguments')\n"
        "return {what[1], what[2], tries}\n",

    /* worker, handle, id, result, time to live in s */
    [MOVE_DONE] = "if drop(ARGV[1], ARGV[2]) == 0 then count('late', 1) return 0 end\n"
                  "redis.call('DEL', key('job:' .. ARGV[3]))\n"
                  "redis.call('SET', key('result:' .. ARGV[3]), ARGV[4], 'EX', ARGV[5])\n"
                  "count('done', 1)\n"
                  "return 1\n",

    /* worker, handle, id, error, delay in ms, most tries */
    [MOVE_FAILED] = "local id, job = ARGV[3], key('job:' .. ARGV[3])\n"
                    "if drop(ARGV[1], ARGV[2]) == 0 then count('late', 1) return 0 end\n"
                    "if tonumber(redis.call('HGET', job, 'tries')) >= tonumber(ARGV[6]) then\n"
                    "    bury(id, ARGV[4])\n"
                    "    return 1\n"
                    "end\n"
                    "redis.call('HSET', job, 'error', ARGV[4])\n"
                    "redis.call('ZADD', key('delayed'), now + ARGV[5], id)\n"
                    "count('retried', 1)\n"
                    "return 1\n",

    /* worker, lease in ms, whether it may have lost some, handles */
    [MOVE_BEAT] = "local known = {}\n"
                  "redis.call('ZADD', key('workers'), now + ARGV[2], ARGV[1])\n"
                  "for i = 4, #ARGV do\n"
                  "    known[ARGV[i]] = true\n"
                  "    extend(ARGV[1], ARGV[i])\n"
                  "end\n"
                  "local n = ARGV[3] == '1' and recover(ARGV[1], known) or 0\n"
                  "if n > 0 then count('put_back', n) end\n"
                  "return n\n",

    /* worker */
    [MOVE_LEAVE] = "redis.call('ZREM', key('workers'), ARGV[1])\n"
                   "local n = requeue(ARGV[1])\n"
                   "count('put_back', n)\n"
                   "return n\n",

    /* lease in ms */
    [MOVE_REAP] =
        "local n = reap(ARGV[1])\n"
        "if n > 0 then count('put_back', n) end\n"
        "local due = redis.call('ZRANGEBYSCORE', key('delayed'), '-inf', now, 'LIMIT', 0, 1000)\n"
        "for _, id in ipairs(due) do\n"
        "    redis.call('ZREM', key('delayed'), id)\n"
        "    put(id)\n"
        "end\n"
        "return {n, #due}\n",

    [MOVE_STATUS] =
        "local counts = redis.call('HMGET', key('counts'), 'put', 'done', 'buried', 'retried',\n"
        "                          'put_back', 'late')\n"
        "local answer = {ready(), redis.call('ZCARD', key('delayed')), held(),\n"
        "                redis.call('LLEN', key('dead')), redis.call('ZCARD', key('workers'))}\n"
        "for _, n in ipairs(counts) do answer[#answer + 1] = tonumber(n or 0) end\n"
        "return answer\n",
};

/* Gives Redis the script, for EVALSHA. */
static int load(struct job_queue *queue, enum job_move move)
{
    char *text;
    redisReply *reply;
    if (asprintf(&text, "%s%s%s", common, queue->engine->lua, moves[move]) < 0)
        return -ENOMEM;
    int rc = redis_command(queue->redis, &reply, "SCRIPT LOAD %s", text);
    if (rc == 0)
        snprintf(queue->sha[move], sizeof queue->sha[move], "%s", reply->str);
    else if (rc == -EREMOTEIO)
        fprintf(stderr, "a script: %s\n", redis_error_text(rc, reply));
    freeReplyObject(reply);
    free(text);
    return rc;
}

int job_run_script(struct job_queue *queue, enum job_move move, redisReply **reply, int count,
                   const char *const arguments[])
{
    const char *words[count + 4];
    int rc = queue->sha[move][0] ? 0 : load(queue, move);
    *reply = NULL;
    words[0] = "EVALSHA";
    words[1] = queue->sha[move];
    words[2] = "1";
    words[3] = queue->root;
    for (int i = 0; i < count; i++)
        words[4 + i] = arguments[i];
    if (rc == 0)
        rc = redis_command_argv(queue->redis, reply, count + 4, words, NULL);
    if (rc != -ENOENT || !*reply)
        return rc;
    freeReplyObject(*reply); /* NOSCRIPT: it has been restarted, and has forgotten it */
    *reply = NULL;
    rc = load(queue, move);
    return rc < 0 ? rc : redis_command_argv(queue->redis, reply, count + 4, words, NULL);
}
