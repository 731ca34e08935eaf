/* conn_pool_internal.h - what conn_pool.c and conn_pool_life.c share: inside this folder only. */
#ifndef CONN_POOL_INTERNAL_H
#define CONN_POOL_INTERNAL_H

#include "conn_pool.h"

/* Opens one, which is nobody's then but the caller's. There must be an empty place. 0 and *one, or
 * what connect says. Suspends. */
int conn_pool_connect(struct conn_pool *pool, struct pooled **one) CO_MUST_CHECK;

/* Closes one that is the caller's. */
void conn_pool_disconnect(struct pooled *one);

/* Makes the caller's one idle; and takes an idle one, NULL if there is none. */
void conn_pool_lay_down(struct pooled *one);
struct pooled *conn_pool_pick_up(struct conn_pool *pool);

/* Wakes the keeper when there are fewer than `min`. */
void conn_pool_look_at_min(struct conn_pool *pool);

#endif
