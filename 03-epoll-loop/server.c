/* server.c - the echo server on the loop: one thread, any number of clients.
 *
 *     build/03-epoll-loop/server                        on 127.0.0.1:7777; Ctrl-C ends it
 *     nc 127.0.0.1 7777                                 a client, in another terminal; or ten
 *
 * Watch a client that is silent, or never reads: the others do not notice. Watch also what it took:
 * the dialogue is in echo_client.c, in pieces that the loop calls. It serves 10,000 idle clients if
 * the hard limit on open files (ulimit -Hn) allows; when that is reached, it says so and goes on.
 * It is no server for the open network: it does not count how many clients come from where.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "acceptor.h"
#include "backend.h"
#include "check.h"
#include "echo_client.h"
#include "end_signals.h"
#include "fd_limit.h"
#include "idle_options.h"
#include "net.h"

#define BACKLOG 1024

struct client {
    struct echo_client echo; /* first */
    struct client *next, *prev;
};

struct server {
    struct loop *loop;
    struct acceptor acceptor;
    struct client *clients;
    int64_t idle_ns;
};

/* ---- Clients ------------------------------------------------------------------------------- */

static void on_client_closed(struct echo_client *echo, void *arg)
{
    struct server *server = arg;
    struct client *client = (struct client *)echo;
    printf("disconnect %s\n", echo->name);
    if (client->next)
        client->next->prev = client->prev;
    if (client->prev)
        client->prev->next = client->next;
    else
        server->clients = client->next;
    free(client);
}

static void link_client(struct server *server, struct client *client)
{
    client->prev = NULL;
    client->next = server->clients;
    if (client->next)
        client->next->prev = client;
    server->clients = client;
}

static void on_accepted(int fd, const char *name, void *arg)
{
    struct server *server = arg;
    struct client *client = malloc(sizeof *client);
    if (!client) {
        fprintf(stderr, "no memory for another client\n");
        close(fd);
        return;
    }
    link_client(server, client);
    printf("connect %s\n", name);
    net_set_nodelay(fd); /* only a matter of speed */
    echo_client_start(&client->echo, server->loop, fd, name, server->idle_ns, on_client_closed,
                      server);
}

/* ---- From start to end --------------------------------------------------------------------- */

static void on_signal(void *arg)
{
    loop_stop(arg);
}

static void start(struct server *server, const struct idle_options *options)
{
    CHECK_RC(raise_fd_limit());
    server->idle_ns = options->idle_ns;
    server->loop = loop_new(&backend_epoll);
    if (!server->loop)
        die_error(errno, "cannot make a loop");
    int listening = net_listen(options->server.host, options->server.port, BACKLOG);
    if (listening < 0)
        server_cannot_listen(&options->server, listening);
    int rc = acceptor_start(&server->acceptor, server->loop, listening, on_accepted, server);
    if (rc < 0)
        die_error(rc, "cannot accept clients");
    rc = end_signals_handle(server->loop, on_signal, server->loop);
    if (rc < 0)
        die_error(rc, "cannot wait for signals");
    server_announce(listening);
}

static void end(struct server *server)
{
    end_signals_ignore();
    while (server->clients)
        echo_client_close(&server->clients->echo);
    acceptor_stop(&server->acceptor);
    loop_free(server->loop);
}

int main(int argc, char **argv)
{
    struct idle_options options;
    idle_options_parse(&options, 7777, "The echo server: one loop for all clients.", argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    struct server server = {0};
    start(&server, &options);
    int rc = loop_run_forever(server.loop);
    end(&server);
    if (rc < 0)
        die_error(rc, "the loop ended");
    return 0;
}
