/* http_fetch.c - a GET torn into its steps. */
#include "http_fetch.h"

#include <errno.h>

/* Step one: we are connected, so we ask. */
static void on_made(struct protocol *protocol, struct transport *transport)
{
    struct http_fetch *fetch = (struct http_fetch *)protocol;
    transport_write(transport, fetch->request, (size_t)fetch->request_length);
}

/* 0 bytes: the end of them. */
static void feed(struct http_fetch *fetch, const char *bytes, size_t length)
{
    int rc = http_answer_feed(&fetch->answer, bytes, length);
    if (rc == 0)
        return; /* not all of it yet; whoever wants to know more has to wait for the next call */
    fetch->is_over = true;
    fetch->result = rc < 0 ? rc : 0;
    transport_close(fetch->transport);
}

/* Step two, as often as something comes: how much, and how it is cut, is not ours to choose. */
static void on_data(struct protocol *protocol, const char *bytes, size_t length)
{
    feed((struct http_fetch *)protocol, bytes, length);
}

static bool on_eof(struct protocol *protocol)
{
    feed((struct http_fetch *)protocol, NULL, 0);
    return false;
}

/* Step three: the connection is gone, with or without an answer. */
static void on_lost(struct protocol *protocol, int error)
{
    struct http_fetch *fetch = (struct http_fetch *)protocol;
    fetch->on_done(fetch, fetch->is_over ? fetch->result : error);
}

static const struct protocol_calls fetch_calls = {
    .connection_made = on_made,
    .data_received = on_data,
    .eof_received = on_eof,
    .connection_lost = on_lost,
};

/* Step nought. */
int http_fetch_begin(struct http_fetch *fetch, struct loop *loop, const char *host, uint16_t port,
                     const char *target)
{
    fetch->protocol.calls = &fetch_calls;
    fetch->is_over = false;
    http_answer_init(&fetch->answer);
    fetch->request_length =
        http_get_request(fetch->request, sizeof fetch->request, host, port, target);
    if (fetch->request_length < 0)
        return fetch->request_length;
    fetch->transport = transport_connect(loop, host, port, &fetch->protocol);
    return fetch->transport ? 0 : -errno;
}
