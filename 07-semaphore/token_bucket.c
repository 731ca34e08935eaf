/* token_bucket.c - one number, and a line of those who wait. */
#include "token_bucket.h"

#include <errno.h>

void token_bucket_init(struct token_bucket *bucket, int64_t interval_ns, int burst)
{
    *bucket = (struct token_bucket){
        .interval_ns = interval_ns,
        .room_ns = burst * interval_ns,
        .full_at_ns = INT64_MIN,
    };
    lock_init(&bucket->line);
}

/* The later of the two: a bucket that has long been full holds no more for that. */
static int64_t full_at(const struct token_bucket *bucket, int64_t now_ns)
{
    return bucket->full_at_ns > now_ns ? bucket->full_at_ns : now_ns;
}

int token_bucket_tokens(const struct token_bucket *bucket)
{
    int64_t now_ns = loop_time(co_loop());
    int64_t missing_ns = full_at(bucket, now_ns) - now_ns;
    return (int)((bucket->room_ns - missing_ns) / bucket->interval_ns);
}

/* For so long there is no token yet; <= 0: there is one. */
static int64_t until_token(const struct token_bucket *bucket, int64_t now_ns)
{
    return full_at(bucket, now_ns) - now_ns + bucket->interval_ns - bucket->room_ns;
}

/* With the line behind us. */
static int wait_for_token(struct token_bucket *bucket)
{
    int64_t delay_ns;
    while ((delay_ns = until_token(bucket, loop_time(co_loop()))) > 0) {
        int rc = co_sleep(delay_ns);
        if (rc < 0)
            return rc;
    }
    bucket->full_at_ns = full_at(bucket, loop_time(co_loop())) + bucket->interval_ns;
    return 0;
}

int token_bucket_take(struct token_bucket *bucket)
{
    int rc = lock_acquire(&bucket->line);
    if (rc < 0)
        return rc;
    rc = wait_for_token(bucket);
    int released = lock_release(&bucket->line);
    return rc < 0 ? rc : released;
}
