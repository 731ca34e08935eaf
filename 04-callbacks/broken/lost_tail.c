/* lost_tail.c - broken on purpose: a write that does not look at how much was written.
 *
 *     build/04-callbacks/broken/lost_tail
 *
 * A server sends a page of 4 MiB and closes. A non-blocking socket takes what fits into the
 * kernel's buffer and says how much that was; the server does not look. With a small page it works
 * for years. The second run is the mended one: transport_write keeps what the kernel did not take,
 * and transport_close waits until it has gone.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "net.h"
#include "options.h"
#include "protocol.h"

#define PAGE_SIZE (4 * 1024 * 1024) /* bytes */

static const char page[PAGE_SIZE];

struct run {
    struct protocol protocol; /* the mended server's; first */
    struct loop *loop;
    int client; /* the client's end of the connection */
    size_t received;
};

/* The client: reads to the end and counts. */
static void on_client_readable(void *arg)
{
    struct run *run = arg;
    static char bytes[64 * 1024];
    ssize_t length = read(run->client, bytes, sizeof bytes);
    if (length > 0) {
        run->received += (size_t)length;
    } else if (length == 0 || errno != EAGAIN) {
        loop_forget_fd(run->loop, run->client);
        close(run->client);
        loop_stop(run->loop);
    }
}

static void serve_broken(struct run *run, int fd)
{
    (void)run;
    if (write(fd, page, PAGE_SIZE) < 0) /* the trap: fewer than PAGE_SIZE is no error */
        die_error(errno, "write");
    close(fd);
}

static void on_made(struct protocol *protocol, struct transport *transport)
{
    (void)protocol;
    transport_write(transport, page, PAGE_SIZE);
    transport_close(transport);
}

static void serve_mended(struct run *run, int fd)
{
    static const struct protocol_calls calls = {.connection_made = on_made};
    run->protocol.calls = &calls;
    if (!transport_new(run->loop, fd, "the peer", &run->protocol))
        die_error(ENOMEM, "a transport");
}

static size_t receive_from(struct loop *loop, void (*serve)(struct run *run, int fd))
{
    int ends[2];
    struct run run = {.loop = loop};
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
    run.client = ends[1];
    CHECK_RC(loop_add_reader(loop, run.client, on_client_readable, &run));
    serve(&run, ends[0]);
    CHECK_RC(loop_run_forever(loop));
    return run.received;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: the tail of what is written is lost.", argc, argv);
    net_ignore_sigpipe();
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    printf("a page of %d bytes\n", PAGE_SIZE);
    size_t received = receive_from(loop, serve_broken);
    printf("write, and close: %zu bytes came%s\n", received,
           received < PAGE_SIZE ? ", the tail is lost" : "");
    received = receive_from(loop, serve_mended);
    printf("by a transport:   %zu bytes came\n", received);
    loop_free(loop);
    return 0;
}
