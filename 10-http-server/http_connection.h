/* http_connection.h - a connection from the inside: between the server's files, for nobody else.
 *
 *   http_server.c      accepts connections, counts them, stops
 *   http_connection.c  the life of one: requests, one after another, and a clean end
 *   http_body.c        the body of a request, read when the handler asks for it
 *   http_watch.c       has the client left while its request is handled?
 *   http_answer.c      the answer, from a status to bytes on the wire
 *   http_log.c         a line for each request
 */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include "http_server.h"
#include "net.h"

#define HTTP_HEAD_SIZE   8192 /* a larger head is 431 or 414 */
#define HTTP_INPUT_SIZE  8192 /* what is read ahead: pipelined requests wait here */
#define HTTP_OUTPUT_SIZE 4096

enum connection_state {
    CONNECTION_NEW,       /* its task has not begun */
    CONNECTION_IDLE,      /* waits for a request */
    CONNECTION_BUSY,      /* reads, handles or answers one */
    CONNECTION_LINGERING, /* has said all, and waits for the client to close */
};

/* http_watch.c */
struct http_watch {
    bool active;
    bool asked; /* 102 has been sent */
    int looks;  /* how often we have looked */
    struct timer timer;
};

struct http_connection {
    struct http_server *server;
    struct http_connection *next, *prev;
    struct task *task;              /* runs it; a reference */
    struct future_callback on_done; /* of the task */
    int fd;
    enum connection_state state;
    bool refused;     /* one too many: it gets a 503 */
    bool eof;         /* the client will send no more */
    bool client_left; /* and nobody reads our answer */
    bool keep_alive;  /* after this request */
    bool sent_continue;
    bool body_over;        /* the request has been read to its end */
    int body_status;       /* what to answer when its body could not be read; 0: it could */
    int64_t body_received; /* bytes */
    size_t begin, end;     /* of the input: what was read and not yet parsed */
    struct http_parser parser;
    struct http_request request;
    struct http_response response;
    struct http_watch watch;
    char peer[NET_NAME_MAX];
    char head[HTTP_HEAD_SIZE];
    char input[HTTP_INPUT_SIZE];
    char output[HTTP_OUTPUT_SIZE];
};

/* Takes `fd` over and starts a task for it; closes it when that cannot be done: -ENOMEM. */
int http_connection_start(struct http_server *server, int fd, bool refused);

/* http_server.c: it has ended and is not in the list any more. */
void http_server_connection_ended(struct http_server *server);

/* Reads once into the input: the count; 0: the client has ended its side; -ETIMEDOUT; -errno. There
 * must be room. */
ssize_t http_connection_fill(struct http_connection *connection, int64_t timeout_ns) CO_MUST_CHECK;

/* Makes room behind what is in the input; how much there is. */
size_t http_connection_room(struct http_connection *connection);

/* Writes all, each 64 KiB within the write timeout, and at the response's pace. 0 or -errno. */
int http_connection_write(struct http_connection *connection, const char *bytes,
                          size_t length) CO_MUST_CHECK;

/* Reads what the handler left of the body, up to a limit: 1: the next request can be read; 0: it
 * cannot. */
int http_body_finish(struct http_connection *connection) CO_MUST_CHECK;

/* While a handler runs: keeps what the client sends meanwhile, and cancels the task when the client
 * has left. */
void http_watch_begin(struct http_connection *connection);
void http_watch_end(struct http_connection *connection);

/* An empty response for the connection's request, and what is left when it is done with. */
void http_response_init(struct http_response *response, struct http_connection *connection);
void http_response_fini(struct http_response *response);

/* After the handler has returned `result`: makes and sends what there is to send. 0; < 0: the
 * connection is of no more use. */
int http_response_finish(struct http_response *response, int result) CO_MUST_CHECK;

/* "Sun, 06 Nov 1994 08:49:37 GMT", made once a second. */
const char *http_server_date(struct http_server *server);

/* 127.0.0.1:40000 - - [06/Nov/1994:08:49:37 +0000] "GET /aio HTTP/1.1" 200 12 */
void http_log_request(const struct http_connection *connection);

/* A handler has failed: the reason is for us, not for the client. */
void http_log_failure(const struct http_connection *connection, int error);

#endif
