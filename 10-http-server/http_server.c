/* http_server.c - accepts connections, counts them, and stops: see http_server.h.
 *
 * One task accepts; it starts another for each connection and forgets about it. All that is shared
 * between them is the list of connections, which only the loop's thread touches.
 */
#include "http_server.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "co_io.h"
#include "http_connection.h"
#include "timeout.h"

#define MAX_REFUSALS 64 /* connections at a time that are told that there are too many */
#define ACCEPT_PAUSE (50 * NS_PER_MS) /* when no descriptor is left */

/* Over the limit a client gets a 503, and over that limit it gets nothing: saying no must not cost
 * more than the limit allows. */
static void admit(struct http_server *server, int fd)
{
    int over = server->connection_count - server->options.max_connections;
    if (server->stopping || over >= MAX_REFUSALS) {
        co_close(fd);
        return;
    }
    int rc = http_connection_start(server, fd, over >= 0);
    if (rc < 0 && server->options.log)
        fprintf(server->options.log, "a connection was refused: %s\n", error_text(rc));
}

/* When accept fails it is for want of something (EMFILE, ENFILE, ENOBUFS), and the connection stays
 * in the kernel's queue, so that the listening socket is still readable: trying again at once would
 * spin. The clients wait in the queue until somebody else has closed a descriptor. */
static int accept_loop(void *arg)
{
    struct http_server *server = arg;
    int rc = 0, last_error = 0;
    while (rc == 0) {
        int fd = co_accept(server->listening_fd);
        if (fd >= 0) {
            admit(server, fd);
        } else if (fd == -ECANCELED) {
            rc = fd;
        } else {
            if (fd != last_error && server->options.log)
                fprintf(server->options.log, "accept: %s\n", error_text(fd));
            rc = co_sleep(ACCEPT_PAUSE);
            if (rc == -ENOMEM) /* not even for a timer: the others get a turn, and we try again */
                rc = co_yield();
        }
        last_error = fd;
    }
    return rc;
}

static void set_defaults(struct http_options *options)
{
    if (options->max_connections == 0)
        options->max_connections = 10000;
    if (options->max_body == 0)
        options->max_body = 1024 * 1024;
    if (options->idle_timeout == 0)
        options->idle_timeout = 60 * NS_PER_S;
    if (options->head_timeout == 0)
        options->head_timeout = 10 * NS_PER_S;
    if (options->body_timeout == 0)
        options->body_timeout = 20 * NS_PER_S;
    if (options->write_timeout == 0)
        options->write_timeout = 30 * NS_PER_S;
}

int http_server_start(struct http_server *server, struct loop *loop, int listening_fd,
                      const struct http_options *options)
{
    *server = (struct http_server){
        .options = *options, .loop = loop, .listening_fd = listening_fd, .date_second = -1};
    set_defaults(&server->options);
    int rc = net_set_nonblocking(listening_fd, true);
    if (rc == 0) {
        server->acceptor = task_spawn(loop, accept_loop, server, "accept");
        rc = server->acceptor ? 0 : -ENOMEM;
    }
    if (rc < 0)
        close(listening_fd);
    return rc;
}

/* ---- Stopping ------------------------------------------------------------------------------ */

static void stop_accepting(struct http_server *server)
{
    task_cancel(server->acceptor);
    int rc = task_join(server->acceptor);
    (void)rc; /* -ECANCELED, which is what we asked for */
    server->acceptor = NULL;
    co_close(server->listening_fd);
}

/* A connection that waits for a request has nothing to lose. One whose task has not begun will see
 * by itself that the server is stopping. */
static void cancel_connections(struct http_server *server, bool busy_too)
{
    for (struct http_connection *c = server->connections; c; c = c->next)
        if (c->state == CONNECTION_IDLE || (busy_too && c->state != CONNECTION_NEW))
            task_cancel(c->task);
}

void http_server_connection_ended(struct http_server *server)
{
    if (server->connection_count == 0 && server->none_left)
        future_set_result(server->none_left, 0);
}

/* 0; -ETIMEDOUT: some are left; -ECANCELED. */
static int wait_until_none_left(struct http_server *server, int64_t timeout_ns)
{
    struct future none_left;
    struct timeout_scope scope;
    if (server->connection_count == 0)
        return 0;
    future_init(&none_left, server->loop);
    server->none_left = &none_left;
    timeout_begin(&scope, timeout_ns);
    int rc = await(&none_left);
    rc = timeout_end(&scope, rc);
    server->none_left = NULL;
    return rc;
}

int http_server_stop(struct http_server *server, int64_t grace_ns)
{
    server->stopping = true;
    stop_accepting(server);
    cancel_connections(server, false);
    int rc = wait_until_none_left(server, grace_ns);
    while (server->connection_count > 0) { /* a cancel of the caller does not leave them behind */
        cancel_connections(server, true);
        rc = wait_until_none_left(server, -1);
    }
    return rc == -ETIMEDOUT ? 0 : rc;
}

const char *http_server_date(struct http_server *server)
{
    time_t now = time(NULL);
    struct tm utc;
    if (now != server->date_second && gmtime_r(&now, &utc)) {
        strftime(server->date, sizeof server->date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
        server->date_second = now;
    }
    return server->date;
}
