/* echo_client.h - one client of the echo server, as a state machine on the loop.
 *
 * Between two calls from the loop everything that matters stands in the struct: what has come and
 * is no whole line yet, what is answered and not yet sent, and how far the dialogue is. Its memory
 * is bounded: when the answers do not go out, no further line is answered, and then none is read.
 */
#ifndef ECHO_CLIENT_H
#define ECHO_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"
#include "net.h"

#define ECHO_LINE_MAX   4096 /* bytes, without its end */
#define ECHO_ANSWER_MAX (sizeof "Hello, \n" + ECHO_LINE_MAX)

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
    size_t in_length;          /* bytes of `in` */
    size_t out_begin, out_end; /* bytes of `out` that wait to be sent */
    struct timer linger;       /* ends the draining */
    void (*on_closed)(struct echo_client *client, void *arg); /* frees it */
    void *arg;
    char name[NET_NAME_MAX];
    char in[ECHO_LINE_MAX + 2]; /* the longest line and its "\r\n" */
    char out[2 * ECHO_ANSWER_MAX];
};

/* Takes over the connection `fd` (non-blocking) and greets. on_closed(client, arg) is called once,
 * from the loop or from echo_client_close, when the connection is over and closed; it may free the
 * client. 0; or -errno, and then on_closed has been called already. */
int echo_client_start(struct echo_client *client, struct loop *loop, int fd,
                      void (*on_closed)(struct echo_client *, void *), void *arg);

/* Ends it now, whatever it is doing. */
void echo_client_close(struct echo_client *client);

#endif
