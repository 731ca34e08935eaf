/* line_protocol.h - a protocol upon the protocol: bytes come in, lines go out to its owner.
 *
 * data_received gets bytes, cut anyhow: half a line, or three. Every server that speaks in lines
 * has to put them together again, and all of them meet the same bad clients. So it is done once,
 * here: the bound on a line, the client that goes on sending after it was refused, the client that
 * does not read its answers (it is not read from meanwhile), the last line without an end. The
 * loop's thread only. Source of the idea: Twisted's LineOnlyReceiver.
 */
#ifndef LINE_PROTOCOL_H
#define LINE_PROTOCOL_H

#include "protocol.h"

struct line_protocol;

/* What its owner has to say. Each is called from the loop. */
struct line_calls {
    /* First. `transport` is set now. */
    void (*connection_made)(struct line_protocol *lines);

    /* A line, without "\n" and without "\r\n"; any other bytes are part of it, NUL too. They are
     * valid during this call only. After line_protocol_end or transport_close no more come. */
    void (*line_received)(struct line_protocol *lines, const char *line, size_t length);

    /* A line is longer than the limit. What is written in this call still reaches the client; then
     * the connection ends, and what the client goes on sending is thrown away. */
    void (*line_too_long)(struct line_protocol *lines);

    /* Last, exactly once, as in protocol.h: the owner may free itself. */
    void (*connection_lost)(struct line_protocol *lines, int error);
};

/* The first member of the owner's structure. */
struct line_protocol {
    struct protocol protocol; /* first: the transport knows us by it */
    const struct line_calls *calls;
    struct loop *loop;
    struct transport *transport; /* NULL: there is no connection yet */
    char *buffer;                /* the owner's, limit + 1 bytes: one for the "\r" of the end */
    size_t limit;
    size_t length;    /* of the line that is not complete yet */
    size_t discarded; /* bytes, since it is over */
    bool is_over;
    struct timer patience; /* with a client that still sends when it is over */
    int64_t idle_ns;       /* 0: it may be idle for ever */
    int64_t active_ns;     /* when it last was not, on loop_time's clock */
    struct timer idleness;
};

/* Lines of at most `limit` bytes; `buffer` has room for one more. Now it can be given to a
 * transport: &lines->protocol. */
void line_protocol_init(struct line_protocol *lines, const struct line_calls *calls,
                        struct loop *loop, char *buffer, size_t limit);

/* From connection_made on: a client from whom no byte has come for so long is closed, and what is
 * kept for it thrown away. While it has too many answers to read for us to read from it,
 * it is active when it has taken most of them. 0: it may be idle for ever, as without this call.
 * Without memory for a timer it is closed at once. */
void line_protocol_limit_idleness(struct line_protocol *lines, int64_t idle_ns);

/* Writes a text. */
void line_protocol_say(struct line_protocol *lines, const char *text);

/* Ends the dialogue: what was written still goes, what the client goes on sending is thrown away,
 * for a second at most, and then the connection closes. Nothing can be said after it. */
void line_protocol_end(struct line_protocol *lines);

#endif
