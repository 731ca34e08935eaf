/* http_chunk.c - the lines around the chunks of a body (RFC 9112 7.1).
 *
 *     5;name=value CRLF   the size in hexadecimal; extensions are passed over
 *     hello CRLF          so many bytes (http_parse.c hands them out)
 *     0 CRLF              the last one
 *     Digest: abc CRLF    trailers: checked like fields, and passed over
 *     CRLF
 *
 * Nothing is kept: each byte moves a small state machine. Both kinds of line are bounded, or a
 * client could send extensions for ever and never a byte of data.
 */
#include "http_lines.h"

#define MAX_SIZE_LINE 256 /* bytes: the size and its extensions */

enum line_state {
    LINE_BEGIN,
    SIZE_DIGITS,
    SIZE_BLANKS,
    SIZE_EXTENSION,
    TRAILER_NAME,
    TRAILER_VALUE
};

static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 1*HEXDIG *( BWS ";" extension ): the extensions are passed over. */
static int add_size_byte(struct http_parser *parser, unsigned char c)
{
    int digit = hex_value(c);
    if (++parser->line_length > MAX_SIZE_LINE)
        return http_fail(parser, 400, "a chunk's size line is too long");
    if (parser->line_state == SIZE_EXTENSION)
        return 0;
    if (digit >= 0 && parser->line_state <= SIZE_DIGITS) {
        if (parser->remaining > INT64_MAX >> 4)
            return http_fail(parser, 400, "a chunk's size is too large");
        parser->remaining = parser->remaining << 4 | digit;
        parser->line_state = SIZE_DIGITS;
    } else if (parser->line_state == LINE_BEGIN) {
        return http_fail(parser, 400, "a chunk's size does not begin with a hexadecimal digit");
    } else if (c == ';') {
        parser->line_state = SIZE_EXTENSION;
    } else if (c == ' ' || c == '\t') {
        parser->line_state = SIZE_BLANKS;
    } else {
        return http_fail(parser, 400, "a malformed chunk size");
    }
    return 0;
}

static int end_size_line(struct http_parser *parser)
{
    if (parser->line_state == LINE_BEGIN || parser->line_state == SIZE_BLANKS)
        return http_fail(parser, 400, "a malformed chunk size");
    parser->state = parser->remaining > 0 ? STATE_CHUNK_DATA : STATE_TRAILERS;
    return 0;
}

static int end_chunk(struct http_parser *parser)
{
    parser->state = STATE_CHUNK_SIZE;
    return 0;
}

/* Trailers are checked like fields and passed over; together no larger than a head. */
static int add_trailer_byte(struct http_parser *parser, unsigned char c)
{
    if (++parser->line_length > parser->capacity)
        return http_fail(parser, 431, "the trailers are too large");
    if (parser->line_state == TRAILER_VALUE)
        return 0;
    if (c == ':' && parser->line_state == TRAILER_NAME)
        parser->line_state = TRAILER_VALUE;
    else if (http_is_token_byte(c))
        parser->line_state = TRAILER_NAME;
    else
        return http_fail(parser, 400, "a malformed trailer");
    return 0;
}

static int end_trailer_line(struct http_parser *parser)
{
    if (parser->line_state == LINE_BEGIN)
        parser->state = STATE_DONE;
    else if (parser->line_state != TRAILER_VALUE)
        return http_fail(parser, 400, "a trailer without a colon");
    return 0;
}

static int add_chunk_line_byte(struct http_parser *parser, unsigned char c)
{
    if (parser->state == STATE_CHUNK_SIZE)
        return add_size_byte(parser, c);
    if (parser->state == STATE_TRAILERS)
        return add_trailer_byte(parser, c);
    return http_fail(parser, 400, "a chunk is longer than its size");
}

static int end_chunk_line(struct http_parser *parser)
{
    int rc = parser->state == STATE_CHUNK_SIZE ? end_size_line(parser)
             : parser->state == STATE_TRAILERS ? end_trailer_line(parser)
                                               : end_chunk(parser);
    parser->line_state = LINE_BEGIN;
    if (parser->state != STATE_TRAILERS)
        parser->line_length = 0;
    return rc;
}

int http_chunk_lines(struct http_parser *parser, const char **data, size_t *length)
{
    while (*length > 0) {
        int rc = 0;
        enum line_byte kind = http_line_byte(parser, (unsigned char)**data);
        if (kind == BYTE_OF_LINE)
            rc = add_chunk_line_byte(parser, (unsigned char)**data);
        else if (kind == END_OF_LINE)
            rc = end_chunk_line(parser);
        ++*data, --*length;
        if (rc < 0 || kind == BYTE_BAD)
            return -1;
        if (parser->state == STATE_CHUNK_DATA || parser->state == STATE_DONE)
            return 1;
    }
    return 0;
}
