/* get.h - one HTTP GET, by hand: connect, write, read until it is all there. It blocks.
 *
 * It waits for the connection, for the answer's first byte and for its last, and meanwhile its
 * thread can do nothing else. Chapters 02 and 09 run this very function in threads.
 */
#ifndef GET_H
#define GET_H

#include <stddef.h>
#include <stdint.h>

#define GET_BODY_MAX 4096

struct get_result {
    int status;                  /* 200 */
    size_t length;               /* of the body */
    char body[GET_BODY_MAX + 1]; /* NUL-terminated */
};

/* GETs `target` ("/aio?delay=5") from `host` over a connection of its own. 0: a whole answer came,
 * whatever its status. Else -errno: -ECONNREFUSED and others from the connection; -EPROTO: an
 * answer that is cut off, or is no HTTP; -EMSGSIZE: a body over GET_BODY_MAX; -EINVAL: a target
 * that cannot stand in a request. Needs about 10 KiB of stack. Any thread; SIGPIPE is ignored. */
int blocking_get(const char *host, uint16_t port, const char *target, struct get_result *result);

#endif
