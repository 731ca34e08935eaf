/* silent.c - broken on purpose: one loop over all clients, and a read that blocks.
 *
 *     build/01-blocking-server/broken/silent
 *
 * It looks like a server for many: it keeps a list of clients, and for each in turn it reads, makes
 * an answer, writes. Bob has sent his line. Ada comes before him on the list and has sent nothing;
 * the loop stands in her read. Here that gives up after 200 ms (SO_RCVTIMEO); a server's would not.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"
#include "io.h"
#include "net.h"
#include "options.h"

static const struct timeval patience = {.tv_usec = 200000};

struct client {
    const char *name;
    int fd, peer; /* our end, and the client's */
};

static void add_client(struct client *client, const char *name, const char *text)
{
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    *client = (struct client){name, ends[0], ends[1]};
    CHECK(setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
    CHECK_RC(write_all(client->peer, text, strlen(text)));
}

static size_t unread(const struct client *client)
{
    char bytes[64];
    ssize_t count = recv(client->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 ? 0 : (size_t)count;
}

static void serve(const struct client *client, const struct client *next)
{
    char line[64];
    ssize_t count = read_some(client->fd, line, sizeof line); /* the trap */
    if (count == -EAGAIN) {
        printf("%s: silent; the server stood there and waited\n", client->name);
        printf("%s: all the while, %zu bytes lay unread\n", next->name, unread(next));
    } else if (count > 0) {
        CHECK_RC(write_all(client->fd, line, (size_t)count));
        printf("%s: read %zd bytes and answered\n", client->name, count);
    }
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a silent client stops the loop.", argc, argv);
    net_ignore_sigpipe();
    struct client clients[2];
    add_client(&clients[0], "Ada", "");
    add_client(&clients[1], "Bob", "a line\n");
    for (int i = 0; i < 2; i++)
        serve(&clients[i], &clients[1]);
    for (int i = 0; i < 2; i++) {
        close(clients[i].fd);
        close(clients[i].peer);
    }
    return 0;
}
