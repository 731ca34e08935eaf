/* http_lines.h - between the parts of the HTTP parser; nobody else needs it.
 *
 *   http_parse.c   where a message's parts begin and end
 *   http_head.c    what the lines of its head say
 *   http_chunk.c   the lines around the chunks of a body
 *
 * Functions that return int give -1 for an error; parser->error and error_text then say which.
 */
#ifndef COMMON_HTTP_LINES_H
#define COMMON_HTTP_LINES_H

#include "http.h"

enum parser_state {
    STATE_FIRST_LINE,
    STATE_FIELDS,
    STATE_BODY,           /* so many bytes */
    STATE_BODY_UNTIL_EOF, /* a response without a length */
    STATE_CHUNK_SIZE,
    STATE_CHUNK_DATA,
    STATE_CHUNK_END, /* the end of line after a chunk's data */
    STATE_TRAILERS,
    STATE_DONE,  /* to be told */
    STATE_ERROR, /* for ever */
};

enum line_byte { BYTE_OF_LINE, BYTE_CR, END_OF_LINE, BYTE_BAD };

/* Lines end with CRLF, and neither byte stands anywhere else in them; nor does another control
 * byte, but for the tab. */
enum line_byte http_line_byte(struct http_parser *parser, unsigned char c);

/* A line of the head: NUL-terminated, in the parser's buffer, without its CRLF. 0 or -1. */
int http_head_first_line(struct http_parser *parser, char *line);
int http_head_field_line(struct http_parser *parser, char *line);

/* After the last line: may these fields stand together? 0 or -1. */
int http_head_finish(struct http_parser *parser);

/* Reads the lines before, between and after chunks. 1: data or the end of the message come next;
 * 0: more input is needed; -1. */
int http_chunk_lines(struct http_parser *parser, const char **data, size_t *length);

/* A byte of a token: a method or a field's name (RFC 9110 5.6.2). */
bool http_is_token_byte(unsigned char c);

int http_fail(struct http_parser *parser, int status, const char *text); /* -1 */

#endif
