/* command_server.c - a server that keeps a total for each client: a line is a command.
 *
 *     build/04-callbacks/command_server           serves on 127.0.0.1:8888, until Ctrl-C
 *     printf 'add 5\nadd 37\n' | nc -N 127.0.0.1 8888
 *     echo shutdown | nc -N 127.0.0.1 8888        ends the server
 *
 * Watch the layers. A transport makes a connection of a socket, line_protocol.h makes lines of its
 * bytes, commands.h makes a reply of a line, and what is left for this file is who is connected and
 * how it all ends. Send two commands in one piece, or one in two: TCP keeps bytes in order and
 * nothing else, so it is lines that count, not what one read brings.
 *
 * Anybody who can connect can shut it down: it is no server for a network. For the same reason it
 * listens on 127.0.0.1, unless told otherwise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "check.h"
#include "clock.h"
#include "commands.h"
#include "idle_options.h"
#include "line_protocol.h"
#include "serve.h"

#define LINE_LIMIT  512      /* bytes, without the line's end */
#define FAREWELL_NS NS_PER_S /* for what is on its way to clients at the end */

struct server {
    struct loop *loop;
    struct listener listener;
    LIST_HEAD(, session) sessions;
    int64_t idle_ns;
    bool is_stopping;
    struct timer farewell;
};

/* One client, and its own total. */
struct session {
    struct line_protocol lines; /* first */
    struct server *server;
    LIST_ENTRY(session) link;
    int64_t total;
    char line[LINE_LIMIT + 1];
};

/* ---- The end ------------------------------------------------------------------------------- */

static void for_each_transport(struct server *server, void (*end)(struct transport *))
{
    for (struct session *s = LIST_FIRST(&server->sessions); s; s = LIST_NEXT(s, link))
        if (s->lines.transport) /* else on_made does it, in a moment */
            end(s->lines.transport);
}

/* Nobody new; `end` says how those go who are there. The last on_lost stops the loop. */
static void stop(struct server *server, void (*end)(struct transport *))
{
    if (!server->is_stopping)
        listener_close(&server->listener);
    server->is_stopping = true;
    for_each_transport(server, end);
    if (LIST_EMPTY(&server->sessions))
        loop_stop(server->loop);
}

static void on_stop_signal(void *arg)
{
    stop(arg, transport_abort);
}

/* Replies that are still on their way go out first. But a client that does not read must not keep
 * the server from ending. */
static void shut_down(struct server *server)
{
    printf("Shutting down the server...\n");
    if (loop_call_later(server->loop, &server->farewell, FAREWELL_NS) < 0)
        stop(server, transport_abort);
    else
        stop(server, transport_close);
}

/* ---- One client ---------------------------------------------------------------------------- */

/* "('127.0.0.1', 40000)", as the first such server, in Python, printed it. */
static void print_connection(const char *peer_name)
{
    const char *colon = strrchr(peer_name, ':');
    if (colon)
        printf("Connection from ('%.*s', %s)\n", (int)(colon - peer_name), peer_name, colon + 1);
    else
        printf("Connection from %s\n", peer_name);
}

static void on_made(struct line_protocol *lines)
{
    struct session *session = (struct session *)lines;
    print_connection(transport_peer_name(lines->transport));
    if (session->server->is_stopping)
        transport_abort(lines->transport);
    line_protocol_limit_idleness(lines, session->server->idle_ns);
}

static void on_line(struct line_protocol *lines, const char *line, size_t length)
{
    struct session *session = (struct session *)lines;
    char reply[COMMAND_REPLY_MAX];
    switch (command_run(&session->total, line, length, reply)) {
    case COMMAND_ANSWERED:
        line_protocol_say(lines, reply);
        break;
    case COMMAND_SHUTDOWN:
        shut_down(session->server);
        break;
    case COMMAND_IGNORED:
        break;
    }
}

static void on_long_line(struct line_protocol *lines)
{
    line_protocol_say(lines, "Line too long.\n");
}

static void on_lost(struct line_protocol *lines, int error)
{
    struct session *session = (struct session *)lines;
    struct server *server = session->server;
    if (lines->transport) {
        if (error < 0)
            fprintf(stderr, "%s: %s\n", transport_peer_name(lines->transport), error_text(error));
        printf("Connection closed\n");
    }
    LIST_REMOVE(session, link);
    free(session);
    if (server->is_stopping && LIST_EMPTY(&server->sessions))
        loop_stop(server->loop);
}

static struct protocol *make_session(void *arg)
{
    static const struct line_calls calls = {
        .connection_made = on_made,
        .line_received = on_line,
        .line_too_long = on_long_line,
        .connection_lost = on_lost,
    };
    struct server *server = arg;
    struct session *session = malloc(sizeof *session);
    if (!session)
        return NULL;
    line_protocol_init(&session->lines, &calls, server->loop, session->line, LINE_LIMIT);
    session->server = server;
    session->total = 0;
    LIST_INSERT_HEAD(&server->sessions, session, link);
    return &session->lines.protocol;
}

/* ---- The program --------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
    struct idle_options options;
    idle_options_parse(&options, 8888, "A server that keeps a total for each client.", argc, argv);
    struct server server = {.idle_ns = options.idle_ns};
    timer_init(&server.farewell, on_stop_signal, &server);
    server.loop =
        serve_begin(&server.listener, &options.server, make_session, on_stop_signal, &server);
    serve_run(&server.listener);
    return 0;
}
