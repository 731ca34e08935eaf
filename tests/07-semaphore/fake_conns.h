/* fake_conns.h - connections for conn_pool's tests: numbers, and a server that can be told to fail.
 */
#ifndef FAKE_CONNS_H
#define FAKE_CONNS_H

#include "conn_pool.h"

#define FAKE_CONNS_MAX 2000

struct fake_conn {
    int n; /* its name: the first is 1 */
    bool is_open, is_sick, is_used;
};

/* The server that they lead to; the scenarios' own. */
extern struct fake_server {
    struct fake_conn conns[FAKE_CONNS_MAX];
    int made, open, most_open;
    int connect_passes; /* of the loop: so long a connect takes */
    int check_passes;
    int refuse; /* so many connects are refused, with -ECONNREFUSED */
    int closed_twice, used_twice;
} server;

extern const struct conn_pool_calls fake_calls;            /* without a check */
extern const struct conn_pool_calls fake_calls_with_check; /* a sick one does not pass it */

/* A server as new, and options for this many, which never age. */
struct conn_pool_options fake_options(int min, int max);

struct fake_conn *fake_of(const struct pooled *mine);

/* Acquires, and notes that it is used; and the way back. */
int fake_acquire(struct conn_pool *pool, struct pooled **mine) CO_MUST_CHECK;
void fake_release(struct pooled *mine);
void fake_discard(struct pooled *mine);

#endif
