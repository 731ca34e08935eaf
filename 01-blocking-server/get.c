/* get.c - a request is written, then the answer is read piece by piece into common's parser. */
#include "get.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "http.h"
#include "io.h"
#include "net.h"

static int send_request(int fd, const char *host, uint16_t port, const char *target)
{
    char head[1024];
    struct http_writer writer;
    http_write_request(&writer, head, sizeof head, "GET", target);
    http_write_field(&writer, "Host", strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    http_write_field(&writer, "Connection", "close");
    int length = http_writer_end(&writer);
    return length < 0 ? length : write_all(fd, head, (size_t)length);
}

static int append_body(struct get_result *result, struct http_slice piece)
{
    if (piece.length > GET_BODY_MAX - result->length)
        return -EMSGSIZE;
    memcpy(result->body + result->length, piece.bytes, piece.length);
    result->length += piece.length;
    return 0;
}

/* What one event of the parser means. 1: the answer is complete; 0: go on; or -errno. */
static int on_event(struct http_parser *parser, enum http_event event, struct http_slice piece,
                    struct get_result *result)
{
    switch (event) {
    case HTTP_HEAD:
        result->status = parser->head.status;
        return 0;
    case HTTP_BODY:
        return append_body(result, piece);
    case HTTP_DONE:
        return result->status >= 200; /* "100 Continue" and the like announce the real answer */
    case HTTP_ERROR:
        return -EPROTO;
    case HTTP_NEED_MORE:
        break;
    }
    return 0;
}

/* Hands the parser what was read. 1: the answer is complete; 0: read on; or -errno. */
static int parse_piece(struct http_parser *parser, const char *bytes, size_t length,
                       struct get_result *result)
{
    struct http_slice piece = {0};
    enum http_event event;
    int rc = 0;
    while (rc == 0 && (event = http_parse(parser, &bytes, &length, &piece)) != HTTP_NEED_MORE)
        rc = on_event(parser, event, piece, result);
    return rc;
}

static int receive_answer(int fd, struct get_result *result)
{
    char head[4096], bytes[4096];
    struct http_parser parser;
    http_parser_init(&parser, HTTP_RESPONSE, head, sizeof head);
    for (;;) {
        ssize_t count = read_some(fd, bytes, sizeof bytes);
        if (count < 0)
            return (int)count;
        if (count == 0) /* an answer without a length ends so; any other is cut off */
            return http_parse_eof(&parser) == HTTP_DONE && result->status >= 200 ? 0 : -EPROTO;
        int rc = parse_piece(&parser, bytes, (size_t)count, result);
        if (rc != 0)
            return rc < 0 ? rc : 0;
    }
}

int blocking_get(const char *host, uint16_t port, const char *target, struct get_result *result)
{
    result->status = 0;
    result->length = 0;
    int fd = net_connect(host, port);
    if (fd < 0)
        return fd;
    int rc = send_request(fd, host, port, target);
    if (rc == 0)
        rc = receive_answer(fd, result);
    close(fd);
    result->body[result->length] = '\0';
    return rc;
}
