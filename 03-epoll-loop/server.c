/* server.c - the echo server on the loop: one thread, any number of clients.
 *
 *     build/03-epoll-loop/server                        on 127.0.0.1:7777; Ctrl-C ends it
 *     nc 127.0.0.1 7777                                 a client, in another terminal; or ten
 *
 * Watch a client that is silent, or never reads: the others do not notice. Watch also what it took:
 * the dialogue is in echo_client.c, in pieces that the loop calls. It serves 10,000 idle clients if
 * the limit on open files (ulimit -n) allows; when that is reached it says so and goes on.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "echo_client.h"
#include "net.h"
#include "options.h"

#define BACKLOG          1024
#define ACCEPTS_PER_PASS 64                /* then the clients that we have get their turn */
#define ACCEPT_PAUSE_NS  (100 * NS_PER_MS) /* when descriptors or memory have run out */

struct client {
    struct echo_client echo; /* first */
    struct client *next, *prev;
};

struct server {
    struct loop *loop;
    int listening;
    struct client *clients;
    struct timer pause;
};

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

static void start_client(struct server *server, int fd)
{
    struct client *client = malloc(sizeof *client);
    if (!client) {
        fprintf(stderr, "no memory for another client\n");
        close(fd);
        return;
    }
    client->prev = NULL;
    client->next = server->clients;
    if (client->next)
        client->next->prev = client;
    server->clients = client;
    char name[NET_NAME_MAX];
    net_peer_name(fd, name);
    printf("connect %s\n", name);
    net_set_nodelay(fd);
    int rc = echo_client_start(&client->echo, server->loop, fd, on_client_closed, server);
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", name, error_text(rc));
}

/* ---- Accepting ----------------------------------------------------------------------------- */

static void on_acceptable(void *arg);

static void accept_again(void *arg)
{
    struct server *server = arg;
    CHECK_RC(loop_add_reader(server->loop, server->listening, on_acceptable, server));
}

/* Without descriptors (EMFILE) the connection stays in the kernel's queue, and the listening socket
 * stays readable: a loop that only goes on would spin. So look away for a while. */
static void pause_accepting(struct server *server, int error)
{
    fprintf(stderr, "accept: %s; trying again in a moment\n", error_text(error));
    loop_remove_reader(server->loop, server->listening);
    CHECK_RC(loop_call_later(server->loop, &server->pause, ACCEPT_PAUSE_NS));
}

static bool is_lost_connection(int error)
{
    return error == ECONNABORTED || error == EPROTO || error == EINTR;
}

static void on_acceptable(void *arg)
{
    struct server *server = arg;
    for (int i = 0; i < ACCEPTS_PER_PASS; i++) {
        int fd = accept4(server->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            start_client(server, fd);
        } else if (!is_lost_connection(errno)) {
            if (errno != EAGAIN)
                pause_accepting(server, errno);
            return;
        }
    }
}

/* ---- From start to end --------------------------------------------------------------------- */

static void on_signal(void *arg)
{
    loop_stop(arg);
}

static void start(struct server *server, const struct server_options *options)
{
    server->loop = loop_new(&backend_epoll);
    if (!server->loop)
        die_error(errno, "cannot make a loop");
    server->listening = net_listen(options->host, options->port, BACKLOG);
    if (server->listening < 0)
        die_error(server->listening, "cannot listen on %s port %u (--port 0 finds a free one)",
                  options->host, options->port);
    CHECK_RC(net_set_nonblocking(server->listening, true));
    timer_init(&server->pause, accept_again, server);
    CHECK_RC(loop_add_reader(server->loop, server->listening, on_acceptable, server));
    CHECK_RC(loop_add_signal_handler(server->loop, SIGINT, on_signal, server->loop));
    CHECK_RC(loop_add_signal_handler(server->loop, SIGTERM, on_signal, server->loop));
    server_announce(server->listening);
}

static void end(struct server *server)
{
    while (server->clients)
        echo_client_close(&server->clients->echo);
    loop_forget_fd(server->loop, server->listening);
    close(server->listening);
    loop_free(server->loop);
}

int main(int argc, char **argv)
{
    struct server_options options;
    server_options_parse(&options, 7777, "The echo server: one loop for all clients.", argc, argv);
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
