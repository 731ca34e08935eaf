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
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "acceptor.h"
#include "backend.h"
#include "check.h"
#include "clock.h"
#include "echo_client.h"
#include "fd_limit.h"
#include "net.h"
#include "options.h"

#define BACKLOG        1024
#define IDLE_S_DEFAULT 60
#define IDLE_S_MAX     1000000 /* eleven days */

struct options {
    struct server_options server;
    int64_t idle_ns;
};

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

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->server;
        return 0;
    case 'i':
        options->idle_ns = option_number(state, "--idle", text, 0, IDLE_S_MAX) * NS_PER_S;
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static struct options parse_options(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"idle", 'i', "SECONDS", 0, "Close a client who is idle for so long (default 60; 0: never)",
         0},
        {0},
    };
    static const struct argp_child children[] = {{&server_options_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = list,
                              .parser = parse_option,
                              .doc = "The echo server: one loop for all clients.",
                              .children = children};
    struct options options = {.server.port = 7777, .idle_ns = IDLE_S_DEFAULT * NS_PER_S};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (error != 0)
        die_error(error, "options");
    return options;
}

static void on_signal(void *arg)
{
    loop_stop(arg);
}

static void start(struct server *server, const struct options *options)
{
    CHECK_RC(raise_fd_limit());
    server->idle_ns = options->idle_ns;
    server->loop = loop_new(&backend_epoll);
    if (!server->loop)
        die_error(errno, "cannot make a loop");
    int listening = net_listen(options->server.host, options->server.port, BACKLOG);
    if (listening < 0)
        die_error(listening, "cannot listen on %s port %u (--port 0 finds a free one)",
                  options->server.host, options->server.port);
    CHECK_RC(acceptor_start(&server->acceptor, server->loop, listening, on_accepted, server));
    CHECK_RC(loop_add_signal_handler(server->loop, SIGINT, on_signal, server->loop));
    CHECK_RC(loop_add_signal_handler(server->loop, SIGTERM, on_signal, server->loop));
    server_announce(listening);
}

/* A second Ctrl-C must not hit while this is under way: the loop gives the signals back. */
static void end(struct server *server)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    while (server->clients)
        echo_client_close(&server->clients->echo);
    acceptor_stop(&server->acceptor);
    loop_free(server->loop);
}

int main(int argc, char **argv)
{
    struct options options = parse_options(argc, argv);
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
