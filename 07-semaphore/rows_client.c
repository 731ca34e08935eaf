/* rows_client.c - sends a line, waits for a line. */
#include "rows_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "co_io.h"

int rows_connect(struct rows_client **client, uint16_t port)
{
    struct rows_client *made = calloc(1, sizeof *made);
    if (!made)
        return -ENOMEM;
    made->fd = co_connect("127.0.0.1", port);
    if (made->fd < 0) {
        int rc = made->fd;
        free(made);
        return rc;
    }
    stream_reader_init(&made->reader, made->fd, made->buffer, sizeof made->buffer);
    *client = made;
    return 0;
}

void rows_close(struct rows_client *client)
{
    if (!client)
        return;
    co_close(client->fd);
    free(client);
}

static int failed(struct rows_client *client, const char *words, int rc)
{
    snprintf(client->error, sizeof client->error, "%s", words);
    return rc;
}

static int lost(struct rows_client *client, int rc)
{
    return rc == -ECANCELED ? rc : failed(client, "the connection is lost", -ECONNRESET);
}

static int send_command(struct rows_client *client, const char *command)
{
    char line[ROWS_COMMAND_MAX + 2];
    int length = snprintf(line, sizeof line, "%s\n", command);
    if (length >= (int)sizeof line)
        return failed(client, "the command is too long", -EREMOTEIO);
    int rc = co_write_all(client->fd, line, (size_t)length);
    return rc < 0 ? lost(client, rc) : 0;
}

/* "ok", "ok 17" or "error WORDS". */
static int read_answer(struct rows_client *client, long *number)
{
    char *line;
    ssize_t length = stream_read_line(&client->reader, &line);
    if (length < 0)
        return lost(client, (int)length);
    if (strncmp(line, "error ", strlen("error ")) == 0)
        return failed(client, line + strlen("error "), -EREMOTEIO);
    if (number && sscanf(line, "ok %ld", number) != 1)
        return failed(client, "the answer is no number", -EREMOTEIO);
    return 0;
}

int rows_query(struct rows_client *client, const char *command, long *number)
{
    if (client->is_busy)
        return failed(client, ROWS_BUSY, -EBUSY);
    client->is_busy = true;
    int rc = send_command(client, command);
    if (rc == 0)
        rc = read_answer(client, number);
    client->is_busy = rc == -ECANCELED; /* its answer is still to come */
    return rc;
}
