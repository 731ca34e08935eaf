/* tiny_echo.h - an echo dialogue kept small, for programs whose subject is how to wait:
 * echo_select, echo_poll, echo_edge. The lines are those of the echo server, and these things are
 * simpler:
 *
 *   - a line has at most TINY_LINE_MAX bytes, and a last one without its end is not answered;
 *   - a client for whose answer there is no room in the kernel is closed, so nobody has to wait
 *     until a client is writable;
 *   - when descriptors run out, those on select and poll try again after TINY_RETRY_MS, or when
 *     anything else happens, and the one on edges when a client has left;
 *   - there is no idle timeout, and unread bytes at the end reset the connection.
 *
 * server.c with echo_client.c does all of that.
 */
#ifndef TINY_ECHO_H
#define TINY_ECHO_H

#include <stddef.h>

#include "net.h"

#define TINY_LINE_MAX 250
#define TINY_RETRY_MS 100

struct tiny_server {
    int listening; /* readable: somebody wants to connect. Non-blocking */
    int stopping;  /* readable: SIGINT or SIGTERM has come */
};

struct tiny_client {
    int fd; /* non-blocking */
    size_t length;
    char line[TINY_LINE_MAX + 2]; /* what came of the next line */
    char name[NET_NAME_MAX];      /* for the log; a reset connection cannot tell it any more */
};

/* Reads --host and --port, listens and announces; dies with a clear line when it cannot. */
void tiny_echo_begin(struct tiny_server *server, const char *doc, int argc, char **argv);
void tiny_echo_end(struct tiny_server *server);

/* Takes one connection, if there is one, and greets: 0, or -errno (-EAGAIN: nobody is there). */
int tiny_echo_accept(const struct tiny_server *server, struct tiny_client **client);

/* Reads once and answers the whole lines. 1: go on; -EAGAIN: nothing more has come; 0: the dialogue
 * is over; another error: the client is lost. After the last two, close it. */
int tiny_echo_read(struct tiny_client *client);

/* Closes and frees; `rc` is what tiny_echo_read returned. */
void tiny_echo_close(struct tiny_client *client, int rc);

#endif
