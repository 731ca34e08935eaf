/* http_client.c - one request written, one answer collected. See http_client.h. */
#include "http_client.h"

#include <errno.h>
#include <string.h>

int http_get_request(char *buffer, size_t size, const char *host, uint16_t port, const char *target)
{
    struct http_writer writer;
    http_write_request(&writer, buffer, size, "GET", target);
    http_write_field(&writer, "Host", strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    http_write_field(&writer, "Connection", "close");
    return http_writer_end(&writer);
}

void http_answer_init(struct http_answer *answer)
{
    answer->status = 0;
    answer->length = 0;
    answer->body[0] = '\0';
    http_parser_init(&answer->parser, HTTP_RESPONSE, answer->head, sizeof answer->head);
}

static int append_body(struct http_answer *answer, struct http_slice piece)
{
    if (piece.length > HTTP_ANSWER_BODY_MAX - answer->length)
        return -EMSGSIZE;
    memcpy(answer->body + answer->length, piece.bytes, piece.length);
    answer->length += piece.length;
    answer->body[answer->length] = '\0';
    return 0;
}

/* What one event of the parser means. 1: the answer is complete; 0: go on; or -errno. */
static int on_event(struct http_answer *answer, enum http_event event, struct http_slice piece)
{
    switch (event) {
    case HTTP_HEAD:
        answer->status = answer->parser.head.status;
        return 0;
    case HTTP_BODY:
        return append_body(answer, piece);
    case HTTP_DONE:
        return answer->status >= 200; /* "100 Continue" and the like announce the real answer */
    case HTTP_ERROR:
        return -EPROTO;
    case HTTP_NEED_MORE:
        break;
    }
    return 0;
}

int http_answer_feed(struct http_answer *answer, const char *bytes, size_t count)
{
    if (count == 0) /* an answer without a length ends so; any other is cut off */
        return http_parse_eof(&answer->parser) == HTTP_DONE && answer->status >= 200 ? 1 : -EPROTO;
    struct http_slice piece = {0};
    enum http_event event;
    int rc = 0;
    while (rc == 0 &&
           (event = http_parse(&answer->parser, &bytes, &count, &piece)) != HTTP_NEED_MORE)
        rc = on_event(answer, event, piece);
    return rc;
}
