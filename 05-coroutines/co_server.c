/* co_server.c - who is there, how they come, and how they all go. */
#include "co_server.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "co_io.h"
#include "end_signals.h"
#include "options.h"

#define BACKLOG         1024
#define ACCEPT_PAUSE_NS (100 * NS_PER_MS) /* when descriptors or memory have run out */
#define DISCARD_MAX     (4 * 1024 * 1024) /* what a client may send after we have ended */
#define LINGER_NS       NS_PER_S          /* and for how long */

/* ---- One client ---------------------------------------------------------------------------- */

static void stop_loop_if_empty(struct co_server *server)
{
    if (!server->is_stopping || server->accepting.coro || !LIST_EMPTY(&server->clients))
        return;
    loop_cancel_timer(server->loop, &server->patience);
    loop_stop(server->loop);
}

static int serve(void *arg)
{
    struct co_client *client = arg;
    return client->server->serve(client);
}

static void on_client_end(struct co *co, int result)
{
    struct co_client *client = (struct co_client *)co;
    struct co_server *server = client->server;
    (void)result; /* serve has told it; one that was cancelled before its first step has not run */
    if (client->fd >= 0) {
        loop_forget_fd(server->loop, client->fd);
        close(client->fd);
    }
    LIST_REMOVE(client, link);
    free(client);
    stop_loop_if_empty(server);
}

static int start_client(struct co_server *server, int fd, const char *name)
{
    struct co_client *client = malloc(sizeof *client);
    int rc = -ENOMEM;
    if (client)
        rc = co_start(&client->co, server->loop, serve, client, "client", on_client_end);
    if (rc < 0) {
        free(client);
        return rc;
    }
    client->server = server;
    client->fd = fd;
    memcpy(client->name, name, sizeof client->name);
    LIST_INSERT_HEAD(&server->clients, client, link);
    return 0;
}

/* ---- All clients --------------------------------------------------------------------------- */

/* Without descriptors (EMFILE) connections wait in the kernel's queue, and so do we for a while. */
static int accept_clients(void *arg)
{
    struct co_server *server = arg;
    for (;;) {
        char name[NET_NAME_MAX];
        int fd = co_accept_named(server->listening, name);
        int rc = fd < 0 ? fd : start_client(server, fd, name);
        if (rc == -ECANCELED)
            return rc;
        if (rc < 0) {
            fprintf(stderr, "accept: %s; trying again in a moment\n", error_text(rc));
            co_close(fd);
            rc = co_sleep(ACCEPT_PAUSE_NS);
            if (rc == -ENOMEM) /* not even for a timer: the others get a turn, and we try again */
                rc = co_yield();
            if (rc < 0)
                return rc;
        }
    }
}

static void on_accepting_end(struct co *co, int result)
{
    (void)result; /* it ends only when it is cancelled */
    stop_loop_if_empty((struct co_server *)((char *)co - offsetof(struct co_server, accepting)));
}

/* Each one's wait ends with -ECANCELED; each closes what it has opened, and returns. */
static void cancel_clients(void *arg)
{
    struct co_server *server = arg;
    for (struct co_client *c = LIST_FIRST(&server->clients); c; c = LIST_NEXT(c, link))
        co_cancel(&c->co);
}

void co_server_stop(struct co_server *server, int64_t patience_ns)
{
    if (!server->is_stopping)
        co_cancel(&server->accepting);
    server->is_stopping = true;
    cancel_clients(server);
    if (loop_call_later(server->loop, &server->patience, patience_ns) < 0)
        loop_call_soon(server->loop, &server->patience.callback); /* no memory, no patience */
}

/* ---- From start to end --------------------------------------------------------------------- */

static void on_signal(void *arg)
{
    co_server_stop(arg, 0);
}

static void close_listening(struct co_server *server)
{
    end_signals_remove(server->loop);
    loop_forget_fd(server->loop, server->listening);
    close(server->listening);
}

int co_server_open(struct co_server *server, struct loop *loop, const char *host, uint16_t port,
                   co_serve_fn *serve_client)
{
    int listening = net_listen(host, port, BACKLOG);
    if (listening < 0)
        return listening;
    *server = (struct co_server){.loop = loop, .listening = listening, .serve = serve_client};
    timer_init(&server->patience, cancel_clients, server);
    LIST_INIT(&server->clients);
    int rc = net_set_nonblocking(listening, true);
    if (rc == 0)
        rc = end_signals_handle(loop, on_signal, server);
    if (rc == 0)
        rc = co_start(&server->accepting, loop, accept_clients, server, "accept", on_accepting_end);
    if (rc < 0)
        close_listening(server);
    return rc;
}

int co_server_run(struct co_server *server)
{
    int rc = loop_run_forever(server->loop);
    end_signals_ignore();
    close_listening(server);
    return rc;
}

int co_server_main(co_serve_fn *serve_client, uint16_t default_port, const char *doc, int argc,
                   char **argv)
{
    struct server_options options;
    server_options_parse(&options, default_port, doc, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    struct co_server server;
    int rc = co_server_open(&server, loop, options.host, options.port, serve_client);
    if (rc < 0)
        server_cannot_listen(&options, rc);
    server_announce(server.listening);
    CHECK_RC(co_server_run(&server));
    loop_free(loop);
    coro_trim();
    return 0;
}

/* ---- The end of a dialogue ----------------------------------------------------------------- */

static void on_linger_over(void *arg)
{
    co_cancel(arg);
}

/* A socket that is closed with unread bytes in it resets the connection, and a reset destroys what
 * is still on its way: so say that we have ended, and read on until the client has, too. One that
 * does not is cancelled: its co_read returns -ECANCELED. (Chapter 06 makes a timeout of this.) */
int co_hang_up(int fd)
{
    if (shutdown(fd, SHUT_WR) < 0)
        return -errno;
    struct timer linger;
    timer_init(&linger, on_linger_over, co_current());
    int rc = loop_call_later(co_loop(), &linger, LINGER_NS);
    if (rc < 0)
        return rc;
    char bytes[4096];
    ssize_t count = 1;
    for (ssize_t total = 0; count > 0 && total < DISCARD_MAX; total += count)
        count = co_read(fd, bytes, sizeof bytes);
    loop_cancel_timer(co_loop(), &linger);
    return count < 0 ? (int)count : 0;
}
