/* keyboard_client.c - a client at the keyboard by a queue: lines typed, and a task that sends them.
 *
 *     build/05-coroutines/server &
 *     build/08-producer-consumer/keyboard_client           type lines, then "exit"
 *     build/08-producer-consumer/keyboard_client <a_file   stdin may be anything
 *
 * Chapter 05's client reads a line and sends it, and reads no more while the server does not take
 * it. Here a queue lies between the two: who types is a producer, who sends is a consumer. What is
 * typed before the connection is there waits in the queue, and so does what is typed faster than it
 * can be sent; with room for so many lines, and not for a whole file.
 *
 * Watch the end, which goes through the queue as well. "exit", or the end of stdin, shuts it down:
 * the sender sends what is still in it and closes our side; then the answers come, and the end of
 * the server. When the server ends first, whoever still types is cancelled.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "client_options.h"
#include "co_io.h"
#include "fetch_all.h"
#include "group.h"
#include "keyboard.h"
#include "net.h"
#include "queue.h"
#include "stream.h"

#define ROOM       16   /* lines */
#define LINE_LIMIT 4096 /* bytes; a longer one comes in pieces */

struct piece {
    size_t length;
    char bytes[]; /* without a NUL */
};

struct client {
    struct client_options options;
    int fd;
    struct queue lines; /* that were typed: pieces, each owned by who takes it */
    struct task *typing;
    bool is_connected, server_has_ended;
    bool has_said_all; /* "exit", or the end of stdin */
    int typing_error;  /* of stdin */
};

/* ---- The producer: who types --------------------------------------------------------------- */

/* The next line with its end. A piece of one, if it is longer than the buffer, or if stdin ends in
 * the middle of it. 1, and *piece is the caller's; 0: stdin has ended; or -errno. */
static int next_piece(struct stream_reader *keyboard, struct piece **piece)
{
    char *line;
    ssize_t length = stream_read_until(keyboard, "\n", 1, &line);
    bool is_part = length == -ENODATA || length == -EMSGSIZE;
    if (length < 0 && !is_part)
        return (int)length;
    *piece = malloc(sizeof **piece + (is_part ? keyboard->capacity : (size_t)length));
    if (!*piece)
        return -ENOMEM;
    if (is_part)
        length = stream_read(keyboard, (*piece)->bytes, keyboard->capacity);
    else
        memcpy((*piece)->bytes, line, (size_t)length);
    if (length <= 0)
        free(*piece);
    else
        (*piece)->length = (size_t)length;
    return length > 0 ? 1 : (int)length;
}

static bool is_farewell(const struct piece *piece)
{
    return piece->length == 5 && memcmp(piece->bytes, "exit\n", 5) == 0;
}

/* The farewell is put, too: the server answers it. 0: that was all. */
static int put_lines(struct client *client)
{
    char buffer[LINE_LIMIT];
    struct stream_reader keyboard;
    struct piece *piece = NULL;
    bool is_first = true; /* piece of its line */
    int rc;
    stream_reader_init(&keyboard, STDIN_FILENO, buffer, sizeof buffer);
    keyboard.read = co_read_when_ready;
    while ((rc = next_piece(&keyboard, &piece)) > 0) {
        bool is_last = is_first && is_farewell(piece);
        is_first = piece->bytes[piece->length - 1] == '\n';
        rc = queue_put(&client->lines, piece);
        if (rc < 0)
            free(piece);
        if (rc < 0 || is_last)
            return rc;
    }
    return rc;
}

static int type(void *arg)
{
    struct client *client = arg;
    int rc = put_lines(client);
    queue_shutdown(&client->lines, false);
    if (rc == -ECANCELED && client->server_has_ended)
        return 0;
    client->has_said_all = rc == 0;
    client->typing_error = rc == -ECANCELED ? 0 : rc;
    return rc == -ECANCELED ? rc : 0;
}

/* ---- The consumer: who sends --------------------------------------------------------------- */

/* A server that has gone takes nothing any more; that it has is seen by who listens. */
static int send_lines(void *arg)
{
    struct client *client = arg;
    void *item;
    int rc;
    while ((rc = queue_get(&client->lines, &item)) == 0) {
        struct piece *piece = item;
        rc = co_write_all(client->fd, piece->bytes, piece->length);
        free(piece);
        if (rc < 0)
            break;
    }
    if (rc == -ESHUTDOWN)
        shutdown(client->fd, SHUT_WR);
    return rc == -ESHUTDOWN || rc == -EPIPE || rc == -ECONNRESET ? 0 : rc;
}

/* ---- Who listens, and all together --------------------------------------------------------- */

static int print_answers(struct client *client)
{
    char bytes[4096];
    ssize_t count;
    while ((count = co_read(client->fd, bytes, sizeof bytes)) > 0)
        if (fwrite(bytes, 1, (size_t)count, stdout) < (size_t)count || fflush(stdout) != 0)
            return 0; /* nobody listens; main says so */
    return (int)count;
}

/* The connection is there: now somebody sends. When it has ended, nobody types any more. */
static int talk(struct client *client, struct group *group)
{
    client->fd = co_connect(client->options.host, client->options.port);
    if (client->fd < 0)
        return client->fd;
    client->is_connected = true;
    int rc = group_spawn(group, send_lines, client, "sender");
    if (rc == 0)
        rc = print_answers(client);
    client->server_has_ended = true;
    task_cancel(client->typing);
    queue_shutdown(&client->lines, false);
    return rc;
}

static void drop_lines(struct queue *lines)
{
    void *piece;
    while (queue_try_get(lines, &piece) == 0)
        free(piece);
    queue_fini(lines);
}

static int main_task(void *arg)
{
    struct client *client = arg;
    struct group group;
    client->fd = -1;
    int rc = queue_init(&client->lines, co_loop(), ROOM);
    if (rc < 0)
        return rc;
    group_begin(&group);
    rc = group_spawn_task(&group, type, client, "typing", &client->typing);
    if (rc == 0)
        rc = talk(client, &group);
    rc = group_end(&group, rc);
    task_unref(client->typing);
    drop_lines(&client->lines);
    co_close(client->fd);
    return rc;
}

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
    struct client client = {.fd = -1};
    client_options_parse(&client.options, 7777, NULL,
                         "Sends lines from stdin to a server, by a queue, and prints its answers.",
                         argc, argv);
    CHECK_RC(keyboard_keep_places());
    net_ignore_sigpipe();
    return conclude(&client, run_on_epoll(main_task, &client));
}
