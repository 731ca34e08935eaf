/* line_protocol.c - from bytes to lines. */
#include "line_protocol.h"

#include <string.h>

#include "clock.h"

#define DISCARD_LIMIT (4 * 1024 * 1024) /* bytes that may still come after the end */
#define DISCARD_NS    NS_PER_S          /* and for how long */

void line_protocol_say(struct line_protocol *lines, const char *text)
{
    transport_write(lines->transport, text, strlen(text));
}

static void note_activity(struct line_protocol *lines)
{
    if (lines->idle_ns > 0)
        lines->active_ns = loop_time(lines->loop);
}

/* ---- The end of a dialogue ----------------------------------------------------------------- */

/* A client that reads late still gets what is buffered. */
static void on_patience_over(void *arg)
{
    struct line_protocol *lines = arg;
    transport_close(lines->transport);
}

/* The client may still be sending. A socket that is closed with unread bytes in it resets the
 * connection, and a reset destroys the answers on their way. So: say that we have ended, then throw
 * away what still comes, for a second at most and not without a limit. */
void line_protocol_end(struct line_protocol *lines)
{
    lines->is_over = true;
    transport_write_eof(lines->transport);
    if (loop_call_later(lines->loop, &lines->patience, DISCARD_NS) < 0)
        transport_abort(lines->transport);
}

/* The timer is not moved with every byte: when it rings, it looks at when the last one came. A
 * transport_close would wait for the client to read. */
static void on_idleness_over(void *arg)
{
    struct line_protocol *lines = arg;
    int64_t end = lines->active_ns + lines->idle_ns;
    if (loop_time(lines->loop) >= end || loop_call_at(lines->loop, &lines->idleness, end) < 0)
        transport_abort(lines->transport);
}

void line_protocol_limit_idleness(struct line_protocol *lines, int64_t idle_ns)
{
    lines->idle_ns = idle_ns;
    note_activity(lines);
    if (idle_ns > 0 && loop_call_later(lines->loop, &lines->idleness, idle_ns) < 0)
        transport_abort(lines->transport);
}

static void refuse(struct line_protocol *lines)
{
    lines->calls->line_too_long(lines);
    line_protocol_end(lines);
}

static void discard(struct line_protocol *lines, size_t length)
{
    lines->discarded += length;
    if (lines->discarded > DISCARD_LIMIT)
        transport_abort(lines->transport);
}

/* ---- Lines --------------------------------------------------------------------------------- */

static void end_line(struct line_protocol *lines)
{
    size_t length = lines->length;
    lines->length = 0;
    if (length > 0 && lines->buffer[length - 1] == '\r')
        length--;
    if (length > lines->limit)
        refuse(lines);
    else
        lines->calls->line_received(lines, lines->buffer, length);
}

/* Takes bytes up to and with the first "\n", or all. How many it took. */
static size_t take(struct line_protocol *lines, const char *bytes, size_t length)
{
    const char *newline = memchr(bytes, '\n', length);
    size_t piece = newline ? (size_t)(newline - bytes) : length;
    if (piece > lines->limit + 1 - lines->length) {
        refuse(lines);
        return 0;
    }
    memcpy(lines->buffer + lines->length, bytes, piece);
    lines->length += piece;
    if (newline)
        end_line(lines);
    return piece + (newline != NULL);
}

/* ---- The protocol: what the transport calls ------------------------------------------------ */

static void on_made(struct protocol *protocol, struct transport *transport)
{
    struct line_protocol *lines = (struct line_protocol *)protocol;
    lines->transport = transport;
    lines->calls->connection_made(lines);
}

static void on_data(struct protocol *protocol, const char *bytes, size_t length)
{
    struct line_protocol *lines = (struct line_protocol *)protocol;
    note_activity(lines);
    while (length > 0 && !lines->is_over && !transport_is_closing(lines->transport)) {
        size_t taken = take(lines, bytes, length);
        bytes += taken;
        length -= taken;
    }
    if (lines->is_over)
        discard(lines, length);
}

/* A last line without its end is a line all the same; then the transport closes. */
static bool on_eof(struct protocol *protocol)
{
    struct line_protocol *lines = (struct line_protocol *)protocol;
    if (lines->length > 0 && !lines->is_over)
        end_line(lines);
    return false;
}

/* Back-pressure: a client that does not read what we answer is not read from. */
static void on_full(struct protocol *protocol)
{
    struct line_protocol *lines = (struct line_protocol *)protocol;
    transport_pause_reading(lines->transport);
}

static void on_room(struct protocol *protocol)
{
    struct line_protocol *lines = (struct line_protocol *)protocol;
    note_activity(lines);
    transport_resume_reading(lines->transport);
}

static void on_lost(struct protocol *protocol, int error)
{
    struct line_protocol *lines = (struct line_protocol *)protocol;
    loop_cancel_timer(lines->loop, &lines->patience);
    loop_cancel_timer(lines->loop, &lines->idleness);
    lines->calls->connection_lost(lines, error);
}

static const struct protocol_calls line_protocol_calls = {
    .connection_made = on_made,
    .data_received = on_data,
    .eof_received = on_eof,
    .connection_lost = on_lost,
    .pause_writing = on_full,
    .resume_writing = on_room,
};

void line_protocol_init(struct line_protocol *lines, const struct line_calls *calls,
                        struct loop *loop, char *buffer, size_t limit)
{
    *lines = (struct line_protocol){
        .protocol.calls = &line_protocol_calls,
        .calls = calls,
        .loop = loop,
        .buffer = buffer,
        .limit = limit,
    };
    timer_init(&lines->patience, on_patience_over, lines);
    timer_init(&lines->idleness, on_idleness_over, lines);
}
