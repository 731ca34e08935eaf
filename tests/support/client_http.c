#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "unit.h"

#define MAX_HEAD 16384
#define MAX_BODY (64u << 20)

/* ---- The head ------------------------------------------------------------------------------ */

/* Appends the lines up to the empty one to `head`; 0 or -errno. */
static int read_head(struct client *client, char head[MAX_HEAD])
{
    size_t length = 0;
    for (;;) {
        ssize_t rc = client_read_line(client, head + length, MAX_HEAD - length);
        if (rc < 0)
            return (int)rc;
        if (rc == 0 || head[length + (size_t)rc - 1] != '\r')
            return -EPROTO; /* every line of a head ends in \r\n */
        if (rc == 1) {
            head[length] = '\0';
            return 0;
        }
        length += (size_t)rc - 1;
        if (length + 3 >= MAX_HEAD)
            return -EMSGSIZE;
        memcpy(head + length, "\r\n", 3);
        length += 2;
    }
}

int answer_field(const struct answer *answer, const char *name, char *value, size_t size)
{
    size_t name_length = strlen(name);
    for (const char *line = strstr(answer->head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, name_length) == 0 && line[name_length] == ':') {
            const char *first = line + name_length + 1;
            first += strspn(first, " \t");
            int length = (int)strcspn(first, "\r");
            return snprintf(value, size, "%.*s", length, first);
        }
    }
    return -ENOENT;
}

/* ---- The body ------------------------------------------------------------------------------ */

static int grow_and_read(struct client *client, struct answer *answer, size_t more)
{
    if (more > MAX_BODY - answer->body_length)
        return -EMSGSIZE;
    answer->body = realloc(answer->body, answer->body_length + more + 1);
    assert_non_null(answer->body);
    int rc = client_read_exactly(client, answer->body + answer->body_length, more);
    answer->body_length += rc == 0 ? more : 0;
    answer->body[answer->body_length] = '\0';
    return rc;
}

static int expect_empty_line(struct client *client)
{
    char line[4];
    ssize_t rc = client_read_line(client, line, sizeof line);
    return rc < 0 ? (int)rc : rc == 1 && line[0] == '\r' ? 0 : -EPROTO;
}

static int read_chunks(struct client *client, struct answer *answer)
{
    for (;;) {
        char line[64], *end;
        ssize_t rc = client_read_line(client, line, sizeof line);
        if (rc < 0)
            return (int)rc;
        unsigned long size = strtoul(line, &end, 16);
        if (end == line || strcmp(end, "\r") != 0)
            return -EPROTO;
        int error = size > 0 ? grow_and_read(client, answer, size) : 0;
        error = error ? error : expect_empty_line(client);
        if (error || size == 0)
            return error;
    }
}

static int read_until_end(struct client *client, struct answer *answer)
{
    int rc;
    while ((rc = grow_and_read(client, answer, 1)) == 0) {
    }
    answer->has_ended = true;
    return rc == -ENODATA ? 0 : rc;
}

static int read_body(struct client *client, struct answer *answer, bool to_head)
{
    char value[64];
    if (to_head || answer->status == 204 || answer->status == 304)
        return grow_and_read(client, answer, 0);
    if (answer_field(answer, "Transfer-Encoding", value, sizeof value) >= 0)
        return strcasecmp(value, "chunked") == 0 ? read_chunks(client, answer) : -EPROTO;
    if (answer_field(answer, "Content-Length", value, sizeof value) >= 0) {
        char *end;
        unsigned long length = strtoul(value, &end, 10);
        return *end || end == value ? -EPROTO : grow_and_read(client, answer, length);
    }
    return read_until_end(client, answer);
}

/* ---- The whole ----------------------------------------------------------------------------- */

int client_read_answer(struct client *client, bool to_head, struct answer *answer)
{
    *answer = (struct answer){.head = malloc(MAX_HEAD), .body = calloc(1, 1)};
    assert_non_null(answer->head);
    assert_non_null(answer->body);
    int rc;
    do {
        rc = read_head(client, answer->head);
        if (rc == 0 && sscanf(answer->head, "HTTP/1.%*1d %3d", &answer->status) != 1)
            rc = -EPROTO;
    } while (rc == 0 && answer->status / 100 == 1);
    rc = rc ? rc : read_body(client, answer, to_head);
    if (rc < 0)
        answer_free(answer);
    return rc;
}

void answer_free(struct answer *answer)
{
    free(answer->head);
    free(answer->body);
    *answer = (struct answer){0};
}

void http_ask(uint16_t port, const char *request, struct answer *answer)
{
    struct client client;
    client_connect(&client, port);
    client_send(&client, request);
    int rc = client_read_answer(&client, strncmp(request, "HEAD ", 5) == 0, answer);
    client_close(&client);
    if (rc < 0) {
        fail_msg("no answer to \"%.*s\": %s", (int)strcspn(request, "\r\n"), request,
                 strerror(-rc));
    }
}

void http_get(uint16_t port, const char *target, struct answer *answer)
{
    char request[1024];
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", target);
    http_ask(port, request, answer);
}

long http_stats(uint16_t port, const char *counter)
{
    struct answer answer;
    char name[64];
    http_get(port, "/stats", &answer);
    snprintf(name, sizeof name, "\"%s\"", counter);
    const char *found = strstr(answer.body, name);
    const char *colon = found ? strchr(found, ':') : NULL;
    long value = colon ? strtol(colon + 1, NULL, 10) : -1;
    answer_free(&answer);
    if (!colon)
        fail_msg("/stats does not tell %s", counter);
    return value;
}
