/* http_log.c - a line for each request, in the common log format that every tool reads.
 *
 * What a client has sent goes into the log, and the log is read by people and programs: a line's
 * end in a target must not begin a line of the client's own (log injection), nor an escape reach
 * a terminal. The parser lets no control byte through; what it let through and a log should not
 * show is written as \xHH.
 */
#include "check.h"
#include "http_connection.h"

static void put_escaped(FILE *log, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ' || c > '~' || c == '"' || c == '\\')
            fprintf(log, "\\x%02X", c);
        else
            putc(c, log);
    }
}

static void put_request_line(FILE *log, const struct http_head *head)
{
    putc('"', log);
    if (head->method && head->target) {
        put_escaped(log, head->method);
        putc(' ', log);
        put_escaped(log, head->target);
        if (head->minor_version >= 0)
            fprintf(log, " HTTP/1.%d", head->minor_version);
    } else {
        putc('-', log); /* it never got so far */
    }
    putc('"', log);
}

static void put_time(FILE *log)
{
    char text[40] = "-";
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc))
        strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S +0000", &utc);
    fprintf(log, " - - [%s] ", text);
}

void http_log_request(const struct http_connection *connection)
{
    FILE *log = connection->server->options.log;
    const struct http_response *response = &connection->response;
    if (!log)
        return;
    fputs(connection->peer, log);
    put_time(log);
    put_request_line(log, &connection->parser.head);
    if (response->head_sent)
        fprintf(log, " %d %lld\n", response->status, (long long)response->body_sent);
    else
        fputs(" - 0\n", log); /* no answer: the client has left, or it was dropped */
    fflush(log);
}

void http_log_failure(const struct http_connection *connection, int error)
{
    FILE *log = connection->server->options.log;
    if (!log)
        return;
    fputs("the handler failed: ", log);
    put_request_line(log, &connection->parser.head);
    fprintf(log, ": %s\n", error_text(error));
    fflush(log);
}
