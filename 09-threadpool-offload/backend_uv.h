/* backend_uv.h - the same loop on libuv: five functions, and nothing else changes.
 *
 *     struct loop *loop = loop_new(&backend_uv);
 */
#ifndef BACKEND_UV_H
#define BACKEND_UV_H

#include "backend.h"

extern const struct loop_backend backend_uv;

/* The uv_loop_t under a loop whose backend is backend_uv; NULL for another's. For bricks that use
 * libuv itself (executor.c). Handles of one's own may be added; they run their callbacks inside
 * poll, so they should do no more than queue a callback. */
struct uv_loop_s *backend_uv_loop(struct loop *loop);

#endif
