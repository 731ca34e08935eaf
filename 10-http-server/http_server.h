/* http_server.h - HTTP/1.1 served by coroutines: one for each connection, one function for each
 * request.
 *
 *     static int hello(struct http_request *request, struct http_response *response)
 *     {
 *         (void)request;
 *         return http_respond(response, 200, "text/plain", "Hello", 5);
 *     }
 *
 *     struct http_server server;
 *     struct http_options options = {.handler = hello};
 *     rc = http_server_start(&server, loop, listening_fd, &options);
 *     ...
 *     rc = http_server_stop(&server, 3 * NS_PER_S);
 *
 * A handler is a coroutine function: it may sleep, fetch, spawn tasks and wait for them. It runs in
 * the task of its connection, so the requests of one connection are answered one after another, in
 * order (RFC 9112 9.3.2). When the client leaves, or the server is stopped, what the handler waits
 * for returns -ECANCELED: it cleans up and passes that on.
 *
 * The messages themselves are read and written by common/http.h. Loop's thread only.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#include "http.h"
#include "task.h"

struct http_connection; /* http_connection.h: the server's own */

/* ---- The server ---------------------------------------------------------------------------- */

struct http_request;
struct http_response;

/* >= 0: `response` holds the answer, or it has been sent; < 0: the request could not be handled,
 * and the client gets a 500 that says no more than that. */
typedef int http_handler(struct http_request *request, struct http_response *response);

struct http_options {
    http_handler *handler;
    void *context;         /* for the handlers: request->context */
    FILE *log;             /* a line for each request; NULL: none. The caller's. */
    int max_connections;   /* one more is answered 503; 0: 10000 */
    int64_t max_body;      /* bytes; a larger request is answered 413; 0: 1 MiB */
    int64_t idle_timeout;  /* ns, as all of these; between two requests, then closed; 0: 60 s */
    int64_t head_timeout;  /* from a head's first byte to its last, then 408; 0: 10 s */
    int64_t body_timeout;  /* without a byte of a body that is read, then 408; 0: 20 s */
    int64_t write_timeout; /* for 64 KiB of an answer, then closed; 0: 30 s */
};

struct http_server {
    struct http_options options;
    /* the rest is the server's own */
    struct loop *loop;
    int listening_fd;
    struct task *acceptor;
    struct http_connection *connections; /* all of them, the latest first */
    int connection_count;
    bool stopping;
    struct future *none_left; /* completed when the last one has ended */
    time_t date_second;       /* `date` is of this second */
    char date[40];
};

/* Serves on `listening_fd`, which from now on is the server's: http_server_stop closes it, for
 * which the server must live. 0; or -errno, and then it is closed already and nothing is to be
 * stopped. */
int http_server_start(struct http_server *server, struct loop *loop, int listening_fd,
                      const struct http_options *options);

/* Ends it: no more connections; those that wait for a request are closed; what is being answered
 * may end, for at most grace_ns, and is then cancelled. A cancel of the caller ends the grace.
 * Afterwards nothing is left. A coroutine function: 0 or -errno. */
int http_server_stop(struct http_server *server, int64_t grace_ns) CO_MUST_CHECK;

/* ---- The request --------------------------------------------------------------------------- */

#define HTTP_MAX_PARAMETERS 4

struct http_parameter {
    struct http_slice name;
    const char *value; /* decoded */
};

struct http_request {
    const struct http_head *head; /* method, target, fields; until the handler returns */
    void *context;
    struct http_connection *connection;
    int parameter_count; /* what the router found in the path: router.h */
    struct http_parameter parameters[HTTP_MAX_PARAMETERS];
    char parameter_text[1024];
};

/* The value of a parameter of the route ("/{name}"), decoded; NULL: the route has none such. */
const char *http_request_parameter(const struct http_request *request, const char *name);

/* The next bytes of the body, decoded; 0: that was all of it. Asks for the body first if the client
 * waits for that (100-continue). A coroutine function. On an error return that error: the client
 * then gets the status that fits. -EPROTO: malformed or cut off (400); -EMSGSIZE: over max_body
 * (413); -ETIMEDOUT (408); -ECANCELED. */
ssize_t http_request_read(struct http_request *request, void *bytes, size_t size) CO_MUST_CHECK;

/* ---- The response -------------------------------------------------------------------------- */

struct http_response {
    int status; /* 0: none yet */
    /* Further fields: http_write_field(&response->fields, "Allow", "GET"). What a value may not
     * hold makes the answer a 500. */
    struct http_writer fields;
    /* the rest is the server's own */
    struct http_connection *connection;
    char content_type[96]; /* "": none */
    char *body;            /* malloc; freed with the response */
    size_t body_length;
    int64_t body_sent;     /* bytes, for the log */
    int64_t byte_interval; /* ns */
    bool head_sent, streamed, dropped;
    char field_bytes[1024];
};

/* The whole answer, in place of one that was given before; the body is copied. It is sent when the
 * handler returns. `content_type` may be NULL. 0; -ENOMEM; -ENAMETOOLONG: of the content type;
 * -EALREADY: the answer is on its way. */
int http_respond(struct http_response *response, int status, const char *content_type,
                 const void *body, size_t length);
int http_respond_format(struct http_response *response, int status, const char *content_type,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* {"error": "..."}: the form of every error in this server. */
int http_respond_error(struct http_response *response, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sends the answer now, for a handler that has to know how that went: 0; -ECANCELED or another
 * error: the client has not got it. A coroutine function. */
int http_response_send(struct http_response *response) CO_MUST_CHECK;

/* An answer whose length is not known before: begin it, write pieces; it ends when the handler
 * returns. Chunked (RFC 9112 7.1); to HTTP/1.0 it ends with the connection. Coroutine functions:
 * 0 or -errno. When the handler fails after this the connection is cut, so that the client can
 * see that something is missing. */
int http_response_begin(struct http_response *response, int status,
                        const char *content_type) CO_MUST_CHECK;
int http_response_write(struct http_response *response, const void *bytes,
                        size_t length) CO_MUST_CHECK;

/* No answer at all: the connection is closed. */
void http_response_drop(struct http_response *response);

/* Sends a byte at a time, so far apart: to try out a client's patience. */
void http_response_trickle(struct http_response *response, int64_t byte_interval_ns);

#endif
