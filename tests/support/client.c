#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

/* ---- Connecting ---------------------------------------------------------------------------- */

void client_adopt(struct client *client, int fd)
{
    struct timeval guard = {.tv_sec = CLIENT_GUARD_S};
    client->fd = fd;
    client->begin = client->end = 0;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &guard, sizeof guard), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &guard, sizeof guard), 0);
}

static int connect_with(struct client *client, uint16_t port, int receive_buffer)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int yes = 1;
    client->fd = -1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (receive_buffer > 0) /* before the connection, whose window it bounds */
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    client_adopt(client, fd);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int rc = -errno;
        client_close(client);
        return rc;
    }
    return 0;
}

int client_try_connect(struct client *client, uint16_t port)
{
    return connect_with(client, port, 0);
}

void client_connect(struct client *client, uint16_t port)
{
    int rc = connect_with(client, port, 0);
    if (rc < 0)
        fail_msg("connect to port %d: %s", port, strerror(-rc));
}

void client_connect_small(struct client *client, uint16_t port)
{
    int rc = connect_with(client, port, 1);
    if (rc < 0)
        fail_msg("connect to port %d: %s", port, strerror(-rc));
}

void client_name(const struct client *client, char *name, size_t size)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    assert_int_equal(getsockname(client->fd, (struct sockaddr *)&address, &length), 0);
    snprintf(name, size, "127.0.0.1:%u", ntohs(address.sin_port));
}

/* ---- Sending ------------------------------------------------------------------------------- */

int client_send_bytes(struct client *client, const void *bytes, size_t size)
{
    const char *rest = bytes;
    while (size > 0) {
        ssize_t count = send(client->fd, rest, size, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            fail_msg("the peer has read nothing for %d s", CLIENT_GUARD_S);
        if (count < 0)
            return -errno;
        rest += count;
        size -= (size_t)count;
    }
    return 0;
}

void client_send(struct client *client, const char *text)
{
    int rc = client_send_bytes(client, text, strlen(text));
    if (rc < 0)
        fail_msg("sending \"%.40s\": %s", text, strerror(-rc));
}

ssize_t client_send_some(struct client *client, const void *bytes, size_t size)
{
    ssize_t count = send(client->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    return count < 0 ? -errno : count;
}

/* ---- Reading ------------------------------------------------------------------------------- */

/* Some bytes from the socket: how many; 0: the end; -errno. */
static ssize_t receive(struct client *client, void *bytes, size_t size)
{
    for (;;) {
        ssize_t count = recv(client->fd, bytes, size, 0);
        if (count >= 0)
            return count;
        if (errno == EAGAIN)
            fail_msg("the peer has sent nothing for %d s", CLIENT_GUARD_S);
        if (errno != EINTR)
            return -errno;
    }
}

/* Makes at least one byte more stand in the buffer: 1; 0: the end; -errno. */
static int fill(struct client *client)
{
    memmove(client->buffer, client->buffer + client->begin, client->end - client->begin);
    client->end -= client->begin;
    client->begin = 0;
    size_t room = sizeof client->buffer - client->end;
    if (room == 0)
        return -EMSGSIZE;
    ssize_t count = receive(client, client->buffer + client->end, room);
    client->end += count > 0 ? (size_t)count : 0;
    return count > 0 ? 1 : (int)count;
}

ssize_t client_read_line(struct client *client, char *line, size_t size)
{
    for (;;) {
        const char *first = client->buffer + client->begin;
        const char *newline = memchr(first, '\n', client->end - client->begin);
        if (newline) {
            size_t length = (size_t)(newline - first);
            if (length >= size)
                return -EMSGSIZE;
            memcpy(line, first, length);
            line[length] = '\0';
            client->begin += length + 1;
            return (ssize_t)length;
        }
        int rc = fill(client);
        if (rc <= 0)
            return rc < 0 ? rc : -ENODATA;
    }
}

int client_read_exactly(struct client *client, void *bytes, size_t size)
{
    char *rest = bytes;
    while (size > 0) {
        if (client->begin == client->end) {
            int rc = fill(client);
            if (rc <= 0)
                return rc < 0 ? rc : -ENODATA;
        }
        size_t buffered = client->end - client->begin;
        size_t count = buffered < size ? buffered : size;
        memcpy(rest, client->buffer + client->begin, count);
        client->begin += count;
        rest += count;
        size -= count;
    }
    return 0;
}

ssize_t client_read_to_end(struct client *client, char *bytes, size_t size)
{
    size_t length = 0;
    for (;;) {
        char byte;
        int rc = client_read_exactly(client, &byte, 1);
        if (rc == -ENODATA) {
            bytes[length] = '\0';
            return (ssize_t)length;
        }
        if (rc < 0)
            return rc;
        if (length + 1 >= size)
            return -EMSGSIZE;
        bytes[length++] = byte;
    }
}

void client_expect_line(struct client *client, const char *expected)
{
    char line[sizeof client->buffer];
    ssize_t rc = client_read_line(client, line, sizeof line);
    if (rc < 0) {
        fail_msg("expected the line \"%.60s\", got: %s", expected,
                 rc == -ENODATA ? "the end" : strerror((int)-rc));
    }
    if (strcmp(line, expected) != 0)
        fail_msg("expected the line \"%.60s\", got \"%.60s\"", expected, line);
}

void client_expect_end(struct client *client)
{
    char byte;
    int rc = client_read_exactly(client, &byte, 1);
    if (rc == 0)
        fail_msg("expected the end, got the byte 0x%02x", (unsigned char)byte);
    if (rc != -ENODATA && rc != -ECONNRESET)
        fail_msg("expected the end, got: %s", strerror(-rc));
}

void client_wait_closed(struct client *client)
{
    ssize_t count;
    client->begin = client->end = 0;
    do {
        count = receive(client, client->buffer, sizeof client->buffer);
    } while (count > 0);
    if (count < 0 && count != -ECONNRESET && count != -EPIPE)
        fail_msg("waiting for the peer to close: %s", strerror((int)-count));
}

bool client_is_readable_now(struct client *client)
{
    struct pollfd look = {.fd = client->fd, .events = POLLIN};
    return client->begin < client->end || poll(&look, 1, 0) > 0;
}

/* ---- Leaving ------------------------------------------------------------------------------- */

void client_half_close(struct client *client)
{
    shutdown(client->fd, SHUT_WR);
}

void client_reset(struct client *client)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    client_close(client);
}

void client_close(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
}
