/* server.c - the echo server by coroutines: chapter 01's dialogue, chapter 03's capacity.
 *
 *     build/05-coroutines/server                        on 127.0.0.1:7777; Ctrl-C ends it
 *     nc 127.0.0.1 7777                                 a client, in another terminal; or ten
 *
 * Compare `talk` with chapter 01's echo_serve: the same lines in the same order. Then compare what
 * a silent client does to the others here (nothing) and there (everything). Each client has a
 * coroutine of its own; one that awaited its clients in the accept loop would be chapter 01 again.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "co_io.h"
#include "net.h"
#include "options.h"
#include "stream.h"

#define BACKLOG         1024
#define LINE_MAX_BYTES  4096              /* without its end */
#define DISCARD_MAX     (4 * 1024 * 1024) /* what a client may send after we have ended */
#define LINGER_NS       NS_PER_S          /* and for how long */
#define ACCEPT_PAUSE_NS (100 * NS_PER_MS) /* when descriptors or memory have run out */

struct client {
    struct co co; /* first */
    struct server *server;
    int fd;
    char name[NET_NAME_MAX];
    struct client *next, *prev;
};

struct server {
    struct loop *loop;
    int listening;
    struct co accepting; /* the coroutine that accepts */
    bool stopping;
    struct client *clients;
};

/* ---- One client: this is what a coroutine is for ------------------------------------------- */

static int say(int fd, const char *text)
{
    return co_write_all(fd, text, strlen(text));
}

static int answer(int fd, const char *line, size_t length)
{
    char bytes[sizeof "Hello, \n" + LINE_MAX_BYTES];
    size_t hello = strlen("Hello, ");
    memcpy(bytes, "Hello, ", hello);
    memcpy(bytes + hello, line, length);
    bytes[hello + length] = '\n';
    return co_write_all(fd, bytes, hello + length + 1);
}

static int talk(int fd)
{
    char buffer[LINE_MAX_BYTES + 2], *line;
    struct stream_reader reader;
    stream_reader_init(&reader, fd, buffer, sizeof buffer);
    int rc = say(fd, "Welcome. Type a line, or exit.\n");
    while (rc == 0) {
        ssize_t length = stream_read_line(&reader, &line);
        if (length == -ENODATA)
            return 0;
        if (length == -EMSGSIZE)
            return say(fd, "Line too long.\n");
        if (length < 0)
            return (int)length;
        if (length == 4 && memcmp(line, "exit", 4) == 0)
            return 0;
        rc = answer(fd, line, (size_t)length);
    }
    return rc;
}

static void on_linger_over(void *arg)
{
    co_cancel(arg);
}

/* A socket that is closed with unread bytes in it resets the connection, and a reset destroys what
 * is still on its way: so say that we have ended, and read on until the client has, too. One that
 * does not is cancelled: its co_read returns -ECANCELED. (Chapter 06 makes a timeout of this.) */
static int wait_for_end(int fd)
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

static int serve(void *arg)
{
    struct client *client = arg;
    int rc = talk(client->fd);
    if (rc == 0)
        rc = wait_for_end(client->fd);
    if (rc < 0 && rc != -ECANCELED)
        fprintf(stderr, "%s: %s\n", client->name, error_text(rc));
    return rc;
}

/* ---- Starting and ending clients ----------------------------------------------------------- */

/* Ends the loop when the stopping server has lost its last coroutine. */
static void stop_if_empty(struct server *server)
{
    if (server->stopping && !server->clients && !server->accepting.coro)
        loop_stop(server->loop);
}

static void on_client_end(struct co *co, int result)
{
    struct client *client = (struct client *)co;
    struct server *server = client->server;
    (void)result; /* serve has told it; one that was cancelled before its first step has not run */
    loop_forget_fd(server->loop, client->fd);
    close(client->fd);
    printf("disconnect %s\n", client->name);
    if (client->next)
        client->next->prev = client->prev;
    if (client->prev)
        client->prev->next = client->next;
    else
        server->clients = client->next;
    free(client);
    stop_if_empty(server);
}

static int start_client(struct server *server, int fd)
{
    struct client *client = malloc(sizeof *client);
    int rc = -ENOMEM;
    if (client)
        rc = co_start(&client->co, server->loop, serve, client, "client", on_client_end);
    if (rc < 0) {
        free(client);
        return rc;
    }
    client->server = server;
    client->fd = fd;
    client->prev = NULL;
    client->next = server->clients;
    if (client->next)
        client->next->prev = client;
    server->clients = client;
    net_peer_name(fd, client->name);
    printf("connect %s\n", client->name);
    return 0;
}

/* Without descriptors (EMFILE) connections wait in the kernel's queue, and so do we for a while. */
static int accept_clients(void *arg)
{
    struct server *server = arg;
    for (;;) {
        int fd = co_accept(server->listening);
        int rc = fd < 0 ? fd : start_client(server, fd);
        if (rc == -ECANCELED)
            return rc;
        if (rc < 0) {
            fprintf(stderr, "accept: %s; trying again in a moment\n", error_text(rc));
            co_close(fd);
            rc = co_sleep(ACCEPT_PAUSE_NS);
            if (rc < 0)
                return rc;
        }
    }
}

/* ---- From start to end --------------------------------------------------------------------- */

static void on_accepting_end(struct co *co, int result)
{
    (void)result; /* it ends only when it is cancelled */
    stop_if_empty((struct server *)((char *)co - offsetof(struct server, accepting)));
}

/* Each coroutine's wait ends with -ECANCELED; each closes what it has opened, and returns. */
static void on_signal(void *arg)
{
    struct server *server = arg;
    if (server->stopping)
        return;
    server->stopping = true;
    co_cancel(&server->accepting);
    for (struct client *client = server->clients; client; client = client->next)
        co_cancel(&client->co);
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
    CHECK_RC(loop_add_signal_handler(server->loop, SIGINT, on_signal, server));
    CHECK_RC(loop_add_signal_handler(server->loop, SIGTERM, on_signal, server));
    CHECK_RC(co_start(&server->accepting, server->loop, accept_clients, server, "accept",
                      on_accepting_end));
    server_announce(server->listening);
}

/* A second Ctrl-C must not hit while this is under way: the loop gives the signals back. */
static void end(struct server *server)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    loop_forget_fd(server->loop, server->listening);
    close(server->listening);
    loop_free(server->loop);
    coro_trim();
}

int main(int argc, char **argv)
{
    struct server_options options;
    server_options_parse(&options, 7777, "The echo server: a coroutine for each client.", argc,
                         argv);
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
