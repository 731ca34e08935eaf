/* never_reads.c - broken on purpose: an answer of 4 MB to a client that does not read.
 *
 *     build/01-blocking-server/broken/never_reads
 *
 * Ada has asked, and does not read the answer. The kernel takes a part of it, as much as the two
 * sockets' buffers hold, and then write waits for her: she is as able to stop a server by not
 * reading as by not writing. Bob, next, has asked for one byte. Here write gives up after 200 ms
 * (SO_SNDTIMEO); a server's would not.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"
#include "io.h"
#include "net.h"
#include "options.h"

#define ANSWER_BYTES (4 * 1024 * 1024)

static const struct timeval patience = {.tv_usec = 200000};

struct client {
    const char *name;
    size_t wanted; /* the answer's length */
    int fd, peer;  /* our end, and the client's */
};

/* Over TCP, with the smallest buffer for what she receives. */
static void add_client(struct client *client, const char *name, size_t wanted, int listening)
{
    *client = (struct client){.name = name, .wanted = wanted};
    int small = 1;
    client->peer = (int)CHECK_RC(net_connect("127.0.0.1", (uint16_t)net_port(listening)));
    CHECK(setsockopt(client->peer, SOL_SOCKET, SO_RCVBUF, &small, sizeof small));
    client->fd = (int)CHECK(accept4(listening, NULL, NULL, SOCK_CLOEXEC));
    CHECK(setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience));
}

static void serve(const struct client *client, const char *answer, bool *has_waited)
{
    int rc = write_all(client->fd, answer, client->wanted); /* the trap */
    if (rc == -EAGAIN) {
        printf("%s: does not read; the server stood there and waited\n", client->name);
        *has_waited = true;
    } else if (rc < 0) {
        printf("%s: %s\n", client->name, error_text(rc));
    } else {
        printf("%s: answered%s\n", client->name, *has_waited ? ", late" : "");
    }
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a client that does not read stops the server.", argc,
                     argv);
    net_ignore_sigpipe();
    char *answer = calloc(1, ANSWER_BYTES);
    if (!answer)
        die_error(ENOMEM, "an answer of %d bytes", ANSWER_BYTES);
    int listening = (int)CHECK_RC(net_listen("127.0.0.1", 0, 2));
    struct client ada, bob;
    add_client(&ada, "Ada", ANSWER_BYTES, listening);
    add_client(&bob, "Bob", 1, listening);
    bool has_waited = false;
    serve(&ada, answer, &has_waited);
    serve(&bob, answer, &has_waited);
    close(ada.fd);
    close(ada.peer);
    close(bob.fd);
    close(bob.peer);
    close(listening);
    free(answer);
    return 0;
}
