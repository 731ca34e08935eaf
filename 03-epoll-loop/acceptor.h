/* acceptor.h - takes new connections from a listening socket, and survives what makes that fail.
 *
 * When the process has no descriptor left (EMFILE), the connection stays in the kernel's queue and
 * the listening socket stays readable: a loop that only goes on would spin. So the acceptor looks
 * away for ACCEPT_PAUSE_NS and tries again; whoever is connected is served meanwhile.
 */
#ifndef ACCEPTOR_H
#define ACCEPTOR_H

#include <stdbool.h>

#include "clock.h"
#include "loop.h"

#define ACCEPTS_PER_PASS 64                /* then those who are connected get their turn */
#define ACCEPT_PAUSE_NS  (100 * NS_PER_MS) /* when descriptors or memory have run out */

/* `fd` is non-blocking, close-on-exec and the callee's to close; `name` is its peer's, valid during
 * this call. */
typedef void on_accepted_fn(int fd, const char *name, void *arg);

struct acceptor {
    struct loop *loop;
    int listening; /* -1: stopped */
    bool is_short; /* the last try failed, and that has been said on stderr */
    struct timer pause;
    on_accepted_fn *on_accepted;
    void *arg;
};

/* Calls on_accepted(fd, name, arg) from the loop for each new connection. `listening` is made
 * non-blocking and is closed by acceptor_stop. 0 or -errno, and then the socket is still the
 * caller's. */
int acceptor_start(struct acceptor *acceptor, struct loop *loop, int listening,
                   on_accepted_fn *on_accepted, void *arg);

/* No more connections; closes the socket. on_accepted may call it: the acceptor must then stay
 * where it is until on_accepted has returned. */
void acceptor_stop(struct acceptor *acceptor);

#endif
