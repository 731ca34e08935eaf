/* handler_waits.c - broken on purpose: a handler that itself asks somebody, and waits.
 *
 *     build/01-blocking-server/broken/handler_waits 1 1 1
 *
 * Three clients have sent their lines before the server begins: nobody is silent, and all of them
 * read. But to answer, the handler asks a server of its own, the /aio server: a database, as it
 * were. While that one thinks, this one waits. Watch the bars: the third client waits for its own
 * delay and for those of the two before it, and the database never sees more than one question.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "get_delay.h"
#include "io.h"
#include "net.h"

static const struct demo_about about = {
    .chapter = "handler_waits",
    .doc = "Broken on purpose: the handler of each client waits for another server.",
    .title = "handlers that wait",
};

struct client {
    int fd, peer; /* our end, and the client's */
};

static void add_client(struct client *client)
{
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    *client = (struct client){ends[0], ends[1]};
    CHECK_RC(write_all(client->peer, "?", 1));
}

static void serve(const struct client *client, struct demo *demo, int i)
{
    char question;
    if (CHECK_RC(read_some(client->fd, &question, 1)) == 0)
        return;
    int rc = get_delay(demo, i); /* the trap */
    CHECK_RC(write_all(client->fd, rc < 0 ? "-" : "+", 1));
}

int main(int argc, char **argv)
{
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    struct client *clients = calloc((size_t)demo.count, sizeof *clients);
    if (!clients)
        die("no memory for %d clients", demo.count);
    for (int i = 0; i < demo.count; i++)
        add_client(&clients[i]);
    for (int i = 0; i < demo.count; i++)
        serve(&clients[i], &demo, i);
    for (int i = 0; i < demo.count; i++) {
        close(clients[i].fd);
        close(clients[i].peer);
    }
    free(clients);
    return demo_finish(&demo);
}
