/* get.h - one HTTP GET that blocks: connect, write, and read until it is all there.
 *
 * It waits for the connection, for the answer's first byte and for its last, and meanwhile its
 * thread can do nothing else. Chapters 02 and 09 run this very function in threads.
 */
#ifndef GET_H
#define GET_H

#include <stdint.h>

#include "http_client.h"

/* GETs `target` ("/aio?delay=5") from `host` over a connection of its own. 0: a whole answer came,
 * whatever its status. Else -errno: -ECONNREFUSED and others from the connection; -EPROTO: an
 * answer that is cut off, or is no HTTP; -EMSGSIZE: a body over HTTP_ANSWER_BODY_MAX; -EINVAL: a
 * target that cannot stand in a request. The answer's fields stay in it:
 * http_field(&answer->parser.head, "Content-Type"). Any thread; SIGPIPE is ignored. */
int blocking_get(const char *host, uint16_t port, const char *target, struct http_answer *answer);

#endif
