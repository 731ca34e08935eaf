/* server.c - the echo server by callbacks: an object for each connection, called when there is
 * news.
 *
 *     build/04-callbacks/server                 on 127.0.0.1:7777; Ctrl-C ends it
 *     nc 127.0.0.1 7777                         a client, in another terminal; or several
 *
 * Watch that a silent client disturbs nobody, and that one that sends and never reads its answers
 * is itself stopped: above the high-water mark we read nothing more from it, and our memory stays
 * as it is. Compare with chapter 03: readiness and buffers have gone into the transport. What is
 * left is what this server says; but not one function here shows a whole dialogue.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "check.h"
#include "idle_options.h"
#include "line_protocol.h"
#include "serve.h"

#define LINE_LIMIT 4096 /* bytes, without the line's end */

struct server {
    struct loop *loop;
    struct listener listener;
    LIST_HEAD(, connection) connections;
    int64_t idle_ns;
    bool is_stopping;
};

/* One client. What chapter 01 had in local variables lives here from one callback to the next. */
struct connection {
    struct line_protocol lines; /* first: that is what we are known by */
    struct server *server;
    LIST_ENTRY(connection) link;
    char line[LINE_LIMIT + 1]; /* and the "\r" of its end */
};

/* ---- The protocol -------------------------------------------------------------------------- */

static void on_made(struct line_protocol *lines)
{
    struct connection *connection = (struct connection *)lines;
    printf("connect %s\n", transport_peer_name(lines->transport));
    if (connection->server->is_stopping)
        transport_abort(lines->transport);
    else
        line_protocol_say(lines, "Welcome. Type a line, or exit.\n");
    line_protocol_limit_idleness(lines, connection->server->idle_ns);
}

static void on_line(struct line_protocol *lines, const char *line, size_t length)
{
    static const char hello[] = "Hello, ";
    char answer[sizeof hello + LINE_LIMIT];
    if (length == 4 && memcmp(line, "exit", 4) == 0) {
        line_protocol_end(lines);
        return;
    }
    memcpy(answer, hello, sizeof hello - 1);
    memcpy(answer + sizeof hello - 1, line, length);
    answer[sizeof hello - 1 + length] = '\n'; /* in the place of hello's NUL */
    transport_write(lines->transport, answer, sizeof hello + length);
}

static void on_long_line(struct line_protocol *lines)
{
    line_protocol_say(lines, "Line too long.\n");
}

static void on_lost(struct line_protocol *lines, int error)
{
    struct connection *connection = (struct connection *)lines;
    struct server *server = connection->server;
    if (lines->transport) {
        const char *name = transport_peer_name(lines->transport);
        if (error < 0)
            fprintf(stderr, "%s: %s\n", name, error_text(error));
        printf("disconnect %s\n", name);
    }
    LIST_REMOVE(connection, link);
    free(connection);
    if (server->is_stopping && LIST_EMPTY(&server->connections))
        loop_stop(server->loop);
}

static const struct line_calls echo_calls = {
    .connection_made = on_made,
    .line_received = on_line,
    .line_too_long = on_long_line,
    .connection_lost = on_lost,
};

static struct protocol *make_connection(void *arg)
{
    struct server *server = arg;
    struct connection *connection = malloc(sizeof *connection);
    if (!connection)
        return NULL;
    line_protocol_init(&connection->lines, &echo_calls, server->loop, connection->line, LINE_LIMIT);
    connection->server = server;
    LIST_INSERT_HEAD(&server->connections, connection, link);
    return &connection->lines.protocol;
}

/* ---- The program --------------------------------------------------------------------------- */

/* SIGINT or SIGTERM: nobody new, and everybody out. The last on_lost stops the loop. */
static void on_stop_signal(void *arg)
{
    struct server *server = arg;
    if (server->is_stopping)
        return;
    server->is_stopping = true;
    listener_close(&server->listener);
    for (struct connection *c = LIST_FIRST(&server->connections); c; c = LIST_NEXT(c, link))
        if (c->lines.transport) /* else on_made does, in a moment */
            transport_abort(c->lines.transport);
    if (LIST_EMPTY(&server->connections))
        loop_stop(server->loop);
}

int main(int argc, char **argv)
{
    struct idle_options options;
    idle_options_parse(&options, 7777, "The echo server by callbacks.", argc, argv);
    struct server server = {.idle_ns = options.idle_ns};
    server.loop =
        serve_begin(&server.listener, &options.server, make_connection, on_stop_signal, &server);
    serve_run(&server.listener);
    return 0;
}
