/* busy_loop.c - broken on purpose: a callback that tries again when there is nothing to read.
 *
 *     build/03-epoll-loop/broken/busy_loop
 *
 * Two clients: Ada sends half a line and no more; Bob sends a whole one. The callback wants Ada's
 * line, so on EAGAIN it asks again, at once. Non-blocking it is, and yet Bob waits: nobody else
 * runs until it returns. Here it gives up after a million reads; a real one never would.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "loop.h"
#include "options.h"

#define READS_MAX 1000000

struct client {
    struct loop *loop;
    const char *name;
    int fd, peer; /* our end, and the client's */
    size_t length;
    char line[64];
};

static void on_readable(void *arg)
{
    struct client *client = arg;
    long reads = 0, in_vain = 0;
    while (reads < READS_MAX && !memchr(client->line, '\n', client->length)) {
        ssize_t count =
            read(client->fd, client->line + client->length, sizeof client->line - client->length);
        reads++;
        if (count < 0 && errno == EAGAIN) {
            in_vain++;
            continue; /* the trap: return is the word */
        }
        if (count <= 0)
            break;
        client->length += (size_t)count;
    }
    printf("%s: %ld reads, %ld of them in vain\n", client->name, reads, in_vain);
    if (in_vain > 0)
        printf("and as long as that took, nobody else was served\n");
    else
        loop_stop(client->loop);
    loop_remove_reader(client->loop, client->fd);
}

static void add_client(struct client *client, struct loop *loop, const char *name, const char *text)
{
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
    *client = (struct client){.loop = loop, .name = name, .fd = ends[0], .peer = ends[1]};
    CHECK(write(client->peer, text, strlen(text)));
    CHECK_RC(loop_add_reader(loop, client->fd, on_readable, client));
}

static void close_client(struct client *client)
{
    loop_forget_fd(client->loop, client->fd);
    close(client->fd);
    close(client->peer);
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: reads again on EAGAIN.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    struct client ada, bob;
    add_client(&ada, loop, "Ada", "half a line");
    add_client(&bob, loop, "Bob", "a line\n");
    CHECK_RC(loop_run_forever(loop));
    close_client(&ada);
    close_client(&bob);
    loop_free(loop);
    return 0;
}
