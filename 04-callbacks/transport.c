/* transport.c - a connected socket that calls a protocol: reading, buffered writing, one end.
 *
 * Whoever wants the end (transport_close, transport_abort, the peer, an error) comes to lose(), and
 * from there the loop calls connection_lost and frees. So nothing that the protocol calls can free
 * the transport under the feet of the function that called the protocol.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "outbox.h"
#include "protocol.h"

#define READ_SIZE (16 * 1024) /* bytes, at most, for one data_received */

struct transport {
    struct loop *loop;
    struct protocol *protocol;
    int fd;
    int error;            /* what connection_lost will be told */
    bool is_closing;      /* nothing is read, and nothing more is taken to be written */
    bool is_lost;         /* connection_lost is on its way, or running */
    bool reading_paused;  /* by the protocol */
    bool reading_ended;   /* the peer has ended, and the protocol wants to go on writing */
    bool writing_paused;  /* the protocol has been told */
    bool writing_ended;   /* by the protocol: transport_write_eof */
    struct outbox outbox; /* what the kernel has not taken yet */
    size_t high_water;    /* of the outbox, in bytes */
    size_t low_water;
    struct callback begin; /* calls connection_made */
    struct callback end;   /* calls connection_lost */
    char peer_name[NET_NAME_MAX];
};

/* ---- The end ------------------------------------------------------------------------------- */

static void on_end(void *arg)
{
    struct transport *transport = arg;
    const struct protocol_calls *calls = transport->protocol->calls;
    if (calls->connection_lost)
        calls->connection_lost(transport->protocol, transport->error);
    close(transport->fd);
    free(transport);
}

/* From here on the socket is touched only to be closed. The first error is the one to be told. */
static void lose(struct transport *transport, int error)
{
    if (transport->is_lost)
        return;
    transport->is_lost = transport->is_closing = true;
    transport->error = error;
    outbox_clear(&transport->outbox);
    loop_forget_fd(transport->loop, transport->fd);
    loop_cancel(transport->loop, &transport->begin);
    loop_call_soon(transport->loop, &transport->end);
}

void transport_close(struct transport *transport)
{
    if (transport->is_closing)
        return;
    transport->is_closing = true;
    loop_remove_reader(transport->loop, transport->fd);
    if (outbox_size(&transport->outbox) == 0)
        lose(transport, 0); /* else on_writable does, once the outbox is empty */
}

void transport_abort(struct transport *transport)
{
    lose(transport, 0);
}

bool transport_is_closing(const struct transport *transport)
{
    return transport->is_closing;
}

/* ---- Reading ------------------------------------------------------------------------------- */

static void on_eof(struct transport *transport)
{
    const struct protocol_calls *calls = transport->protocol->calls;
    transport->reading_ended = true;
    loop_remove_reader(transport->loop, transport->fd);
    if (!calls->eof_received || !calls->eof_received(transport->protocol))
        transport_close(transport);
}

/* One read for each event: what is left makes the next pass's event, and others get their turn. */
static void on_readable(void *arg)
{
    struct transport *transport = arg;
    const struct protocol_calls *calls = transport->protocol->calls;
    char bytes[READ_SIZE];
    ssize_t length = recv(transport->fd, bytes, sizeof bytes, 0);
    if (length > 0 && calls->data_received)
        calls->data_received(transport->protocol, bytes, (size_t)length);
    else if (length == 0)
        on_eof(transport);
    else if (length < 0 && errno != EAGAIN && errno != EINTR)
        lose(transport, -errno);
}

static void start_reading(struct transport *transport)
{
    if (transport->is_closing || transport->reading_ended || transport->reading_paused)
        return;
    int rc = loop_add_reader(transport->loop, transport->fd, on_readable, transport);
    if (rc < 0)
        lose(transport, rc);
}

void transport_pause_reading(struct transport *transport)
{
    transport->reading_paused = true;
    loop_remove_reader(transport->loop, transport->fd);
}

void transport_resume_reading(struct transport *transport)
{
    transport->reading_paused = false;
    start_reading(transport);
}

/* ---- Writing ------------------------------------------------------------------------------- */

/* How many bytes the kernel took: 0 when it is full; or -errno. */
static ssize_t send_some(struct transport *transport, const char *bytes, size_t length)
{
    ssize_t sent = send(transport->fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    return sent;
}

/* No more bytes from us: the peer reads an EOF, and may go on sending. */
static void end_writing(struct transport *transport)
{
    if (shutdown(transport->fd, SHUT_WR) < 0)
        lose(transport, -errno);
}

static void on_all_sent(struct transport *transport)
{
    loop_remove_writer(transport->loop, transport->fd);
    if (transport->is_closing)
        lose(transport, 0);
    else if (transport->writing_ended)
        end_writing(transport);
}

static void on_writable(void *arg)
{
    struct transport *transport = arg;
    const struct protocol_calls *calls = transport->protocol->calls;
    struct outbox *outbox = &transport->outbox;
    ssize_t sent = send_some(transport, outbox_front(outbox), outbox_size(outbox));
    if (sent < 0) {
        lose(transport, (int)sent);
        return;
    }
    outbox_drop(outbox, (size_t)sent);
    if (outbox_size(outbox) == 0)
        on_all_sent(transport);
    if (transport->writing_paused && outbox_size(outbox) <= transport->low_water) {
        transport->writing_paused = false;
        if (calls->resume_writing && !transport->is_closing)
            calls->resume_writing(transport->protocol);
    }
}

/* The kernel is full: keep the rest, and ask to be told when it is not. */
static void keep(struct transport *transport, const char *bytes, size_t length)
{
    const struct protocol_calls *calls = transport->protocol->calls;
    bool was_empty = outbox_size(&transport->outbox) == 0;
    int rc = outbox_append(&transport->outbox, bytes, length);
    if (rc == 0 && was_empty)
        rc = loop_add_writer(transport->loop, transport->fd, on_writable, transport);
    if (rc < 0) {
        lose(transport, rc);
        return;
    }
    if (!transport->writing_paused && outbox_size(&transport->outbox) > transport->high_water) {
        transport->writing_paused = true;
        if (calls->pause_writing)
            calls->pause_writing(transport->protocol);
    }
}

void transport_write(struct transport *transport, const void *bytes, size_t length)
{
    if (transport->is_closing || transport->writing_ended || length == 0)
        return;
    ssize_t sent = 0;
    if (outbox_size(&transport->outbox) == 0) /* else it would overtake */
        sent = send_some(transport, bytes, length);
    if (sent < 0)
        lose(transport, (int)sent);
    else if ((size_t)sent < length)
        keep(transport, (const char *)bytes + sent, length - (size_t)sent);
}

void transport_write_eof(struct transport *transport)
{
    if (transport->is_closing || transport->writing_ended)
        return;
    transport->writing_ended = true;
    if (outbox_size(&transport->outbox) == 0)
        end_writing(transport);
}

size_t transport_write_buffered(const struct transport *transport)
{
    return outbox_size(&transport->outbox);
}

void transport_set_write_limits(struct transport *transport, size_t high, size_t low)
{
    transport->high_water = high;
    transport->low_water = low;
}

/* ---- The beginning ------------------------------------------------------------------------- */

static void on_begin(void *arg)
{
    struct transport *transport = arg;
    const struct protocol_calls *calls = transport->protocol->calls;
    if (calls->connection_made)
        calls->connection_made(transport->protocol, transport);
    start_reading(transport);
}

static struct transport *make(struct loop *loop, int fd, struct protocol *protocol)
{
    struct transport *transport = calloc(1, sizeof *transport);
    if (!transport)
        return NULL;
    transport->loop = loop;
    transport->protocol = protocol;
    transport->fd = fd;
    transport->high_water = TRANSPORT_HIGH_WATER;
    transport->low_water = TRANSPORT_LOW_WATER;
    callback_init(&transport->begin, on_begin, transport);
    callback_init(&transport->end, on_end, transport);
    return transport;
}

struct transport *transport_new(struct loop *loop, int fd, const char *peer_name,
                                struct protocol *protocol)
{
    struct transport *transport = make(loop, fd, protocol);
    if (!transport)
        return NULL;
    snprintf(transport->peer_name, sizeof transport->peer_name, "%s", peer_name);
    loop_call_soon(loop, &transport->begin);
    return transport;
}

/* A connection under way makes its socket writable when it is decided. */
static void on_connected(void *arg)
{
    struct transport *transport = arg;
    int rc = net_connect_finish(transport->fd);
    if (rc == -EINPROGRESS)
        return;
    loop_remove_writer(transport->loop, transport->fd);
    if (rc < 0) {
        lose(transport, rc);
        return;
    }
    net_peer_name(transport->fd, transport->peer_name);
    on_begin(transport);
}

struct transport *transport_connect(struct loop *loop, const char *host, uint16_t port,
                                    struct protocol *protocol)
{
    int fd = net_connect_start(host, port);
    if (fd < 0) {
        errno = -fd;
        return NULL;
    }
    struct transport *transport = make(loop, fd, protocol);
    int rc = transport ? loop_add_writer(loop, fd, on_connected, transport) : -ENOMEM;
    if (rc < 0) {
        free(transport);
        close(fd);
        errno = -rc;
        return NULL;
    }
    strcpy(transport->peer_name, "?"); /* until it is connected */
    return transport;
}

const char *transport_peer_name(const struct transport *transport)
{
    return transport->peer_name;
}
