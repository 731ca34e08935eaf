/* redis_reply.c - what an error reply means. Its first word is a code, by Redis's convention. */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "redis.h"

static const struct {
    const char *code;
    int error;
} meanings[] = {
    {"LOADING", -EAGAIN},    {"BUSY", -EAGAIN},     {"TRYAGAIN", -EAGAIN},
    {"MASTERDOWN", -EAGAIN}, {"NOAUTH", -EACCES},   {"WRONGPASS", -EACCES},
    {"NOPERM", -EACCES},     {"NOSCRIPT", -ENOENT}, {"BUSYGROUP", -EEXIST},
};

int redis_reply_error(const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ERROR)
        return 0;
    size_t length = strcspn(reply->str, " ");
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strlen(meanings[i].code) == length && !memcmp(meanings[i].code, reply->str, length))
            return meanings[i].error;
    return -EREMOTEIO;
}

const char *redis_error_text(int error, const redisReply *reply)
{
    return reply && reply->type == REDIS_REPLY_ERROR ? reply->str : error_text(error);
}
