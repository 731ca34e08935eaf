/* co_io.h - accept, connect, read, write: they look blocking and suspend only their coroutine.
 *
 * Descriptors must be non-blocking (co_accept and co_connect give such). All are coroutine
 * functions: >= 0, or -errno; -ECANCELED when the coroutine is cancelled. One coroutine at a time
 * may wait to read from a descriptor, and one to write to it.
 */
#ifndef CO_IO_H
#define CO_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "co.h"
#include "net.h"

/* The next connection: non-blocking, close-on-exec, TCP_NODELAY. A connection that was reset
 * before it could be accepted is passed over. -EMFILE and -ENFILE are returned: see co_accept's
 * callers for how to survive them. */
int co_accept(int listening_fd) CO_MUST_CHECK;

/* The same, and its name, which the socket cannot tell any more when the peer has reset it. */
int co_accept_named(int listening_fd, char name[NET_NAME_MAX]) CO_MUST_CHECK;

/* A connection to an address (a name is resolved, and that blocks). The descriptor or -errno. */
int co_connect(const char *host, uint16_t port) CO_MUST_CHECK;

/* Some bytes, at least one; 0: the peer has ended its side. asyncio: sock_recv. */
ssize_t co_read(int fd, void *buffer, size_t size) CO_MUST_CHECK;

/* All of them: 0, or -errno, and then nobody knows how many went. asyncio: sock_sendall. */
int co_write_all(int fd, const void *bytes, size_t size) CO_MUST_CHECK;

/* The same for a descriptor that blocks: it waits first and then reads once. Stdin is such a one:
 * it is shared with the shell and with whoever else has this terminal, so it must not be made
 * non-blocking. A regular file, which cannot be waited for, is read at once, after all others have
 * had a turn. */
ssize_t co_read_when_ready(int fd, void *buffer, size_t size) CO_MUST_CHECK;

/* Waits until fd can be read or written, without doing it. 0 or -errno. */
int co_wait_readable(int fd) CO_MUST_CHECK;
int co_wait_writable(int fd) CO_MUST_CHECK;

/* Forgets it on the loop and closes it. Does not suspend. -1 is ignored. */
void co_close(int fd);

#endif
