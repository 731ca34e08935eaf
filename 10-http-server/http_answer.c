/* http_answer.c - an answer, from what the handler said to bytes on the wire.
 *
 * Head and body of a small answer leave in one write: two would be two packets, and the client
 * would wake up twice.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "http_connection.h"

void http_response_init(struct http_response *response, struct http_connection *connection)
{
    *response = (struct http_response){.connection = connection};
    response->fields.buffer = response->field_bytes;
    response->fields.capacity = sizeof response->field_bytes;
}

void http_response_fini(struct http_response *response)
{
    free(response->body);
    response->body = NULL;
}

/* ---- What the handler says ----------------------------------------------------------------- */

/* Not among the fields: an answer may be replaced by another, by an error most of all. */
static int set_content_type(struct http_response *response, const char *content_type)
{
    size_t size = sizeof response->content_type;
    int length = snprintf(response->content_type, size, "%s", content_type ? content_type : "");
    return (size_t)length < size ? 0 : -ENAMETOOLONG;
}

/* Takes `body` over. */
static int respond(struct http_response *response, int status, const char *content_type, char *body,
                   size_t length)
{
    if (!body || response->head_sent) {
        free(body);
        return body ? -EALREADY : -ENOMEM;
    }
    free(response->body);
    response->status = status;
    response->body = body;
    response->body_length = length;
    return set_content_type(response, content_type);
}

int http_respond(struct http_response *response, int status, const char *content_type,
                 const void *body, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy && length > 0)
        memcpy(copy, body, length);
    return respond(response, status, content_type, copy, length);
}

int http_respond_format(struct http_response *response, int status, const char *content_type,
                        const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return respond(response, status, content_type, length < 0 ? NULL : text, (size_t)length);
}

/* JSON is UTF-8. What a client has sent need not be: then its odd bytes are not shown. */
static char *error_document(char *text)
{
    json_t *string = json_string(text);
    if (!string) {
        for (char *c = text; *c; c++)
            if ((unsigned char)*c > 126)
                *c = '?';
        string = json_string(text);
    }
    json_t *document = json_pack("{s:o}", "error", string);
    char *dump = document ? json_dumps(document, 0) : NULL;
    json_decref(document);
    return dump;
}

int http_respond_error(struct http_response *response, int status, const char *format, ...)
{
    va_list arguments;
    char *text = NULL, *document = NULL;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length >= 0) {
        document = error_document(text);
        free(text);
    }
    return respond(response, status, "application/json; charset=utf-8", document,
                   document ? strlen(document) : 0);
}

void http_response_drop(struct http_response *response)
{
    response->dropped = true;
}

void http_response_trickle(struct http_response *response, int64_t byte_interval_ns)
{
    response->byte_interval = byte_interval_ns;
}

/* ---- Onto the wire ------------------------------------------------------------------------- */

static bool is_answer_to_head(const struct http_connection *connection)
{
    const char *method = connection->parser.head.method;
    return method && strcmp(method, "HEAD") == 0;
}

static bool may_have_body(const struct http_response *response)
{
    return response->status != 204 && response->status != 304 &&
           !is_answer_to_head(response->connection);
}

static void write_connection_field(struct http_writer *writer, struct http_connection *connection)
{
    if (!connection->keep_alive)
        http_write_field(writer, "Connection", "close");
    else if (connection->parser.head.minor_version == 0)
        http_write_field(writer, "Connection", "keep-alive");
}

/* Writes the head into the connection's output. Its length or -errno. */
static int build_head(struct http_response *response)
{
    struct http_connection *connection = response->connection;
    struct http_writer writer;
    if (connection->server->stopping)
        connection->keep_alive = false;
    http_write_response(&writer, connection->output, HTTP_OUTPUT_SIZE, response->status);
    http_write_field(&writer, "Date", "%s", http_server_date(connection->server));
    http_write_field(&writer, "Server", "async-in-c");
    if (response->streamed && connection->parser.head.minor_version >= 1)
        http_write_field(&writer, "Transfer-Encoding", "chunked");
    else if (!response->streamed && response->status != 204 && response->status != 304)
        http_write_field(&writer, "Content-Length", "%zu", response->body_length);
    write_connection_field(&writer, connection);
    if (response->content_type[0])
        http_write_field(&writer, "Content-Type", "%s", response->content_type);
    if (writer.error == 0)
        writer.error = response->fields.error;
    if (writer.error == 0 && response->fields.length + 2 > writer.capacity - writer.length)
        writer.error = -ENOBUFS;
    if (writer.error == 0) {
        memcpy(writer.buffer + writer.length, response->field_bytes, response->fields.length);
        writer.length += response->fields.length;
    }
    return http_writer_end(&writer);
}

int http_response_send(struct http_response *response)
{
    struct http_connection *connection = response->connection;
    int length = build_head(response);
    if (response->head_sent || length < 0)
        return length < 0 ? length : -EALREADY;
    size_t body_length = may_have_body(response) ? response->body_length : 0;
    size_t room = HTTP_OUTPUT_SIZE - (size_t)length;
    size_t together = body_length < room ? body_length : room;
    memcpy(connection->output + length, response->body, together);
    response->head_sent = true;
    int rc = http_connection_write(connection, connection->output, (size_t)length + together);
    if (rc == 0)
        rc = http_connection_write(connection, response->body + together, body_length - together);
    if (rc == 0)
        response->body_sent = (int64_t)body_length;
    return rc;
}

/* ---- In pieces ----------------------------------------------------------------------------- */

int http_response_begin(struct http_response *response, int status, const char *content_type)
{
    struct http_connection *connection = response->connection;
    if (response->head_sent)
        return -EALREADY;
    response->status = status;
    response->streamed = true;
    if (connection->parser.head.minor_version == 0)
        connection->keep_alive = false; /* the end of the connection is the end of the body */
    int length = set_content_type(response, content_type);
    if (length == 0)
        length = build_head(response);
    if (length < 0)
        return length;
    response->head_sent = true;
    return http_connection_write(connection, connection->output, (size_t)length);
}

static int write_chunk(struct http_response *response, const char *bytes, size_t length)
{
    struct http_connection *connection = response->connection;
    if (connection->parser.head.minor_version == 0)
        return http_connection_write(connection, bytes, length);
    int used = snprintf(connection->output, HTTP_OUTPUT_SIZE, "%zx\r\n", length);
    memcpy(connection->output + used, bytes, length);
    memcpy(connection->output + used + length, "\r\n", 2);
    return http_connection_write(connection, connection->output, (size_t)used + length + 2);
}

int http_response_write(struct http_response *response, const void *bytes, size_t length)
{
    const char *next = bytes;
    int rc = response->streamed ? 0 : -EINVAL;
    while (rc == 0 && length > 0 && may_have_body(response)) {
        size_t piece = length < HTTP_OUTPUT_SIZE - 32 ? length : HTTP_OUTPUT_SIZE - 32;
        rc = write_chunk(response, next, piece);
        if (rc == 0)
            response->body_sent += (int64_t)piece;
        next += piece;
        length -= piece;
    }
    return rc;
}

static int end_stream(struct http_response *response)
{
    struct http_connection *connection = response->connection;
    if (!may_have_body(response) || connection->parser.head.minor_version == 0)
        return 0;
    return http_connection_write(connection, "0\r\n\r\n", 5);
}

/* ---- After the handler --------------------------------------------------------------------- */

/* The handler has failed, or has said nothing, or what cannot be sent. What it said is dropped. */
static int answer_failure(struct http_response *response, int error)
{
    struct http_connection *connection = response->connection;
    int status = connection->body_status;
    if (response->head_sent)
        return -ECONNABORTED; /* half an answer must not look like a whole one */
    if (status == 0) {
        http_log_failure(connection, error);
        status = 500;
    }
    http_response_fini(response);
    http_response_init(response, connection);
    int rc = http_respond_error(response, status, "%s", http_reason(status));
    return rc < 0 ? rc : http_response_send(response);
}

int http_response_finish(struct http_response *response, int result)
{
    struct http_connection *connection = response->connection;
    if (connection->client_left)
        return -ECONNRESET;
    if (result == -ECANCELED && task_cancelling(connection->task) > 0)
        return -ECANCELED; /* the server is stopping */
    if (result >= 0 && response->dropped)
        return -ECONNABORTED;
    if (result >= 0 && response->streamed)
        return end_stream(response);
    if (result >= 0 && response->head_sent)
        return 0;
    if (result >= 0 && response->status != 0) {
        result = http_response_send(response);
        if (result == 0 || response->head_sent)
            return result;
    }
    return answer_failure(response, result < 0 ? result : -ENOMSG);
}
