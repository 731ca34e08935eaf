/* token_bucket.h - so many a second, and not more than a few at once: a limit of the rate.
 *
 *     struct token_bucket bucket;
 *     token_bucket_init(&bucket, NS_PER_S / 10, 3);       ten a second, three of them at once
 *     rc = token_bucket_take(&bucket);                    before each request
 *
 * A semaphore limits how many are under way; it says nothing of how often one begins, and if each
 * ends at once there may be thousands a second. In the bucket are tokens: it is full at the
 * beginning, a new one drops in after each interval, and what does not fit is lost. Who takes one
 * need not give it back.
 *
 * It is kept as one number, the moment at which the bucket would be full again (the "theoretical
 * arrival time" of ATM's generic cell rate algorithm). So nothing has to run while nobody comes,
 * and no fraction of a token is ever rounded. Loop's thread only.
 */
#ifndef TOKEN_BUCKET_H
#define TOKEN_BUCKET_H

#include <stdint.h>

#include "sync.h"

struct token_bucket {
    int64_t interval_ns; /* from one token to the next */
    int64_t room_ns;     /* for so long the bucket can fill: tokens x interval */
    int64_t full_at_ns;  /* on the loop's clock; long ago: it is full */
    struct lock line;    /* who waits for a token holds it; behind him, first come, first served */
};

/* A token after every interval_ns (at least 1), and room for `burst` of them (at least 1). There is
 * nothing to free; nobody may be waiting when its memory goes. */
void token_bucket_init(struct token_bucket *bucket, int64_t interval_ns, int burst);

/* Takes a token, and waits for one if need be. Who came first is served first. 0; -ECANCELED, and
 * then none was taken; -ENOMEM. Does not suspend when there is one and nobody waits. */
int token_bucket_take(struct token_bucket *bucket) CO_MUST_CHECK;

/* How many could be taken now without waiting, if nobody waits. In a task. */
int token_bucket_tokens(const struct token_bucket *bucket);

#endif
