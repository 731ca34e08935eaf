/* net.h - sockets opened the way every chapter wants them.
 *
 * All descriptors are close-on-exec. Every function returns >= 0, or -errno; a host that does not
 * resolve is -ENXIO. A host is an address or a name ("127.0.0.1", "::1", "localhost"); of the
 * addresses of a name IPv4 comes first. Resolving a name may block: on a loop, give addresses.
 * Any thread.
 */
#ifndef COMMON_NET_H
#define COMMON_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_NAME_MAX 64 /* room for "[ffff:...:255.255.255.255]:65535" and its NUL */

/* A listening socket, blocking, SO_REUSEADDR. Port 0 lets the kernel choose; see net_port. */
int net_listen(const char *host, uint16_t port, int backlog);

/* A connected socket, blocking, TCP_NODELAY: tries every address of the host in turn. */
int net_connect(const char *host, uint16_t port);

/* A non-blocking socket whose connection has begun. When it becomes writable, or at once when it
 * was fast, net_connect_finish tells how it went: 0, or -errno (-EINPROGRESS: not yet). */
int net_connect_start(const char *host, uint16_t port);
int net_connect_finish(int fd);

/* The next connection that waits at a non-blocking listening socket: non-blocking too. `name` is
 * its peer's, which the socket itself cannot tell any more when the peer has reset it meanwhile;
 * NULL: not wanted. Connections that were lost before we came are passed over. -EAGAIN: nobody
 * waits; -EMFILE and its like: somebody does, and goes on waiting. */
int net_accept(int listening_fd, char name[NET_NAME_MAX]);

/* The same with blocking sockets: waits for the next one. -EINVAL: `listening_fd` was shut down. */
int net_accept_blocking(int listening_fd, char name[NET_NAME_MAX]);

/* False for a listening socket that was shut down, and for all others. */
bool net_is_listening(int fd);

int net_set_nonblocking(int fd, bool nonblocking);
int net_set_nodelay(int fd);

/* The local port of a socket: what `--port 0` prints. */
int net_port(int fd);

/* "127.0.0.1:7777" of the socket's own end, or of its peer's; "?" when there is none. */
void net_local_name(int fd, char name[NET_NAME_MAX]);
void net_peer_name(int fd, char name[NET_NAME_MAX]);

/* SIGPIPE ignored: a write to a client that has gone returns -EPIPE instead of ending us. */
void net_ignore_sigpipe(void);

#endif
