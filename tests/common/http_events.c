/* http_events.c - runs the parser and writes down what it says. */
#include "http_events.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log {
    char *text;
    size_t size, used;
    bool in_body, over;
};

static void add(struct log *log, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(log->text + log->used, log->size - log->used, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= log->size - log->used)
        abort(); /* the test's buffer is too small */
    log->used += (size_t)length;
}

static void end_body(struct log *log)
{
    if (log->in_body)
        add(log, "] ");
    log->in_body = false;
}

static void add_head(struct log *log, const struct http_parser *parser)
{
    const struct http_head *head = &parser->head;
    if (parser->kind == HTTP_REQUEST)
        add(log, "%s %s HTTP/1.%d", head->method, head->target, head->minor_version);
    else
        add(log, "HTTP/1.%d %d %s", head->minor_version, head->status, head->reason);
    add(log, " length=%lld chunked=%d keep=%d expect=%d ", (long long)head->content_length,
        head->chunked, head->keep_alive, head->expect_continue);
    for (int i = 0; i < head->field_count; i++)
        add(log, "{%s=%s} ", head->fields[i].name, head->fields[i].value);
}

static void add_event(struct log *log, const struct http_parser *parser, enum http_event event,
                      struct http_slice body)
{
    if (event == HTTP_BODY && !log->in_body)
        add(log, "[");
    if (event == HTTP_BODY) {
        log->in_body = true;
        for (size_t i = 0; i < body.length; i++)
            add(log, "%c", body.bytes[i] ? body.bytes[i] : '~'); /* the log is a string */
        return;
    }
    end_body(log);
    if (event == HTTP_HEAD)
        add_head(log, parser);
    else if (event == HTTP_DONE)
        add(log, "done ");
    else if (event == HTTP_ERROR)
        add(log, "error %d", parser->error);
    log->over = event == HTTP_ERROR;
}

/* A piece lies alone in memory of exactly its size, so that a byte too many is seen by ASan. */
static void feed(struct log *log, struct http_parser *parser, const char *bytes, size_t length)
{
    char *copy = malloc(length);
    struct http_slice body;
    enum http_event event = HTTP_BODY;
    if (length > 0)
        memcpy(copy, bytes, length);
    const char *data = copy;
    while (event != HTTP_NEED_MORE && !log->over) {
        event = http_parse(parser, &data, &length, &body);
        if (event == HTTP_NEED_MORE && length != 0)
            abort(); /* it must have used all of its input */
        if (event != HTTP_NEED_MORE)
            add_event(log, parser, event, body);
    }
    free(copy);
}

void http_log_events(struct http_parser *parser, const char *bytes, size_t length,
                     const size_t *cuts, int cut_count, bool eof, char *text, size_t size)
{
    struct log log = {.text = text, .size = size};
    size_t begin = 0;
    text[0] = '\0';
    for (int i = 0; i <= cut_count && !log.over; i++) {
        size_t end = i < cut_count ? cuts[i] : length;
        feed(&log, parser, bytes + begin, end - begin);
        begin = end;
    }
    if (eof && !log.over) {
        enum http_event event = http_parse_eof(parser);
        if (event != HTTP_NEED_MORE)
            add_event(&log, parser, event, (struct http_slice){0});
        else
            add(&log, "nothing ");
    }
    end_body(&log);
    if (log.used > 0 && text[log.used - 1] == ' ')
        text[log.used - 1] = '\0';
}
