/* http_write.c - the head of a message, written (RFC 9112 3 to 5).
 *
 * A value that holds a line's end would end the field and begin another one of an attacker's
 * choice (response splitting). So every byte that goes into a line is looked at, once, here.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "http_lines.h"

static void fail(struct http_writer *writer, int error)
{
    if (writer->error == 0)
        writer->error = error;
}

static void append(struct http_writer *writer, const char *text)
{
    size_t length = strlen(text);
    if (writer->error != 0)
        return;
    if (length > writer->capacity - writer->length) {
        fail(writer, -ENOBUFS);
        return;
    }
    memcpy(writer->buffer + writer->length, text, length);
    writer->length += length;
}

static void append_token(struct http_writer *writer, const char *token)
{
    if (*token == '\0')
        fail(writer, -EINVAL);
    for (const char *c = token; *c; c++)
        if (!http_is_token_byte((unsigned char)*c))
            fail(writer, -EINVAL);
    append(writer, token);
}

/* What was written from `begin` on may hold no control byte but the tab. */
static void check_text(struct http_writer *writer, size_t begin)
{
    for (size_t i = begin; i < writer->length; i++) {
        unsigned char c = (unsigned char)writer->buffer[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            fail(writer, -EINVAL);
    }
}

void http_write_request(struct http_writer *writer, char *buffer, size_t capacity,
                        const char *method, const char *target)
{
    *writer = (struct http_writer){.buffer = buffer, .capacity = capacity};
    append_token(writer, method);
    append(writer, " ");
    size_t begin = writer->length;
    append(writer, target);
    check_text(writer, begin);
    if (*target == '\0' || strpbrk(target, " \t"))
        fail(writer, -EINVAL);
    append(writer, " HTTP/1.1\r\n");
}

void http_write_response(struct http_writer *writer, char *buffer, size_t capacity, int status)
{
    char code[16];
    *writer = (struct http_writer){.buffer = buffer, .capacity = capacity};
    if (status < 100 || status > 599)
        fail(writer, -EINVAL);
    snprintf(code, sizeof code, "%d ", status);
    append(writer, "HTTP/1.1 ");
    append(writer, code);
    append(writer, http_reason(status));
    append(writer, "\r\n");
}

void http_write_field(struct http_writer *writer, const char *name, const char *format, ...)
{
    va_list arguments;
    append_token(writer, name);
    append(writer, ": ");
    if (writer->error != 0)
        return;
    size_t room = writer->capacity - writer->length;
    va_start(arguments, format);
    int length = vsnprintf(writer->buffer + writer->length, room, format, arguments);
    va_end(arguments);
    if (length < 0) {
        fail(writer, -EINVAL);
    } else if ((size_t)length >= room) {
        fail(writer, -ENOBUFS);
    } else {
        writer->length += (size_t)length;
        check_text(writer, writer->length - (size_t)length);
        append(writer, "\r\n");
    }
}

int http_writer_end(struct http_writer *writer)
{
    append(writer, "\r\n");
    return writer->error != 0 ? writer->error : (int)writer->length;
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } REASONS[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {102, "Processing"}, /* RFC 2518 10.1 */
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {203, "Non-Authoritative Information"},
        {204, "No Content"},
        {205, "Reset Content"},
        {206, "Partial Content"},
        {300, "Multiple Choices"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {305, "Use Proxy"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {407, "Proxy Authentication Required"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {428, "Precondition Required"},           /* RFC 6585 */
        {429, "Too Many Requests"},               /* RFC 6585 */
        {431, "Request Header Fields Too Large"}, /* RFC 6585 */
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof REASONS / sizeof REASONS[0]; i++)
        if (REASONS[i].status == status)
            return REASONS[i].reason;
    return "Unknown";
}
