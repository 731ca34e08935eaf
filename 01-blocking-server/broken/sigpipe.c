/* sigpipe.c - broken on purpose: a client that has left takes the server with it.
 *
 *     build/01-blocking-server/broken/sigpipe; echo $?
 *
 * Ada asks and goes away; Bob asks and waits. To write to somebody who has gone is an error, EPIPE.
 * But before write can say so the kernel sends SIGPIPE, and who has not said otherwise is ended by
 * it: no message, no clean-up, and for all the other clients the server is gone. The shell shows
 * the exit code 141, which is 128 and the signal's number.
 *
 * Over TCP it is the second write that meets it: the first one still finds the connection whole.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "io.h"
#include "options.h"

struct client {
    const char *name;
    int fd, peer; /* our end, and the client's */
};

static void add_client(struct client *client, const char *name)
{
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    *client = (struct client){name, ends[0], ends[1]};
}

static void serve(const struct client *client)
{
    static const char hello[] = "Hello!\n";
    int rc = write_all(client->fd, hello, strlen(hello));
    printf("%s: %s\n", client->name, rc < 0 ? error_text(rc) : "answered");
    close(client->fd);
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: dies of SIGPIPE.", argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct client ada, bob;
    add_client(&ada, "Ada");
    add_client(&bob, "Bob");
    close(ada.peer);
    printf("Ada has left\n");
    serve(&ada); /* the trap: nobody has called net_ignore_sigpipe */
    serve(&bob);
    close(bob.peer);
    return 0;
}
