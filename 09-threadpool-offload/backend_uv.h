/* backend_uv.h - the same loop on libuv: five functions, and nothing else changes.
 *
 *     struct loop *loop = loop_new(&backend_uv);
 */
#ifndef BACKEND_UV_H
#define BACKEND_UV_H

#include "backend.h"

extern const struct loop_backend backend_uv;

#endif
