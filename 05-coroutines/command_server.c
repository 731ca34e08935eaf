/* command_server.c - a total for each client, a line is a command: chapter 04's server in half its
 * lines.
 *
 *     build/05-coroutines/command_server          serves on 127.0.0.1:8888, until Ctrl-C
 *     printf 'add 5\nadd 37\n' | nc -N 127.0.0.1 8888
 *     echo shutdown | nc -N 127.0.0.1 8888        ends the server
 *
 * Watch `talk`. Chapter 04 has a struct for each client, and functions for what may happen to it;
 * here the total is a local variable, and what happens next stands in the next line. Every byte
 * that a client gets is the same: the tests of chapter 04 are run with both.
 *
 * Anybody who can connect can shut it down: it is no server for a network.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "co_server.h"
#include "commands.h"
#include "line_iterator.h"

#define LINE_LIMIT  512      /* bytes, without the line's end */
#define FAREWELL_NS NS_PER_S /* for what is on its way to clients at the end */

static int say(struct stream_writer *writer, const char *text)
{
    int rc = stream_write(writer, text, strlen(text));
    return rc < 0 ? rc : stream_drain(writer);
}

static int talk(struct co_server *server, int fd, struct stream_writer *writer)
{
    char buffer[LINE_LIMIT + 2], reply[COMMAND_REPLY_MAX];
    int64_t total = 0;
    struct lines lines;
    struct line line;
    lines_init(&lines, fd, buffer, sizeof buffer);
    int rc;
    while ((rc = lines_next(&lines, &line)) > 0) {
        enum command_result result = command_run(&total, line.text, line.length, reply);
        if (result == COMMAND_SHUTDOWN) {
            printf("Shutting down the server...\n");
            co_server_stop(server, FAREWELL_NS);
            return 0;
        }
        rc = say(writer, reply); /* nothing, for an empty line */
        if (rc < 0)
            return rc;
    }
    if (rc != -EMSGSIZE)
        return rc;
    rc = say(writer, "Line too long.\n");
    return rc < 0 ? rc : co_hang_up(fd);
}

/* "('127.0.0.1', 40000)", as the first such server, in Python, printed it. */
static void print_connection(const char *name)
{
    const char *colon = strrchr(name, ':');
    if (colon)
        printf("Connection from ('%.*s', %s)\n", (int)(colon - name), name, colon + 1);
}

static int serve(struct co_client *client)
{
    struct stream_writer writer;
    stream_writer_init(&writer, client->fd, 0); /* 0: a reply has gone before the next is made */
    print_connection(client->name);
    int rc = talk(client->server, client->fd, &writer);
    client->fd = -1; /* the writer closes it */
    stream_close(&writer);
    int closing_rc = stream_wait_closed(&writer);
    rc = rc < 0 ? rc : closing_rc;
    if (rc < 0 && rc != -ECANCELED)
        fprintf(stderr, "%s: %s\n", client->name, error_text(rc));
    printf("Connection closed\n");
    return rc;
}

int main(int argc, char **argv)
{
    return co_server_main(serve, 8888, "A server that keeps a total for each client.", argc, argv);
}
