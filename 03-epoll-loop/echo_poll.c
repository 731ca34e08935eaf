/* echo_poll.c - an echo server on poll: select without the bitmap, and so without its limit.
 *
 *     build/03-epoll-loop/echo_poll --port 7777         Ctrl-C ends it
 *
 * Watch the loop in serve: an array of descriptors instead of a bitmap, so their numbers do not
 * matter. But the kernel still gets the whole array with each call and has to ask each descriptor,
 * and we still look through all of it for the few that are ready: with 10,000 clients of whom one
 * speaks, 10,000 are asked. Epoll keeps the set in the kernel, and returns only the one.
 *
 * It is not: the whole echo server. See tiny_echo.h for what is simpler.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fd_limit.h"
#include "tiny_echo.h"

/* Two arrays side by side; the first two places are not clients'. */
struct watched {
    struct pollfd *polled;
    struct tiny_client **clients;
    size_t count, capacity;
    bool is_short; /* somebody may wait for whom there was no descriptor */
};

enum { LISTENING, STOPPING, FIRST_CLIENT };

static int grow(struct watched *watched)
{
    size_t capacity = watched->capacity ? 2 * watched->capacity : 64;
    struct pollfd *polled = realloc(watched->polled, capacity * sizeof polled[0]);
    if (polled)
        watched->polled = polled;
    struct tiny_client **clients = realloc(watched->clients, capacity * sizeof clients[0]);
    if (clients)
        watched->clients = clients;
    if (!polled || !clients)
        return -ENOMEM;
    watched->capacity = capacity;
    return 0;
}

static int watch(struct watched *watched, int fd, struct tiny_client *client)
{
    if (watched->count == watched->capacity && grow(watched) < 0)
        return -ENOMEM;
    watched->polled[watched->count] = (struct pollfd){.fd = fd, .events = POLLIN};
    watched->clients[watched->count++] = client;
    return 0;
}

/* The last one takes its place: nothing has to be moved. */
static void close_client(struct watched *watched, size_t i, int rc)
{
    tiny_echo_close(watched->clients[i], rc);
    watched->count--;
    watched->polled[i] = watched->polled[watched->count];
    watched->clients[i] = watched->clients[watched->count];
}

static void accept_clients(struct watched *watched, const struct tiny_server *server)
{
    struct tiny_client *client;
    int rc;
    while ((rc = tiny_echo_accept(server, &client)) == 0)
        if (watch(watched, client->fd, client) < 0)
            tiny_echo_close(client, -ENOMEM);
    watched->is_short = rc != -EAGAIN;
}

/* From the end, so that the one who takes a place has been looked at already. */
static void read_clients(struct watched *watched)
{
    for (size_t i = watched->count; i-- > FIRST_CLIENT;) {
        if (!watched->polled[i].revents) /* POLLIN; or POLLERR, POLLHUP, which nobody asked for */
            continue;
        int rc = tiny_echo_read(watched->clients[i]);
        if (rc <= 0 && rc != -EAGAIN)
            close_client(watched, i, rc);
    }
}

static void serve(struct watched *watched, const struct tiny_server *server)
{
    for (;;) {
        /* He who cannot be accepted stays in the queue: to look there would be to spin. */
        watched->polled[LISTENING].events = watched->is_short ? 0 : POLLIN;
        int count = poll(watched->polled, watched->count, watched->is_short ? TINY_RETRY_MS : -1);
        if (count < 0 && errno != EINTR)
            die_error(errno, "poll");
        if (count < 0)
            continue;
        if (watched->polled[STOPPING].revents)
            return;
        read_clients(watched);
        if (watched->polled[LISTENING].revents || watched->is_short)
            accept_clients(watched, server);
    }
}

int main(int argc, char **argv)
{
    struct watched watched = {0};
    struct tiny_server server;
    CHECK_RC(raise_fd_limit());
    CHECK_RC(grow(&watched)); /* what can fail comes before the port is announced */
    tiny_echo_begin(&server, "An echo server on poll.", argc, argv);
    CHECK_RC(watch(&watched, server.listening, NULL));
    CHECK_RC(watch(&watched, server.stopping, NULL));
    serve(&watched, &server);
    while (watched.count > FIRST_CLIENT)
        close_client(&watched, watched.count - 1, 0);
    free(watched.polled);
    free(watched.clients);
    tiny_echo_end(&server);
    return 0;
}
