/* echo_client.h - one client of the echo server, as a state machine on the loop.
 *
 * Between two calls from the loop everything that matters stands in the struct: what has come and
 * is no whole line yet, what is answered and not yet sent, and how far the dialogue is. Its memory
 * is bounded: when the answers do not go out, no further line is answered, and then none is read.
 * A step works in buffers on the stack, and only what it leaves behind gets memory of its own: a
 * client who says nothing, or whole lines that are answered at once, has no buffers at all.
 */
#ifndef ECHO_CLIENT_H
#define ECHO_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"
#include "net.h"

#define ECHO_LINE_MAX   4096 /* bytes, without its end */
#define ECHO_ANSWER_MAX (sizeof "Hello, \n" + ECHO_LINE_MAX)
#define ECHO_IN_SIZE    (ECHO_LINE_MAX + 2) /* the longest line and its "\r\n" */
#define ECHO_OUT_SIZE   (2 * ECHO_ANSWER_MAX)

enum echo_state {
    ECHO_TALKING,   /* lines come, answers go */
    ECHO_FINISHING, /* no more lines; what is answered still goes */
    ECHO_DRAINING,  /* all has gone, and the client was told; what it still sends is thrown away */
};

struct echo_client {
    struct loop *loop;
    int fd;
    enum echo_state state;
    bool peer_ended;           /* it will send nothing more */
    char *in, *out;            /* NULL between steps while they hold nothing */
    size_t in_length;          /* bytes of `in` */
    size_t out_begin, out_end; /* bytes of `out` that wait to be sent */
    int64_t idle_ns;           /* for how long it may be idle; 0: for ever */
    int64_t active_ns;         /* when it last was not */
    struct timer patience;     /* ends its idleness, or the draining */
    void (*on_closed)(struct echo_client *client, void *arg); /* frees it */
    void *arg;
    char name[NET_NAME_MAX];
};

/* Takes over the connection `fd` (non-blocking), whose peer is called `name`, and greets. A client
 * is closed when for idle_ns no byte went either way (0: never). on_closed(client, arg) is called
 * once, when the connection is over and closed: from the loop, from echo_client_close, or from here
 * when not even the greeting can be sent. It may free the client. What went wrong is told on
 * stderr. */
void echo_client_start(struct echo_client *client, struct loop *loop, int fd, const char *name,
                       int64_t idle_ns, void (*on_closed)(struct echo_client *, void *), void *arg);

/* Ends it now, whatever it is doing. */
void echo_client_close(struct echo_client *client);

#endif
