/* lost_inside.c - broken on purpose: connection_lost is called inside of a write, and then again.
 *
 *     build/04-callbacks/broken/lost_inside
 *
 * A tiny transport that tells the end at the place where it notices it. The client has gone; the
 * protocol answers three lines. The first write finds out, and the protocol is told so in the
 * middle of its own function. There it frees itself, as it may, and goes on with what it has freed.
 * The second write tells it the end once more. (Here "freed" is only written down, so that the
 * program can show it; a real free makes it a crash, on some days.)
 *
 * The mended line is in transport.c: lose() does nothing the second time, and asks the loop to call
 * connection_lost when nobody is in the middle of anything.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "options.h"

struct tiny_transport {
    int fd;
    void (*connection_lost)(void *protocol, int error);
    void *protocol;
};

static void tiny_write(struct tiny_transport *transport, const char *text)
{
    if (send(transport->fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        transport->connection_lost(transport->protocol, -errno); /* the trap: here and now */
}

struct greeter {
    struct tiny_transport transport;
    bool is_freed;
};

static void on_lost(void *protocol, int error)
{
    struct greeter *greeter = protocol;
    if (greeter->is_freed)
        printf("  connection_lost, again: a second free\n");
    else
        printf("  connection_lost, %s: the protocol frees itself\n", error_text(error));
    greeter->is_freed = true;
}

static void on_data(struct greeter *greeter, int lines)
{
    for (int i = 0; i < lines; i++) {
        printf("line %d is answered%s\n", i + 1,
               greeter->is_freed ? ", by a protocol that is freed" : "");
        tiny_write(&greeter->transport, "Hello\n");
    }
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: tells the end inside of a write.", argc, argv);
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    struct greeter greeter = {.transport = {.fd = ends[0], .connection_lost = on_lost}};
    greeter.transport.protocol = &greeter;
    close(ends[1]); /* the client has gone */
    on_data(&greeter, 3);
    close(ends[0]);
    return 0;
}
