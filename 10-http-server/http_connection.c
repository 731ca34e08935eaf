/* http_connection.c - the life of one connection: requests, one after another, and a clean end.
 *
 * It reads like the blocking server of chapter 01: read a request, answer it, again. Each line that
 * waits suspends this coroutine only.
 */
#include "http_connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "co_io.h"
#include "timeout.h"

#define LINGER_TIME (2 * NS_PER_S)
#define WRITE_PIECE 65536

/* ---- Bytes in and out ---------------------------------------------------------------------- */

size_t http_connection_room(struct http_connection *connection)
{
    size_t waiting = connection->end - connection->begin;
    if (connection->begin > 0) {
        memmove(connection->input, connection->input + connection->begin, waiting);
        connection->begin = 0;
        connection->end = waiting;
    }
    return HTTP_INPUT_SIZE - connection->end;
}

ssize_t http_connection_fill(struct http_connection *connection, int64_t timeout_ns)
{
    struct timeout_scope scope;
    size_t room = http_connection_room(connection);
    if (connection->eof)
        return 0;
    timeout_begin(&scope, timeout_ns);
    ssize_t count = co_read(connection->fd, connection->input + connection->end, room);
    count = timeout_end(&scope, (int)count);
    if (count > 0)
        connection->end += (size_t)count;
    connection->eof = count == 0;
    return count;
}

static int write_in_time(struct http_connection *connection, const char *bytes, size_t length)
{
    struct timeout_scope scope;
    timeout_begin(&scope, connection->server->options.write_timeout);
    int rc = co_write_all(connection->fd, bytes, length);
    return timeout_end(&scope, rc);
}

int http_connection_write(struct http_connection *connection, const char *bytes, size_t length)
{
    int64_t interval = connection->response.byte_interval;
    size_t most = interval > 0 ? 1 : WRITE_PIECE;
    int rc = 0;
    while (rc == 0 && length > 0) {
        size_t piece = length < most ? length : most;
        rc = write_in_time(connection, bytes, piece);
        bytes += piece;
        length -= piece;
        if (rc == 0 && interval > 0)
            rc = co_sleep(interval);
    }
    return rc;
}

/* ---- Reading a head ------------------------------------------------------------------------ */

static enum http_event parse(struct http_connection *connection)
{
    const char *data = connection->input + connection->begin;
    size_t length = connection->end - connection->begin;
    struct http_slice body;
    enum http_event event = http_parse(&connection->parser, &data, &length, &body);
    connection->begin = connection->end - length;
    return event;
}

/* 1: there is a byte of the next request; else there is none, and the connection ends. */
static int wait_for_request(struct http_connection *connection)
{
    if (connection->begin < connection->end)
        return 1;
    if (connection->server->stopping)
        return 0;
    connection->state = CONNECTION_IDLE;
    ssize_t count = http_connection_fill(connection, connection->server->options.idle_timeout);
    connection->state = CONNECTION_BUSY;
    return count > 0;
}

/* The rest of a head that has begun: within one timeout, however many bytes come at a time. */
static int read_rest_of_head(struct http_connection *connection, enum http_event *event)
{
    struct timeout_scope scope;
    ssize_t count = 1;
    timeout_begin(&scope, connection->server->options.head_timeout);
    while (count > 0 && *event == HTTP_NEED_MORE) {
        count = http_connection_fill(connection, -1);
        if (count > 0)
            *event = parse(connection);
        else if (count == 0)
            *event = http_parse_eof(&connection->parser);
    }
    return timeout_end(&scope, count < 0 ? (int)count : 0);
}

/* 1: the head of a request is complete, or *status says what is wrong with it; 0: no request came;
 * or -errno. */
static int read_head(struct http_connection *connection, int *status, const char **reason)
{
    int rc = wait_for_request(connection);
    if (rc <= 0)
        return rc;
    enum http_event event = parse(connection);
    if (event == HTTP_NEED_MORE)
        rc = read_rest_of_head(connection, &event);
    if (rc == -ETIMEDOUT) {
        *status = 408;
        *reason = "the head of the request took too long";
        return 1;
    }
    if (event == HTTP_ERROR) {
        *status = connection->parser.error;
        *reason = connection->parser.error_text;
    }
    if (rc < 0)
        return rc;
    return event != HTTP_NEED_MORE;
}

/* ---- One request --------------------------------------------------------------------------- */

static void begin_request(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    connection->request.head = &connection->parser.head;
    connection->request.context = server->options.context;
    connection->request.connection = connection;
    connection->request.parameter_count = 0;
    connection->keep_alive = connection->parser.head.keep_alive && !server->stopping;
    connection->sent_continue = connection->body_over = false;
    connection->body_status = 0;
    connection->body_received = 0;
    http_response_init(&connection->response, connection);
}

/* What can be said before the handler is asked; 0: nothing. */
static int refuse_early(struct http_connection *connection, const char **reason)
{
    const struct http_head *head = &connection->parser.head;
    if (http_field(head, "Expect") && head->minor_version >= 1 && !head->expect_continue) {
        *reason = "the only expectation known here is 100-continue";
        return 417;
    }
    if (head->content_length > connection->server->options.max_body) {
        *reason = "the body is too large";
        return 413;
    }
    return 0;
}

static int run_handler(struct http_connection *connection)
{
    http_watch_begin(connection);
    int rc = connection->server->options.handler(&connection->request, &connection->response);
    http_watch_end(connection);
    return http_response_finish(&connection->response, rc);
}

/* An answer after which the connection is closed: what the client sends now cannot be trusted to
 * be another request. */
static int answer_error(struct http_connection *connection, int status, const char *reason)
{
    connection->keep_alive = false;
    int rc = http_respond_error(&connection->response, status, "%s", reason);
    return http_response_finish(&connection->response, rc);
}

/* 1: the next request may come; 0: everything was said; < 0: the connection is of no more use. */
static int serve_request(struct http_connection *connection)
{
    int status = 0;
    const char *reason = NULL;
    int rc = read_head(connection, &status, &reason);
    if (rc <= 0)
        return rc == 0 ? -ENODATA : rc;
    begin_request(connection);
    if (status == 0)
        status = refuse_early(connection, &reason);
    rc = status != 0 ? answer_error(connection, status, reason) : run_handler(connection);
    http_log_request(connection);
    http_response_fini(&connection->response);
    if (rc < 0)
        return rc;
    return connection->keep_alive ? http_body_finish(connection) : 0;
}

/* ---- The end ------------------------------------------------------------------------------- */

/* If we closed while bytes of the client are unread or under way, the kernel would answer them with
 * RST, and that can destroy our answer before the client has read it (RFC 9112 9.6). So we end our
 * side only, and read on until the client ends its own; not for ever. */
static int linger(struct http_connection *connection)
{
    struct timeout_scope scope;
    ssize_t count = 1;
    if (connection->eof)
        return 0;
    if (shutdown(connection->fd, SHUT_WR) < 0)
        return -errno;
    connection->state = CONNECTION_LINGERING;
    timeout_begin(&scope, LINGER_TIME);
    while (count > 0)
        count = co_read(connection->fd, connection->input, HTTP_INPUT_SIZE);
    return timeout_end(&scope, (int)count);
}

static int refuse_connection(struct http_connection *connection)
{
    begin_request(connection);
    http_write_field(&connection->response.fields, "Retry-After", "1");
    int rc = answer_error(connection, 503, "too many connections");
    http_log_request(connection);
    http_response_fini(&connection->response);
    return rc;
}

static int run_connection(void *arg)
{
    struct http_connection *connection = arg;
    connection->state = CONNECTION_BUSY;
    int rc = connection->refused ? refuse_connection(connection) : 1;
    while (rc > 0)
        rc = serve_request(connection);
    return rc == 0 ? linger(connection) : rc;
}

/* ---- Beginning and end of its memory ------------------------------------------------------- */

static void link_connection(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    connection->next = server->connections;
    if (connection->next)
        connection->next->prev = connection;
    server->connections = connection;
    server->connection_count++;
}

static void unlink_connection(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    if (connection->next)
        connection->next->prev = connection->prev;
    if (connection->prev)
        connection->prev->next = connection->next;
    else
        server->connections = connection->next;
    server->connection_count--;
}

/* Its task has ended, perhaps without ever having begun. */
static void on_task_done(void *arg)
{
    struct http_connection *connection = arg;
    struct http_server *server = connection->server;
    loop_forget_fd(server->loop, connection->fd);
    close(connection->fd);
    unlink_connection(connection);
    future_mark_retrieved(&connection->task->future); /* a lost client is nobody's concern */
    task_unref(connection->task);
    free(connection);
    http_server_connection_ended(server);
}

int http_connection_start(struct http_server *server, int fd, bool refused)
{
    struct http_connection *connection = malloc(sizeof *connection);
    if (!connection)
        goto no_memory;
    memset(connection, 0, offsetof(struct http_connection, head)); /* the buffers stay untouched */
    connection->server = server;
    connection->fd = fd;
    connection->refused = refused;
    net_peer_name(fd, connection->peer);
    http_parser_init(&connection->parser, HTTP_REQUEST, connection->head, HTTP_HEAD_SIZE);
    connection->task = task_spawn(server->loop, run_connection, connection, connection->peer);
    if (!connection->task)
        goto no_memory;
    callback_init(&connection->on_done.callback, on_task_done, connection);
    future_add_done_callback(&connection->task->future, &connection->on_done);
    link_connection(connection);
    return 0;

no_memory:
    free(connection);
    close(fd);
    return -ENOMEM;
}
