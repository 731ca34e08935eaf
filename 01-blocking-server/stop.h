/* stop.h - Ctrl-C for a program that is blocked in accept(2), read(2) or write(2).
 *
 * A handler that only sets a flag loses a race: the signal may come after the flag was looked at
 * and before the call blocks, and then the program sleeps on. Here the handler shuts the sockets
 * down. That state stays: accept, read and write return at once whether they had begun or not.
 *
 * A call that the signal interrupts fails with EINTR; made again, as it should be, it finds the
 * socket shut down.
 *
 * For a program that serves one client at a time in one thread. The state is the process's own.
 */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

#include "net.h"

/* From now on SIGINT and SIGTERM shut down `listening_fd` (-1: none) and the client that is being
 * served. 0 or -errno. Called again, it changes the socket. */
int stop_on_signals(int listening_fd);

/* `client_fd` is being served from now on; -1: nobody is. Call it with -1 before the client's
 * descriptor is closed, for its number will be another's. False: we were already told to stop, and
 * the client is not to be served. */
bool stop_serving(int client_fd);

/* The next client and its name: a blocking, close-on-exec descriptor with TCP_NODELAY. A connection
 * that was lost before it could be accepted is passed over. When the process or the machine has run
 * out of descriptors or memory, that is said on stderr and the clients wait in the kernel's queue.
 * -ECANCELED: the listening socket was shut down. Any other -errno is a mistake of the program's.
 * Any thread. man 2 accept. */
int accept_client(int listening_fd, char name[NET_NAME_MAX]);

#endif
