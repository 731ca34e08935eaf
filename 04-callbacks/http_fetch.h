/* http_fetch.h - one GET as a protocol: what a dialogue of three steps looks like in callbacks.
 *
 * Chapter 01 has the same as one function that is read from top to bottom: connect, write, read,
 * return. Here each step is a function of its own, and what is to be remembered between the steps
 * is this structure. The loop's thread only.
 */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include "http.h"
#include "protocol.h"

#define HTTP_FETCH_BODY_MAX 4096 /* bytes */

struct http_fetch;

/* The fetch is over and its owner's again. `result` is 0 for any whole answer, whatever its status;
 * else -errno: -ECONNREFUSED, -ECONNRESET (also when the server closed before its answer was
 * whole), -EPROTO (no HTTP), -EFBIG (the body is over HTTP_FETCH_BODY_MAX), ... */
typedef void http_fetch_done_fn(struct http_fetch *fetch, int result);

/* The caller's, from http_fetch_begin until on_done is called. */
struct http_fetch {
    struct protocol protocol; /* first */
    http_fetch_done_fn *on_done;
    void *arg; /* the caller's own */
    struct transport *transport;
    const char *host, *target; /* not copied */
    struct http_parser parser;
    char head[4096]; /* the parser's */
    bool is_whole;   /* the answer */
    int error;       /* ours: why we gave up */
    int status;      /* of the answer: 200 */
    size_t length;   /* of the body */
    char body[HTTP_FETCH_BODY_MAX];
};

/* Begins GET http://host:port/target on a connection of its own; `host` is an address. on_done and
 * arg are set by the caller before. 0, or -errno, and then on_done is not called. */
int http_fetch_begin(struct http_fetch *fetch, struct loop *loop, const char *host, uint16_t port,
                     const char *target);

#endif
