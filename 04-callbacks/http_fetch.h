/* http_fetch.h - one GET as a protocol: what a dialogue of three steps looks like in callbacks.
 *
 * Chapter 01 has the same as one function that is read from top to bottom: connect, write, read,
 * return. Here each step is a function of its own, and what is to be remembered between the steps
 * is this structure. The loop's thread only.
 */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include "http_client.h"
#include "protocol.h"

struct http_fetch;

/* The fetch is over and its owner's again: from the loop, never inside http_fetch_begin. `result`
 * is 0 for any whole answer, whatever its status; else -errno: of the connection (-ECONNREFUSED,
 * -ECONNRESET), or of the answer (see http_answer_feed). */
typedef void http_fetch_done_fn(struct http_fetch *fetch, int result);

/* The caller's, from http_fetch_begin until on_done is called. */
struct http_fetch {
    struct protocol protocol; /* first: the transport knows us by it */
    http_fetch_done_fn *on_done;
    void *arg; /* the caller's own */
    struct transport *transport;
    int request_length;
    char request[HTTP_REQUEST_MAX];
    struct http_answer answer;
    bool is_over; /* and it came to `result` */
    int result;
};

/* Begins GET http://host:port/target on a connection of its own; `host` is an address. on_done and
 * arg are set by the caller before. 0, or -errno, and then on_done is not called. */
int http_fetch_begin(struct http_fetch *fetch, struct loop *loop, const char *host, uint16_t port,
                     const char *target);

#endif
