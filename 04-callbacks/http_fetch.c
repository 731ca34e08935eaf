/* http_fetch.c - read it in the order in which it happens: begin, on_made, on_data, ..., on_lost.
 */
#include "http_fetch.h"

#include <errno.h>
#include <string.h>

static void give_up(struct http_fetch *fetch, int error)
{
    fetch->error = error;
    transport_abort(fetch->transport);
}

/* Step one: we are connected, so we ask. */
static void on_made(struct protocol *protocol, struct transport *transport)
{
    struct http_fetch *fetch = (struct http_fetch *)protocol;
    struct http_writer writer;
    char request[1024];
    fetch->transport = transport;
    http_write_request(&writer, request, sizeof request, "GET", fetch->target);
    http_write_field(&writer, "Host", "%s", fetch->host);
    http_write_field(&writer, "Connection", "close");
    int length = http_writer_end(&writer);
    if (length < 0)
        give_up(fetch, length);
    else
        transport_write(transport, request, (size_t)length);
}

static void keep_body(struct http_fetch *fetch, struct http_slice piece)
{
    if (piece.length > sizeof fetch->body - fetch->length) {
        give_up(fetch, -EFBIG);
        return;
    }
    memcpy(fetch->body + fetch->length, piece.bytes, piece.length);
    fetch->length += piece.length;
}

static void end_message(struct http_fetch *fetch)
{
    fetch->status = fetch->parser.head.status;
    if (fetch->status < 200)
        return; /* "100 Continue" and its like: the answer itself is still to come */
    fetch->is_whole = true;
    transport_close(fetch->transport);
}

static void on_event(struct http_fetch *fetch, enum http_event event, struct http_slice body)
{
    if (event == HTTP_BODY)
        keep_body(fetch, body);
    else if (event == HTTP_DONE)
        end_message(fetch);
    else if (event == HTTP_ERROR)
        give_up(fetch, -EPROTO);
}

/* Step two, as often as something comes: how much, and how it is cut, is not ours to choose. */
static void on_data(struct protocol *protocol, const char *bytes, size_t length)
{
    struct http_fetch *fetch = (struct http_fetch *)protocol;
    struct http_slice body;
    enum http_event event;
    while (!transport_is_closing(fetch->transport) &&
           (event = http_parse(&fetch->parser, &bytes, &length, &body)) != HTTP_NEED_MORE)
        on_event(fetch, event, body);
}

/* The end of the connection may be the end of the answer; if not, the answer was cut off. */
static bool on_eof(struct protocol *protocol)
{
    struct http_fetch *fetch = (struct http_fetch *)protocol;
    if (http_parse_eof(&fetch->parser) == HTTP_DONE)
        end_message(fetch);
    return false;
}

/* Step three: the connection is gone, with or without an answer. */
static void on_lost(struct protocol *protocol, int error)
{
    struct http_fetch *fetch = (struct http_fetch *)protocol;
    int result = fetch->error ? fetch->error : error ? error : -ECONNRESET;
    fetch->on_done(fetch, fetch->is_whole ? 0 : result);
}

static const struct protocol_calls fetch_calls = {
    .connection_made = on_made,
    .data_received = on_data,
    .eof_received = on_eof,
    .connection_lost = on_lost,
};

int http_fetch_begin(struct http_fetch *fetch, struct loop *loop, const char *host, uint16_t port,
                     const char *target)
{
    fetch->protocol.calls = &fetch_calls;
    fetch->host = host;
    fetch->target = target;
    fetch->is_whole = false;
    fetch->error = fetch->status = 0;
    fetch->length = 0;
    http_parser_init(&fetch->parser, HTTP_RESPONSE, fetch->head, sizeof fetch->head);
    fetch->transport = transport_connect(loop, host, port, &fetch->protocol);
    return fetch->transport ? 0 : -errno;
}
