/* http.h - HTTP/1.1 without sockets ("sans-I/O"): bytes in, events out; and the way back.
 *
 * RFC 9112 (messages) and RFC 9110 (semantics). Strict where request smuggling begins, and
 * incremental: however the bytes are split, the events are the same. Nothing here blocks, reads a
 * clock or allocates. Any thread, one parser at a time.
 *
 *     struct http_parser parser;
 *     char head_bytes[8192];
 *     http_parser_init(&parser, HTTP_REQUEST, head_bytes, sizeof head_bytes);
 *     while ((event = http_parse(&parser, &data, &length, &body)) != HTTP_NEED_MORE)
 *         switch (event) { ... }
 */
#ifndef COMMON_HTTP_H
#define COMMON_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_MAX_FIELDS 64

enum http_kind { HTTP_REQUEST, HTTP_RESPONSE };

enum http_event {
    HTTP_NEED_MORE, /* all input was used; come back with more */
    HTTP_HEAD,      /* parser->head is complete and valid until HTTP_DONE's next call */
    HTTP_BODY,      /* `body` is the next piece of the decoded body; it points into the input */
    HTTP_DONE,      /* the message is over; what is left of the input is the next message */
    HTTP_ERROR,     /* see parser->error; the framing is lost, close after answering */
};

struct http_field {
    const char *name;  /* as it was sent; compare without regard to case */
    const char *value; /* without the blanks around it */
};

struct http_head {
    const char *method;     /* request: "GET" */
    const char *target;     /* request: as it was sent, "/aio?delay=5" */
    int status;             /* response: 200 */
    const char *reason;     /* response: may be empty */
    int minor_version;      /* HTTP/1.minor; -1: another version, or none */
    int64_t content_length; /* -1: none was given */
    bool chunked;           /* Transfer-Encoding: chunked */
    bool keep_alive;        /* may the connection be used again? (version and Connection) */
    bool expect_continue;   /* request: Expect: 100-continue */
    int field_count;
    struct http_field fields[HTTP_MAX_FIELDS];
};

struct http_slice {
    const char *bytes;
    size_t length;
};

struct http_parser {
    struct http_head head;
    int error;              /* after HTTP_ERROR: the status to answer: 400, 414, 431, 501, 505 */
    const char *error_text; /* after HTTP_ERROR: what was wrong, for a log or an answer */
    /* the rest is the parser's own */
    enum http_kind kind;
    bool no_body;       /* this response answers a HEAD */
    uint8_t state;      /* enum parser_state of http_parse.c: which part comes next */
    uint8_t line_state; /* how far a chunk-size line or a trailer has got */
    bool saw_cr;        /* the next byte has to be LF */
    bool skipped_line;  /* the one empty line before a request line that is forgiven */
    uint8_t seen;       /* enum seen_field of http_head.c: fields that may come only once */
    char *buffer;       /* the head's lines as NUL-terminated strings */
    size_t capacity, used;
    size_t line_begin;  /* in the buffer: the line that is being read */
    size_t line_length; /* of the chunk-size line, or of all trailers, so far */
    int64_t remaining;  /* of the body, or of the current chunk */
};

/* `buffer` (the caller's, at least 256 bytes) holds one head; a larger one is 431 (or 414 when the
 * request line alone fills it). The parser starts over by itself after HTTP_DONE. */
void http_parser_init(struct http_parser *parser, enum http_kind kind, char *buffer,
                      size_t capacity);

/* Before a response is parsed: it answers a HEAD request and has no body whatever it says. */
void http_parser_expect_no_body(struct http_parser *parser);

/* Takes bytes from *data, moves *data and *length past what it used, and tells what happened. */
enum http_event http_parse(struct http_parser *parser, const char **data, size_t *length,
                           struct http_slice *body);

/* The input has ended (EOF). HTTP_DONE if a response without a length ends so; HTTP_NEED_MORE if
 * no message had begun; else HTTP_ERROR: the message was cut off. */
enum http_event http_parse_eof(struct http_parser *parser);

/* The value of the first field of this name, or NULL. */
const char *http_field(const struct http_head *head, const char *name);

/* ---- Targets and queries (RFC 3986) -------------------------------------------------------- */

/* Decodes the %XX escapes (and "+", if `plus_is_blank`) of `length` bytes into `text`, which gets a
 * NUL. Its length; -EINVAL: a malformed escape or an encoded NUL; -ENAMETOOLONG. */
int http_unescape(const char *bytes, size_t length, bool plus_is_blank, char *text, size_t size);

/* The path of a target as it was sent: "/a%20b" of "/a%20b?x=1" and of "http://host/a%20b?x=1". */
struct http_slice http_target_raw_path(const char *target);

/* Decodes the path of a target ("/a%20b?x=1" gives "/a b") into `path`. -EINVAL: a malformed escape
 * or an encoded NUL; -ENAMETOOLONG: `size` is too small. Returns the length. */
int http_target_path(const char *target, char *path, size_t size);

/* The decoded value of a query parameter ("+" is a blank). Returns its length; -ENOENT: not there;
 * -EINVAL: malformed, or given twice; -ENAMETOOLONG: `size` is too small. */
int http_query(const char *target, const char *name, char *value, size_t size);

/* ---- Writing ------------------------------------------------------------------------------- */

/* Builds a head into the caller's buffer. An error sticks: look at it once, in http_writer_end. */
struct http_writer {
    char *buffer;
    size_t capacity, length;
    int error; /* 0, -ENOBUFS, or -EINVAL: a control byte in a name or value, which could split
                  the message */
};

void http_write_request(struct http_writer *writer, char *buffer, size_t capacity,
                        const char *method, const char *target);
void http_write_response(struct http_writer *writer, char *buffer, size_t capacity, int status);
void http_write_field(struct http_writer *writer, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The empty line. Returns the head's length or -errno. */
int http_writer_end(struct http_writer *writer);

/* "Not Found" for 404; "Unknown" for what RFC 9110 does not name. */
const char *http_reason(int status);

#endif
