/* http_client.h - what one GET needs besides a socket: the request's bytes, and the answer kept.
 *
 *     length = http_get_request(request, sizeof request, host, port, "/aio?delay=5");
 *     ... send it ...
 *     http_answer_init(&answer);
 *     do receive some bytes; while ((rc = http_answer_feed(&answer, bytes, count)) == 0);
 *
 * No sockets here: chapters 01, 03, 04 and 05 each bring their own way of waiting for the bytes.
 */
#ifndef COMMON_HTTP_CLIENT_H
#define COMMON_HTTP_CLIENT_H

#include "http.h"

#define HTTP_ANSWER_BODY_MAX 4096
#define HTTP_REQUEST_MAX     1024

/* Writes a whole GET request, which asks for the connection to be closed afterwards. Its length;
 * -EINVAL: a target that cannot stand in a request; -ENOBUFS. */
int http_get_request(char *buffer, size_t size, const char *host, uint16_t port,
                     const char *target);

/* An answer as it comes in: some 10 KiB, all of it inside. */
struct http_answer {
    int status;                          /* 200; 0 before the head was read */
    size_t length;                       /* of the body */
    char body[HTTP_ANSWER_BODY_MAX + 1]; /* NUL-terminated */
    struct http_parser parser;
    char head[4096];
};

void http_answer_init(struct http_answer *answer);

/* The next `count` bytes from the connection; 0 bytes: the peer has ended. 1: the answer is
 * complete; 0: more must come; -EPROTO: this is no HTTP, or it was cut off; -EMSGSIZE: the body is
 * over HTTP_ANSWER_BODY_MAX. */
int http_answer_feed(struct http_answer *answer, const char *bytes, size_t count);

#endif
