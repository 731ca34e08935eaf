/* client.c - a client at the keyboard, by callbacks: it listens to two at the same time.
 *
 *     build/04-callbacks/client                to 127.0.0.1:7777; type lines, then "exit"
 *     build/04-callbacks/client --port 8888    to the command server
 *     build/04-callbacks/client <some_file     stdin may be anything
 *
 * Watch that an answer is printed as it comes, while you type or not, and that it is noticed at
 * once when the server goes. Chapter 01's client waits for you, then for the server, then for you.
 * Here nobody is waited for: the keyboard is one more descriptor of the loop. Then compare with
 * broken/keyboard.c, which has the same loop and asks the keyboard in the wrong place.
 *
 * It ends when you type "exit", when stdin ends and the last answer has come, or with the server.
 * It does not wait for its stdout: if nobody takes what it prints, it stands still.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "client_options.h"
#include "keyboard.h"
#include "net.h"
#include "protocol.h"

static const char farewell[] = "exit";

struct client {
    struct protocol protocol; /* first */
    struct loop *loop;
    struct transport *transport;
    bool is_connected;
    struct keyboard keyboard;
    size_t column;       /* of what is typed, in its line */
    bool is_farewell;    /* so far this line is the beginning of "exit" */
    bool has_said_all;   /* it was "exit", or stdin has ended */
    bool is_interrupted; /* by Ctrl-C */
    int typing_error;    /* of stdin */
    int error;           /* of the connection */
};

/* ---- From the keyboard to the server ------------------------------------------------------- */

/* The answers are still to come: only our side of the connection ends. */
static void say_no_more(struct client *client)
{
    client->has_said_all = true;
    keyboard_stop(&client->keyboard);
    transport_write_eof(client->transport);
}

/* How many of these bytes are to be sent: all, or those to the end of the line "exit". */
static size_t look_for_farewell(struct client *client, const char *bytes, size_t length)
{
    size_t last = sizeof farewell - 1;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') {
            client->is_farewell &= client->column < last && bytes[i] == farewell[client->column];
            client->column++;
        } else if (client->is_farewell && client->column == last) {
            client->has_said_all = true;
            return i + 1;
        } else {
            client->column = 0;
            client->is_farewell = true;
        }
    }
    return length;
}

static void on_typed(void *arg, const char *bytes, size_t length)
{
    struct client *client = arg;
    transport_write(client->transport, bytes, look_for_farewell(client, bytes, length));
    if (client->has_said_all)
        say_no_more(client);
}

static void on_typed_end(void *arg, int error)
{
    struct client *client = arg;
    client->typing_error = error;
    say_no_more(client);
}

/* ---- From the server ----------------------------------------------------------------------- */

static void on_made(struct protocol *protocol, struct transport *transport)
{
    (void)transport; /* we have it since transport_connect */
    struct client *client = (struct client *)protocol;
    client->is_connected = true;
    keyboard_start(&client->keyboard, client->loop, STDIN_FILENO, on_typed, on_typed_end, client);
}

static void on_data(struct protocol *protocol, const char *bytes, size_t length)
{
    struct client *client = (struct client *)protocol;
    if (fwrite(bytes, 1, length, stdout) < length || fflush(stdout) != 0)
        transport_abort(client->transport); /* nobody listens; main says so */
}

/* The server takes no more for now: what is typed can wait, and a file can, too. */
static void on_full(struct protocol *protocol)
{
    keyboard_pause(&((struct client *)protocol)->keyboard);
}

static void on_room(struct protocol *protocol)
{
    keyboard_resume(&((struct client *)protocol)->keyboard);
}

static void on_lost(struct protocol *protocol, int error)
{
    struct client *client = (struct client *)protocol;
    if (client->is_connected)
        keyboard_stop(&client->keyboard);
    client->error = error;
    loop_stop(client->loop);
}

static const struct protocol_calls client_calls = {
    .connection_made = on_made,
    .data_received = on_data,
    .connection_lost = on_lost,
    .pause_writing = on_full,
    .resume_writing = on_room,
};

/* ---- The program --------------------------------------------------------------------------- */

static void on_interrupt(void *arg)
{
    struct client *client = arg;
    client->is_interrupted = true;
    transport_abort(client->transport);
}

/* The exit code, and a line for what is not as it should be. */
static int conclude(const struct client *client, const struct client_options *options)
{
    if (client->is_interrupted)
        return 128 + SIGINT;
    if (ferror(stdout))
        die("stdout takes nothing any more");
    if (client->error < 0 && !client->is_connected)
        die_error(client->error,
                  "cannot connect to %s port %u (build/04-callbacks/server serves there)",
                  options->host, options->port);
    if (client->error < 0)
        die_error(client->error, "the connection to %s port %u", options->host, options->port);
    if (client->typing_error < 0)
        die_error(client->typing_error, "stdin");
    if (!client->has_said_all)
        die("the server has ended the connection");
    return 0;
}

int main(int argc, char **argv)
{
    struct client_options options;
    client_options_parse(&options, 7777, NULL,
                         "Sends lines from stdin to a server, and prints its answers.", argc, argv);
    CHECK_RC(keyboard_keep_places());
    net_ignore_sigpipe();
    struct client client = {
        .protocol.calls = &client_calls,
        .loop = loop_new(&backend_epoll),
        .is_farewell = true,
    };
    if (!client.loop)
        die_error(errno, "cannot make a loop");
    CHECK_RC(loop_add_signal_handler(client.loop, SIGINT, on_interrupt, &client));
    client.transport = transport_connect(client.loop, options.host, options.port, &client.protocol);
    if (!client.transport)
        die_error(errno, "cannot connect to %s port %u", options.host, options.port);
    CHECK_RC(loop_run_forever(client.loop));
    loop_free(client.loop);
    return conclude(&client, &options);
}
