/* echo_edge.c - an echo server on edge-triggered epoll: told once of news, not as long as there is
 * something to read.
 *
 *     build/03-epoll-loop/echo_edge --port 7777         Ctrl-C ends it
 *
 * Watch read_client: it reads until EAGAIN. With EPOLLET the kernel speaks when something *comes*;
 * if a half of it is left in the socket, it says nothing about that half, and the client waits for
 * ever (broken/edge_once.c). The price of reading on is the opposite trap: a client that sends
 * without an end keeps everybody else from his turn. The loop of this chapter is level-triggered,
 * reads once for each event and has neither trap, at one more event for a long message.
 *
 * It is not: the whole echo server. See tiny_echo.h for what is simpler.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "check.h"
#include "fd_limit.h"
#include "tiny_echo.h"

#define EVENTS_PER_WAIT 256

struct edge_server {
    struct tiny_server tiny;
    int epoll_fd;
    bool is_short; /* somebody may wait for whom there was no descriptor */
    struct edge_client *clients;
};

struct edge_client {
    struct tiny_client *tiny;
    struct edge_client *next, *prev;
};

static int watch(int epoll_fd, int fd, void *about)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = about};
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static void close_client(struct edge_server *server, struct edge_client *client, int rc)
{
    if (client->next)
        client->next->prev = client->prev;
    if (client->prev)
        client->prev->next = client->next;
    else
        server->clients = client->next;
    tiny_echo_close(client->tiny, rc); /* a closed descriptor leaves the epoll set by itself */
    free(client);
}

static void add_client(struct edge_server *server, struct tiny_client *tiny)
{
    struct edge_client *client = calloc(1, sizeof *client);
    if (!client) {
        tiny_echo_close(tiny, -ENOMEM);
        return;
    }
    client->tiny = tiny;
    client->next = server->clients;
    if (client->next)
        client->next->prev = client;
    server->clients = client;
    int rc = watch(server->epoll_fd, tiny->fd, client);
    if (rc < 0)
        close_client(server, client, rc);
}

/* Until EAGAIN, here too: ten may have come and only one event. */
static void accept_clients(struct edge_server *server)
{
    struct tiny_client *tiny;
    int rc;
    while ((rc = tiny_echo_accept(&server->tiny, &tiny)) == 0)
        add_client(server, tiny);
    server->is_short = rc != -EAGAIN;
}

static void read_client(struct edge_server *server, struct edge_client *client)
{
    int rc;
    do {
        rc = tiny_echo_read(client->tiny);
    } while (rc > 0);
    if (rc == -EAGAIN)
        return;
    close_client(server, client, rc);
    if (server->is_short) /* no event will speak of those who wait already */
        accept_clients(server);
}

static void serve(struct edge_server *server)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    for (;;) {
        int count = epoll_wait(server->epoll_fd, events, EVENTS_PER_WAIT, -1);
        if (count < 0 && errno != EINTR)
            die_error(errno, "epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == &server->tiny.stopping)
                return;
            if (events[i].data.ptr == &server->tiny.listening)
                accept_clients(server);
            else /* a client closes only itself, so no event here is stale */
                read_client(server, events[i].data.ptr);
        }
    }
}

int main(int argc, char **argv)
{
    struct edge_server server = {0};
    CHECK_RC(raise_fd_limit());
    server.epoll_fd = (int)CHECK(epoll_create1(EPOLL_CLOEXEC));
    tiny_echo_begin(&server.tiny, "An echo server on edge-triggered epoll.", argc, argv);
    CHECK_RC(watch(server.epoll_fd, server.tiny.listening, &server.tiny.listening));
    CHECK_RC(watch(server.epoll_fd, server.tiny.stopping, &server.tiny.stopping));
    serve(&server);
    while (server.clients)
        close_client(&server, server.clients, 0);
    close(server.epoll_fd);
    tiny_echo_end(&server.tiny);
    return 0;
}
