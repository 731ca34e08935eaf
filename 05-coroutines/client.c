/* client.c - a client at the keyboard, by two coroutines: one for each of the two it listens to.
 *
 *     build/05-coroutines/client                to 127.0.0.1:7777; type lines, then "exit"
 *     build/05-coroutines/client --port 8888    to the command server
 *     build/05-coroutines/client <some_file     stdin may be anything
 *
 * Watch that an answer is printed as it comes, while you type or not. One coroutine waits for the
 * server and prints, the other waits for the keyboard and sends, and each is a loop from top to
 * bottom. With fgets in the second one nothing would be printed while it waits: it is the thread
 * that waits then (chapter 04, broken/keyboard.c). So the keyboard is awaited like a socket.
 *
 * It ends when you type "exit", when stdin ends and the last answer has come, or with the server.
 * It does not wait for its stdout: if nobody takes what it prints, it stands still.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "client_options.h"
#include "co_io.h"
#include "co_run.h"
#include "keyboard.h"
#include "net.h"
#include "stream.h"

static const char farewell[] = "exit\n";

struct client {
    struct client_options options;
    int fd;
    struct co typing; /* the coroutine at the keyboard */
    bool is_connected;
    bool has_said_all; /* it was "exit", or stdin has ended */
    int typing_error;  /* of stdin */
    int sending_error; /* of the connection */
};

/* ---- From the keyboard to the server ------------------------------------------------------- */

/* The next line with its end; or a piece, of one that is longer than the buffer or has no end. How
 * long it is; 0: stdin has ended; or -errno. */
static ssize_t read_piece(struct stream_reader *keyboard, char *piece)
{
    char *line;
    ssize_t length = stream_read_until(keyboard, "\n", 1, &line);
    if (length == -ENODATA || length == -EMSGSIZE)
        return stream_read(keyboard, piece, keyboard->capacity);
    if (length > 0)
        memcpy(piece, line, (size_t)length);
    return length;
}

static int send_lines(struct client *client)
{
    char buffer[4096], piece[sizeof buffer];
    struct stream_reader keyboard;
    stream_reader_init(&keyboard, STDIN_FILENO, buffer, sizeof buffer);
    keyboard.read = co_read_when_ready;
    bool is_first = true; /* piece of its line */
    ssize_t length;
    while ((length = read_piece(&keyboard, piece)) > 0) {
        int rc = co_write_all(client->fd, piece, (size_t)length);
        if (rc < 0 && rc != -ECANCELED)
            client->sending_error = rc; /* and no error of stdin */
        if (rc < 0)
            return rc == -ECANCELED ? rc : 0;
        if (is_first && length == sizeof farewell - 1 && memcmp(piece, farewell, length) == 0)
            return 0;
        is_first = piece[length - 1] == '\n';
    }
    return (int)length;
}

/* Then only our side of the connection ends: the answers are still to come. */
static int type(void *arg)
{
    struct client *client = arg;
    int rc = send_lines(client);
    if (rc == -ECANCELED)
        return rc; /* the connection has ended, or Ctrl-C */
    client->has_said_all = true;
    client->typing_error = rc;
    shutdown(client->fd, SHUT_WR); /* it fails only when the connection is gone, which is seen */
    return rc;
}

/* ---- From the server ----------------------------------------------------------------------- */

static int print_answers(struct client *client)
{
    char bytes[4096];
    ssize_t count;
    while ((count = co_read(client->fd, bytes, sizeof bytes)) > 0)
        if (fwrite(bytes, 1, (size_t)count, stdout) < (size_t)count || fflush(stdout) != 0)
            return 0; /* nobody listens; main says so */
    return (int)count;
}

static void on_typing_end(struct co *co, int result)
{
    (void)co;
    (void)result; /* type has noted it */
}

/* Cancelled, it ends in the next pass. To wait for the end of a coroutine is chapter 06's subject.
 */
static int end_typing(struct client *client)
{
    int rc = 0;
    co_cancel(&client->typing);
    while (client->typing.coro)
        rc = co_yield() < 0 ? -ECANCELED : rc;
    return rc;
}

/* The main coroutine: the other one is started when there is a connection, and ended with it. */
static int converse(void *arg)
{
    struct client *client = arg;
    client->fd = co_connect(client->options.host, client->options.port);
    if (client->fd < 0)
        return client->fd;
    client->is_connected = true;
    int rc = co_start(&client->typing, co_loop(), type, client, "typing", on_typing_end);
    if (rc == 0) {
        rc = print_answers(client);
        int end_rc = end_typing(client);
        rc = rc < 0 ? rc : end_rc;
    }
    co_close(client->fd);
    return rc < 0 ? rc : client->sending_error;
}

/* ---- The program --------------------------------------------------------------------------- */

/* The exit code, and a line for what is not as it should be. */
static int conclude(const struct client *client, int result)
{
    const struct client_options *options = &client->options;
    if (result == -ECANCELED)
        return 128 + SIGINT;
    if (ferror(stdout))
        die("stdout takes nothing any more");
    if (result < 0 && !client->is_connected)
        die_error(result, "cannot connect to %s port %u (build/05-coroutines/server serves there)",
                  options->host, options->port);
    if (result < 0)
        die_error(result, "the connection to %s port %u", options->host, options->port);
    if (client->typing_error < 0)
        die_error(client->typing_error, "stdin");
    if (!client->has_said_all)
        die("the server has ended the connection");
    return 0;
}

int main(int argc, char **argv)
{
    struct client client = {.is_connected = false};
    client_options_parse(&client.options, 7777, NULL,
                         "Sends lines from stdin to a server, and prints its answers.", argc, argv);
    CHECK_RC(keyboard_keep_places());
    net_ignore_sigpipe();
    return conclude(&client, co_run(converse, &client, "client"));
}
