/* tiny_echo.c - see tiny_echo.h. */
#include "tiny_echo.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "net.h"
#include "options.h"

#define BACKLOG 1024

static int signals_as_descriptor(void)
{
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    CHECK(sigprocmask(SIG_BLOCK, &ending, NULL));
    return (int)CHECK(signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC));
}

void tiny_echo_begin(struct tiny_server *server, const char *doc, int argc, char **argv)
{
    struct server_options options;
    server_options_parse(&options, 7777, doc, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    server->stopping = signals_as_descriptor();
    server->listening = net_listen(options.host, options.port, BACKLOG);
    if (server->listening < 0)
        server_cannot_listen(&options, server->listening);
    CHECK_RC(net_set_nonblocking(server->listening, true));
    server_announce(server->listening);
}

void tiny_echo_end(struct tiny_server *server)
{
    close(server->listening);
    close(server->stopping);
}

/* All of it or nothing: that is the simplification. */
static int send_now(int fd, const char *bytes, size_t length)
{
    ssize_t count = write(fd, bytes, length);
    if (count < 0 && errno != EAGAIN)
        return -errno;
    return count == (ssize_t)length ? 0 : -ENOBUFS;
}

int tiny_echo_accept(const struct tiny_server *server, struct tiny_client **client)
{
    static const char greeting[] = "Welcome. Type a line, or exit.\n";
    char name[NET_NAME_MAX];
    int fd = net_accept(server->listening, name);
    if (fd < 0)
        return fd;
    *client = calloc(1, sizeof **client);
    if (!*client) {
        close(fd);
        return -ENOMEM;
    }
    (*client)->fd = fd;
    memcpy((*client)->name, name, sizeof name);
    printf("connect %s\n", name);
    /* If it does not go out, reading from the client will fail, or tell of its end. */
    send_now(fd, greeting, sizeof greeting - 1);
    return 0;
}

/* 1: go on; 0: it was "exit"; or -errno. */
static int answer(struct tiny_client *client, size_t length)
{
    if (length > 0 && client->line[length - 1] == '\r')
        length--;
    if (length == 4 && memcmp(client->line, "exit", 4) == 0)
        return 0;
    char bytes[sizeof "Hello, \n" + sizeof client->line] = "Hello, ";
    size_t hello = strlen(bytes);
    memcpy(bytes + hello, client->line, length);
    bytes[hello + length] = '\n';
    int rc = send_now(client->fd, bytes, hello + length + 1);
    return rc < 0 ? rc : 1;
}

int tiny_echo_read(struct tiny_client *client)
{
    size_t room = sizeof client->line - client->length;
    if (room == 0)
        return -EMSGSIZE;
    ssize_t count = read(client->fd, client->line + client->length, room);
    if (count <= 0)
        return count == 0 ? 0 : errno == EINTR ? 1 : -errno;
    client->length += (size_t)count;
    char *newline;
    int rc = 1;
    while (rc > 0 && (newline = memchr(client->line, '\n', client->length)) != NULL) {
        rc = answer(client, (size_t)(newline - client->line));
        client->length -= (size_t)(newline + 1 - client->line);
        memmove(client->line, newline + 1, client->length);
    }
    return rc;
}

void tiny_echo_close(struct tiny_client *client, int rc)
{
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", client->name, error_text(rc));
    printf("disconnect %s\n", client->name);
    close(client->fd);
    free(client);
}
