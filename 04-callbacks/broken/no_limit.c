/* no_limit.c - broken on purpose: a server that never hears of pause_writing.
 *
 *     build/04-callbacks/broken/no_limit
 *
 * A client sends lines and reads no answer. The server writes, and the transport keeps what nobody
 * takes: its memory is the client's to fill. One such client is enough. The second run is the
 * mended server, with two functions more: above the high-water mark it reads nothing from this
 * client, and the client's own sending stands still.
 *
 * Client and server are two ends of one connection on one loop. The client stops when it has sent
 * 16 MiB, or when the server has taken nothing for some passes of the loop.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "net.h"
#include "options.h"
#include "protocol.h"

#define FLOOD_SIZE (16 * 1024 * 1024) /* bytes that the client would send */
#define PATIENCE   10                 /* passes in which nothing could be sent */

struct run {
    struct protocol protocol; /* the server's; first */
    struct loop *loop;
    struct transport *transport;
    int client; /* the client's end of the connection */
    size_t sent;
    int in_vain; /* passes */
    struct callback next;
};

/* ---- The client ---------------------------------------------------------------------------- */

static void on_client_turn(void *arg)
{
    static const char lines[4096]; /* what is in them does not matter */
    struct run *run = arg;
    ssize_t length = send(run->client, lines, sizeof lines, MSG_NOSIGNAL);
    run->in_vain = length > 0 ? 0 : run->in_vain + 1;
    if (length > 0)
        run->sent += (size_t)length;
    if (run->sent < FLOOD_SIZE && run->in_vain < PATIENCE)
        loop_call_soon(run->loop, &run->next);
    else
        loop_stop(run->loop);
}

/* ---- The server ---------------------------------------------------------------------------- */

static void on_made(struct protocol *protocol, struct transport *transport)
{
    ((struct run *)protocol)->transport = transport;
}

static void on_data(struct protocol *protocol, const char *bytes, size_t length)
{
    transport_write(((struct run *)protocol)->transport, bytes, length);
}

static void on_full(struct protocol *protocol)
{
    transport_pause_reading(((struct run *)protocol)->transport);
}

static void on_room(struct protocol *protocol)
{
    transport_resume_reading(((struct run *)protocol)->transport);
}

static const struct protocol_calls broken_calls = {
    .connection_made = on_made,
    .data_received = on_data, /* the trap: and nothing about what is not taken */
};

static const struct protocol_calls mended_calls = {
    .connection_made = on_made,
    .data_received = on_data,
    .pause_writing = on_full,
    .resume_writing = on_room,
};

/* -------------------------------------------------------------------------------------------- */

static void flood(struct loop *loop, const char *name, const struct protocol_calls *calls)
{
    int ends[2];
    struct run run = {.protocol.calls = calls, .loop = loop};
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
    run.client = ends[1];
    if (!transport_new(loop, ends[0], "the peer", &run.protocol))
        die_error(ENOMEM, "a transport");
    callback_init(&run.next, on_client_turn, &run);
    loop_call_soon(loop, &run.next);
    CHECK_RC(loop_run_forever(loop));

    printf("%s the client sent %zu KiB, the server keeps %zu KiB for it\n", name, run.sent / 1024,
           transport_write_buffered(run.transport) / 1024);
    close(run.client);
    transport_abort(run.transport);
    loop_stop(loop); /* one pass, for the end */
    CHECK_RC(loop_run_forever(loop));
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: answers without a limit are kept.", argc, argv);
    net_ignore_sigpipe();
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    flood(loop, "without pause_writing:", &broken_calls);
    flood(loop, "with it:              ", &mended_calls);
    loop_free(loop);
    return 0;
}
