/* http_parse.c - bytes in, events out: where a message's parts begin and end (RFC 9112).
 *
 * One byte at a time wherever there are lines, so that it cannot matter how the bytes were split;
 * whole pieces where there is a body. What a line of the head says is http_head.c's business.
 */
#include <string.h>

#include "http_lines.h"

void http_parser_init(struct http_parser *parser, enum http_kind kind, char *buffer,
                      size_t capacity)
{
    *parser = (struct http_parser){.kind = kind, .buffer = buffer, .capacity = capacity};
}

void http_parser_expect_no_body(struct http_parser *parser)
{
    parser->no_body = true;
}

enum line_byte http_line_byte(struct http_parser *parser, unsigned char c)
{
    const char *wrong = NULL;
    if (parser->saw_cr) {
        parser->saw_cr = false;
        if (c == '\n')
            return END_OF_LINE;
        wrong = "CR without LF";
    } else if (c == '\r') {
        parser->saw_cr = true;
        return BYTE_CR;
    } else if (c == '\n') {
        wrong = "LF without CR";
    } else if ((c < ' ' && c != '\t') || c == 0x7f) {
        wrong = "a control byte";
    }
    if (wrong == NULL)
        return BYTE_OF_LINE;
    http_fail(parser, 400, wrong);
    return BYTE_BAD;
}

/* ---- The head ------------------------------------------------------------------------------ */

/* The head is complete: what follows it? (RFC 9112 6.3) */
static int begin_body(struct http_parser *parser)
{
    struct http_head *head = &parser->head;
    if (http_head_finish(parser) < 0)
        return -1;
    bool bodiless = parser->kind == HTTP_RESPONSE && (parser->no_body || head->status < 200 ||
                                                      head->status == 204 || head->status == 304);
    parser->line_state = 0;
    parser->line_length = 0;
    parser->remaining = 0;
    if (bodiless || head->content_length == 0) {
        parser->state = STATE_DONE;
    } else if (head->chunked) {
        parser->state = STATE_CHUNK_SIZE;
    } else if (head->content_length > 0) {
        parser->state = STATE_BODY;
        parser->remaining = head->content_length;
    } else if (parser->kind == HTTP_RESPONSE) {
        parser->state = STATE_BODY_UNTIL_EOF;
        head->keep_alive = false;
    } else {
        parser->state = STATE_DONE;
    }
    return 0;
}

/* A whole line of the head stands in the buffer. 1: it was the last one; 0; or -1. */
static int end_head_line(struct http_parser *parser)
{
    char *line = parser->buffer + parser->line_begin;
    bool empty = parser->used == parser->line_begin;
    parser->buffer[parser->used++] = '\0';
    parser->line_begin = parser->used;

    if (parser->state == STATE_FIELDS)
        return empty ? (begin_body(parser) < 0 ? -1 : 1) : http_head_field_line(parser, line);
    if (empty && parser->kind == HTTP_REQUEST && !parser->skipped_line) {
        parser->skipped_line = true; /* RFC 9112 2.2: left over from an old client's POST */
        parser->used = parser->line_begin = 0;
        return 0;
    }
    parser->state = STATE_FIELDS;
    return http_head_first_line(parser, line);
}

static int add_head_byte(struct http_parser *parser, char c)
{
    if (parser->used + 1 >= parser->capacity) /* one is for the NUL */
        return parser->state == STATE_FIRST_LINE && parser->kind == HTTP_REQUEST
                   ? http_fail(parser, 414, "the request line is too long")
                   : http_fail(parser, 431, "the head is too large");
    parser->buffer[parser->used++] = c;
    return 0;
}

/* 1: the head is complete; 0: more is needed; -1. */
static int parse_head(struct http_parser *parser, const char **data, size_t *length)
{
    int rc = 0;
    for (; rc == 0 && *length > 0; ++*data, --*length) {
        switch (http_line_byte(parser, (unsigned char)**data)) {
        case BYTE_OF_LINE:
            rc = add_head_byte(parser, **data);
            break;
        case BYTE_CR:
            break;
        case END_OF_LINE:
            rc = end_head_line(parser);
            break;
        case BYTE_BAD:
            rc = -1;
        }
    }
    return rc;
}

/* ---- All of it ----------------------------------------------------------------------------- */

static enum http_event error_event(struct http_parser *parser)
{
    parser->state = STATE_ERROR;
    return HTTP_ERROR;
}

/* The next piece of data, as large as the input and the framing allow. */
static enum http_event parse_data(struct http_parser *parser, const char **data, size_t *length,
                                  struct http_slice *body)
{
    size_t take = *length;
    if (take == 0)
        return HTTP_NEED_MORE;
    if (parser->state != STATE_BODY_UNTIL_EOF) {
        if ((uint64_t)parser->remaining < take)
            take = (size_t)parser->remaining;
        parser->remaining -= (int64_t)take;
        if (parser->remaining == 0)
            parser->state = parser->state == STATE_BODY ? STATE_DONE : STATE_CHUNK_END;
    }
    *body = (struct http_slice){.bytes = *data, .length = take};
    *data += take;
    *length -= take;
    return HTTP_BODY;
}

static enum http_event finish_message(struct http_parser *parser)
{
    if (parser->head.status >= 200)
        parser->no_body = false; /* an interim answer (1xx) goes before the one that was meant */
    parser->state = STATE_FIRST_LINE;
    parser->skipped_line = false;
    parser->used = parser->line_begin = 0;
    return HTTP_DONE;
}

enum http_event http_parse(struct http_parser *parser, const char **data, size_t *length,
                           struct http_slice *body)
{
    int rc;
    *body = (struct http_slice){0};
    switch ((enum parser_state)parser->state) {
    case STATE_FIRST_LINE:
        if (parser->used == 0)
            parser->head.method = parser->head.target = NULL; /* the last message's are gone */
        /* fall through */
    case STATE_FIELDS:
        rc = parse_head(parser, data, length);
        return rc < 0 ? error_event(parser) : rc > 0 ? HTTP_HEAD : HTTP_NEED_MORE;
    case STATE_CHUNK_SIZE:
    case STATE_CHUNK_END:
    case STATE_TRAILERS:
        rc = http_chunk_lines(parser, data, length);
        if (rc <= 0)
            return rc < 0 ? error_event(parser) : HTTP_NEED_MORE;
        return parser->state == STATE_DONE ? finish_message(parser)
                                           : parse_data(parser, data, length, body);
    case STATE_BODY:
    case STATE_BODY_UNTIL_EOF:
    case STATE_CHUNK_DATA:
        return parse_data(parser, data, length, body);
    case STATE_DONE:
        return finish_message(parser);
    case STATE_ERROR:
        break;
    }
    return HTTP_ERROR;
}

enum http_event http_parse_eof(struct http_parser *parser)
{
    if (parser->state == STATE_FIRST_LINE && parser->used == 0 && !parser->saw_cr)
        return HTTP_NEED_MORE;
    if (parser->state == STATE_DONE || parser->state == STATE_BODY_UNTIL_EOF)
        return finish_message(parser);
    if (parser->state != STATE_ERROR)
        http_fail(parser, 400, "the message was cut off");
    return error_event(parser);
}
