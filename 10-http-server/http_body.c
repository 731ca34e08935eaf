/* http_body.c - the body of a request, read when the handler asks for it and not before.
 *
 * That is the back-pressure: what nobody has asked for stays in the kernel's buffers, and then in
 * the client's. A handler that does not want the body answers before anybody has looked at it: if
 * it is malformed, the client has its 200 by then, and only the connection is closed.
 */
#include <errno.h>
#include <string.h>

#include "http_connection.h"

#define MAX_LEFT_OVER                                                       \
    65536 /* of a body that nobody wanted: reading it is cheaper than a new \
             connection, but not for ever */

static int fail(struct http_connection *connection, int status, int error)
{
    connection->body_status = status;
    connection->keep_alive = false;
    return error;
}

/* A client that sent "Expect: 100-continue" holds the body back until it is asked for; but one that
 * has sent some of it already has not waited (RFC 9110 10.1.1). */
static int ask_for_body(struct http_connection *connection)
{
    static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!connection->parser.head.expect_continue || connection->sent_continue)
        return 0;
    connection->sent_continue = true;
    if (connection->begin < connection->end || connection->response.head_sent)
        return 0;
    return http_connection_write(connection, CONTINUE, sizeof CONTINUE - 1);
}

/* The watch and we cannot both wait for the descriptor. */
static ssize_t fill(struct http_connection *connection)
{
    bool watched = connection->watch.active;
    int rc = ask_for_body(connection);
    if (rc < 0)
        return rc;
    http_watch_end(connection);
    ssize_t count = http_connection_fill(connection, connection->server->options.body_timeout);
    if (watched)
        http_watch_begin(connection);
    if (count == -ETIMEDOUT)
        return fail(connection, 408, -ETIMEDOUT);
    if (count == 0)
        return fail(connection, 400, -EPROTO);
    connection->client_left = count < 0 && count != -ECANCELED;
    return count;
}

/* One step of the parser, which may use up to `size` bytes of the input. */
static enum http_event parse_some(struct http_connection *connection, size_t size,
                                  struct http_slice *piece)
{
    const char *data = connection->input + connection->begin;
    size_t length = connection->end - connection->begin;
    if (length > size)
        length = size;
    const char *limit = data + length;
    enum http_event event = http_parse(&connection->parser, &data, &length, piece);
    connection->begin = (size_t)(limit - connection->input) - length;
    return event;
}

/* The next piece of the body, at most `size` bytes, still in the input: 1; 0: that was all. */
static int next_piece(struct http_connection *connection, size_t size, struct http_slice *piece)
{
    while (!connection->body_over) {
        enum http_event event = parse_some(connection, size, piece);
        if (event == HTTP_BODY)
            return 1;
        if (event == HTTP_ERROR)
            return fail(connection, connection->parser.error, -EPROTO);
        if (event == HTTP_DONE)
            connection->body_over = true;
        else if (connection->begin == connection->end) {
            ssize_t count = fill(connection);
            if (count < 0)
                return (int)count;
        }
    }
    return 0;
}

ssize_t http_request_read(struct http_request *request, void *bytes, size_t size)
{
    struct http_connection *connection = request->connection;
    struct http_slice piece;
    int rc = size > 0 ? next_piece(connection, size, &piece) : 0;
    if (rc <= 0)
        return rc;
    connection->body_received += (int64_t)piece.length;
    if (connection->body_received > connection->server->options.max_body)
        return fail(connection, 413, -EMSGSIZE);
    memcpy(bytes, piece.bytes, piece.length);
    return (ssize_t)piece.length;
}

int http_body_finish(struct http_connection *connection)
{
    struct http_slice piece;
    size_t left_over = 0;
    int rc = 1;
    if (connection->parser.head.expect_continue && !connection->sent_continue &&
        connection->begin == connection->end)
        return 0; /* it was never asked for: does it come, or the next request? Nobody can tell */
    while (rc > 0 && left_over <= MAX_LEFT_OVER) {
        rc = next_piece(connection, HTTP_INPUT_SIZE, &piece);
        if (rc > 0)
            left_over += piece.length;
    }
    return rc == -ECANCELED ? rc : rc == 0;
}
