/* protocol.h - connections by callbacks: asyncio's Protocol and Transport.
 *
 * A transport owns a connected socket: it reads when there is something, buffers what the kernel
 * does not take yet, and closes. A protocol is what a program has to say about one connection: a
 * few functions that the transport calls. So a program is torn into pieces, and what it would keep
 * in local variables goes into a structure that begins with a struct protocol:
 *
 *     struct echo { struct protocol protocol; struct transport *transport; ... };
 *
 * All of it belongs to the loop's thread. Sources: asyncio's Protocol, Transport, create_server,
 * create_connection.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acceptor.h"
#include "loop.h"

struct protocol;
struct transport;

/* What a transport calls, always from the loop, but for pause_writing, which is called inside the
 * transport_write that filled the buffer. Each may be NULL: nothing is done then. */
struct protocol_calls {
    /* The first call. The transport lives until connection_lost returns. */
    void (*connection_made)(struct protocol *protocol, struct transport *transport);

    /* What arrived, at least one byte, split anyhow. The bytes are valid during this call only. */
    void (*data_received)(struct protocol *protocol, const char *bytes, size_t length);

    /* The peer has ended its side. True: we go on writing, and close by transport_close; false, or
     * no such function: the transport closes after what is buffered has gone. */
    bool (*eof_received)(struct protocol *protocol);

    /* The last call, exactly once, whatever happened; never inside a call of ours. `error` is 0
     * for an end in order (ours or the peer's), else -errno. Alone, without connection_made, it
     * says that there never was a connection. The protocol may free itself here. */
    void (*connection_lost)(struct protocol *protocol, int error);

    /* More is buffered than the high-water mark: stop writing, if you can. And: not more than the
     * low-water mark is left, go on. They come in turns, this pair. */
    void (*pause_writing)(struct protocol *protocol);
    void (*resume_writing)(struct protocol *protocol);
};

/* The first member of a program's own structure, which outlives its transport. */
struct protocol {
    const struct protocol_calls *calls;
};

/* ---- Transports ---------------------------------------------------------------------------- */

#define TRANSPORT_HIGH_WATER (64 * 1024) /* bytes; asyncio's defaults */
#define TRANSPORT_LOW_WATER  (16 * 1024)

/* A transport for a connected, non-blocking socket, which it closes at its end. `peer_name`
 * (copied) is for transport_peer_name. It frees itself after connection_lost. connection_made is
 * called on the next pass. NULL: no memory, nothing has happened. */
struct transport *transport_new(struct loop *loop, int fd, const char *peer_name,
                                struct protocol *protocol);

/* A connection that has begun to an address (a name is resolved first, and that blocks). The result
 * may be given to transport_abort before connection_made, and to nothing else. NULL with errno set:
 * it could not begin, and the protocol is not called. asyncio: create_connection. */
struct transport *transport_connect(struct loop *loop, const char *host, uint16_t port,
                                    struct protocol *protocol);

/* Sends, or keeps a copy to send later. It has no result: what goes wrong (no memory, too) ends
 * the connection, and connection_lost says why. Ignored once the transport is closing, and after
 * transport_write_eof. */
void transport_write(struct transport *transport, const void *bytes, size_t length);

/* Ends our side after what is buffered: the peer reads EOF and may go on sending. Nothing can be
 * written after it. asyncio: write_eof. */
void transport_write_eof(struct transport *transport);

/* Bytes that are still to be sent. asyncio: get_write_buffer_size. */
size_t transport_write_buffered(const struct transport *transport);

/* asyncio: set_write_buffer_limits. low <= high. */
void transport_set_write_limits(struct transport *transport, size_t high, size_t low);

/* No data_received from now on, until resumed. A peer that goes on sending is stopped by TCP: this
 * is back-pressure. Doing it twice is doing it once. */
void transport_pause_reading(struct transport *transport);
void transport_resume_reading(struct transport *transport);

/* Reads no more, sends what is buffered, then ends. A peer that does not read keeps this waiting:
 * transport_abort does not wait. */
void transport_close(struct transport *transport);

/* Ends now; what is buffered is thrown away. */
void transport_abort(struct transport *transport);

bool transport_is_closing(const struct transport *transport);

/* "127.0.0.1:40000", as long as the transport lives, after the connection's end too. */
const char *transport_peer_name(const struct transport *transport);

/* ---- Listeners ----------------------------------------------------------------------------- */

/* Makes the protocol for one new connection. NULL: no memory; the connection is closed. */
typedef struct protocol *protocol_factory(void *arg);

/* The caller's, from listener_open to listener_close. */
struct listener {
    struct loop *loop;
    int fd; /* listening; for server_announce and net_port */
    protocol_factory *make_protocol;
    void *arg;
    struct acceptor acceptor; /* chapter 03: it closes fd, and waits when descriptors run out */
};

/* Accepts connections on host:port, each with a protocol of make_protocol(arg). When the process
 * is out of descriptors or memory, clients wait in the kernel's queue and accepting is tried again
 * a moment later. 0 or -errno (-EADDRINUSE, ...). asyncio: create_server. */
int listener_open(struct listener *listener, struct loop *loop, const char *host, uint16_t port,
                  protocol_factory *make_protocol, void *arg);

/* No more connections; those that there are stay. */
void listener_close(struct listener *listener);

#endif
