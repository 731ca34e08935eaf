/* echo_select.c - an echo server on select, the oldest of the calls that wait for many.
 *
 *     build/03-epoll-loop/echo_select --port 7777       Ctrl-C ends it
 *
 * Watch the loop in serve: it hands the kernel the whole set each time, and looks at every number
 * up to the highest to find the ones that are ready. Watch also what happens to descriptor 1,024:
 * an fd_set is a bitmap of FD_SETSIZE bits, and FD_SET for a bit beyond it writes into whatever
 * stands behind. So such a client has to be refused.
 *
 * It is not: the whole echo server. See tiny_echo.h for what is simpler.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/select.h>

#include "check.h"
#include "fd_limit.h"
#include "tiny_echo.h"

struct watched {
    fd_set set;
    int highest;
    bool is_short; /* somebody may wait for whom there was no descriptor */
    struct tiny_client *clients[FD_SETSIZE]; /* by descriptor */
};

static void watch(struct watched *watched, int fd)
{
    FD_SET(fd, &watched->set);
    if (fd > watched->highest)
        watched->highest = fd;
}

static void close_client(struct watched *watched, int fd, int rc)
{
    tiny_echo_close(watched->clients[fd], rc);
    watched->clients[fd] = NULL;
    FD_CLR(fd, &watched->set);
}

static void accept_clients(struct watched *watched, const struct tiny_server *server)
{
    struct tiny_client *client;
    int rc;
    while ((rc = tiny_echo_accept(server, &client)) == 0) {
        if (client->fd >= FD_SETSIZE) {
            fprintf(stderr, "descriptor %d: select can only watch those below %d; refused\n",
                    client->fd, FD_SETSIZE);
            tiny_echo_close(client, 0);
            continue;
        }
        watched->clients[client->fd] = client;
        watch(watched, client->fd);
    }
    watched->is_short = rc != -EAGAIN;
}

static void read_clients(struct watched *watched, const fd_set *ready)
{
    for (int fd = 0; fd <= watched->highest; fd++) {
        if (!watched->clients[fd] || !FD_ISSET(fd, ready))
            continue;
        int rc = tiny_echo_read(watched->clients[fd]);
        if (rc <= 0 && rc != -EAGAIN)
            close_client(watched, fd, rc);
    }
}

static void serve(struct watched *watched, const struct tiny_server *server)
{
    for (;;) {
        fd_set ready = watched->set; /* select overwrites what it is given */
        struct timeval retry = {.tv_usec = TINY_RETRY_MS * 1000};
        if (watched->is_short) /* he stays in the queue: to look there would be to spin */
            FD_CLR(server->listening, &ready);
        int count =
            select(watched->highest + 1, &ready, NULL, NULL, watched->is_short ? &retry : NULL);
        if (count < 0 && errno != EINTR)
            die_error(errno, "select");
        if (count < 0)
            continue;
        if (FD_ISSET(server->stopping, &ready))
            return;
        read_clients(watched, &ready);
        if (FD_ISSET(server->listening, &ready) || watched->is_short)
            accept_clients(watched, server);
    }
}

int main(int argc, char **argv)
{
    static struct watched watched;
    struct tiny_server server;
    CHECK_RC(raise_fd_limit());
    tiny_echo_begin(&server, "An echo server on select.", argc, argv);
    FD_ZERO(&watched.set);
    watch(&watched, server.listening);
    watch(&watched, server.stopping);
    serve(&watched, &server);
    for (int fd = 0; fd <= watched.highest; fd++)
        if (watched.clients[fd])
            close_client(&watched, fd, 0);
    tiny_echo_end(&server);
    return 0;
}
