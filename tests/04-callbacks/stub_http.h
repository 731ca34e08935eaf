/* stub_http.h - a small HTTP server on the test's own loop that does what it is asked for:
 *
 *     /ok      200, "ok"; the connection is kept
 *     /503     503, "no"
 *     /hold    no answer, until stub_answer_held
 *     /close   the end instead of an answer
 *     /cut     the end in the middle of an answer
 *     /junk    something that is no HTTP
 *     /big     200 and zeros without an end, as fast as they are taken
 */
#ifndef STUB_HTTP_H
#define STUB_HTTP_H

#include "protocol.h"

struct stub {
    struct loop *loop;
    struct listener listener;
    uint16_t port;
    int accepted; /* connections, in all */
    int open;     /* connections, now */
    int requests; /* in all */
    int held;     /* now */
    int left;     /* clients that went while they were held */
    struct stub_client *clients;
    void (*on_held)(struct stub *stub); /* called by the loop after a request was held */
    void (*on_left)(struct stub *stub); /* ... after such a client has gone */
    void *arg;                          /* the test's own */
};

void stub_open(struct stub *stub, struct loop *loop);

/* Runs the loop until the connections that there are have gone, then closes the server. */
void stub_close(struct stub *stub);

/* 200, "held", to all that are held. */
void stub_answer_held(struct stub *stub);

/* "http://127.0.0.1:PORT" and the target; valid until the fourth call after it. */
const char *stub_url(const struct stub *stub, const char *target);

#endif
