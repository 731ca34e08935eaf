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
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "net.h"
#include "options.h"
#include "protocol.h"

#define LINE_LIMIT    4096              /* bytes, without the line's end */
#define DISCARD_LIMIT (4 * 1024 * 1024) /* bytes that a refused client may still send */
#define DISCARD_NS    NS_PER_S          /* and for how long */

struct server {
    struct loop *loop;
    struct listener listener;
    struct connection *connections;
    bool is_stopping;
};

/* One client. What chapter 01 had in local variables lives here from one callback to the next. */
struct connection {
    struct protocol protocol; /* first: the transport knows us by it */
    struct server *server;
    struct transport *transport;
    struct connection *next, *prev;
    size_t length;    /* of the line that is not complete yet */
    size_t discarded; /* bytes, since the client was refused */
    bool is_refused;
    struct timer patience;     /* with a refused client */
    char line[LINE_LIMIT + 1]; /* and the "\r" of its end */
};

/* ---- Lines --------------------------------------------------------------------------------- */

static void say(struct connection *connection, const char *text)
{
    transport_write(connection->transport, text, strlen(text));
}

static void answer(struct connection *connection, const char *line, size_t length)
{
    static const char hello[] = "Hello, ";
    char bytes[sizeof hello + LINE_LIMIT];
    memcpy(bytes, hello, sizeof hello - 1);
    memcpy(bytes + sizeof hello - 1, line, length);
    bytes[sizeof hello - 1 + length] = '\n'; /* in the place of hello's NUL */
    transport_write(connection->transport, bytes, sizeof hello + length);
}

static void on_patience_over(void *arg)
{
    struct connection *connection = arg;
    transport_abort(connection->transport);
}

/* Ends the dialogue while the client may still be sending. A socket that is closed with unread
 * bytes in it resets the connection, and a reset destroys the answer on its way. So: say that we
 * have ended, then throw away what still comes, for a second at most and not without a limit. */
static void refuse_long_line(struct connection *connection)
{
    say(connection, "Line too long.\n");
    transport_write_eof(connection->transport);
    connection->is_refused = true;
    if (loop_call_later(connection->server->loop, &connection->patience, DISCARD_NS) < 0)
        transport_abort(connection->transport);
}

static void discard(struct connection *connection, size_t length)
{
    connection->discarded += length;
    if (connection->discarded > DISCARD_LIMIT)
        transport_abort(connection->transport);
}

static void end_line(struct connection *connection)
{
    size_t length = connection->length;
    connection->length = 0;
    if (length > 0 && connection->line[length - 1] == '\r')
        length--;
    if (length > LINE_LIMIT)
        refuse_long_line(connection);
    else if (length == 4 && memcmp(connection->line, "exit", 4) == 0)
        transport_close(connection->transport);
    else
        answer(connection, connection->line, length);
}

/* Takes bytes up to and with the first "\n", or all. How many it took. */
static size_t take(struct connection *connection, const char *bytes, size_t length)
{
    const char *newline = memchr(bytes, '\n', length);
    size_t piece = newline ? (size_t)(newline - bytes) : length;
    if (piece > sizeof connection->line - connection->length) {
        refuse_long_line(connection);
        return 0;
    }
    memcpy(connection->line + connection->length, bytes, piece);
    connection->length += piece;
    if (newline)
        end_line(connection);
    return piece + (newline != NULL);
}

/* ---- The protocol: what the transport calls ------------------------------------------------ */

static void on_made(struct protocol *protocol, struct transport *transport)
{
    struct connection *connection = (struct connection *)protocol;
    connection->transport = transport;
    printf("connect %s\n", transport_peer_name(transport));
    if (connection->server->is_stopping)
        transport_abort(transport);
    else
        say(connection, "Welcome. Type a line, or exit.\n");
}

static void on_data(struct protocol *protocol, const char *bytes, size_t length)
{
    struct connection *connection = (struct connection *)protocol;
    while (length > 0 && !connection->is_refused && !transport_is_closing(connection->transport)) {
        size_t taken = take(connection, bytes, length);
        bytes += taken;
        length -= taken;
    }
    if (connection->is_refused)
        discard(connection, length);
}

/* A last line without its end is answered all the same; then the transport closes. */
static bool on_eof(struct protocol *protocol)
{
    struct connection *connection = (struct connection *)protocol;
    if (connection->length > 0 && !connection->is_refused)
        end_line(connection);
    return false;
}

/* Back-pressure: a client that does not read what we answer is not read from. */
static void on_full(struct protocol *protocol)
{
    struct connection *connection = (struct connection *)protocol;
    transport_pause_reading(connection->transport);
}

static void on_room(struct protocol *protocol)
{
    struct connection *connection = (struct connection *)protocol;
    transport_resume_reading(connection->transport);
}

static void on_lost(struct protocol *protocol, int error)
{
    struct connection *connection = (struct connection *)protocol;
    struct server *server = connection->server;
    if (connection->transport) {
        const char *name = transport_peer_name(connection->transport);
        if (error < 0)
            fprintf(stderr, "%s: %s\n", name, error_text(error));
        printf("disconnect %s\n", name);
    }
    loop_cancel_timer(server->loop, &connection->patience);
    if (connection->next)
        connection->next->prev = connection->prev;
    if (connection->prev)
        connection->prev->next = connection->next;
    else
        server->connections = connection->next;
    free(connection);
    if (server->is_stopping && !server->connections)
        loop_stop(server->loop);
}

static const struct protocol_calls echo_calls = {
    .connection_made = on_made,
    .data_received = on_data,
    .eof_received = on_eof,
    .connection_lost = on_lost,
    .pause_writing = on_full,
    .resume_writing = on_room,
};

static struct protocol *make_connection(void *arg)
{
    struct server *server = arg;
    struct connection *connection = malloc(sizeof *connection);
    if (!connection)
        return NULL;
    connection->protocol.calls = &echo_calls;
    connection->server = server;
    connection->transport = NULL;
    connection->length = connection->discarded = 0;
    connection->is_refused = false;
    timer_init(&connection->patience, on_patience_over, connection);
    connection->prev = NULL;
    connection->next = server->connections;
    if (connection->next)
        connection->next->prev = connection;
    server->connections = connection;
    return &connection->protocol;
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
    for (struct connection *c = server->connections; c; c = c->next)
        if (c->transport) /* else on_made does, in a moment */
            transport_abort(c->transport);
    if (!server->connections)
        loop_stop(server->loop);
}

int main(int argc, char **argv)
{
    struct server_options options;
    server_options_parse(&options, 7777, "The echo server by callbacks.", argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();

    struct server server = {.loop = loop_new(&backend_epoll)};
    if (!server.loop)
        die_error(errno, "cannot make a loop");
    int rc = listener_open(&server.listener, server.loop, options.host, options.port,
                           make_connection, &server);
    if (rc < 0)
        die_error(rc, "cannot listen on %s port %u (--port 0 finds a free one)", options.host,
                  options.port);
    CHECK_RC(loop_add_signal_handler(server.loop, SIGINT, on_stop_signal, &server));
    CHECK_RC(loop_add_signal_handler(server.loop, SIGTERM, on_stop_signal, &server));
    server_announce(server.listener.fd);

    CHECK_RC(loop_run_forever(server.loop));
    loop_free(server.loop);
    return 0;
}
