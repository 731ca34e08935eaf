/* talk.h - a server and its client as tasks of one loop, on each of the three backends.
 *
 * On epoll and libuv they speak TCP. On the virtual clock they speak through a Unix socket, where
 * what one has written is there for the other at once: then the clock jumps only when both wait,
 * and a timeout of a minute is seen to the nanosecond.
 *
 * A client must not fail a cmocka assertion (it has a stack of its own): it returns -errno, or says
 * (trace.h) what the test then compares.
 */
#ifndef TALK_H
#define TALK_H

#include <sys/socket.h>

#include "http_server.h"

#define TALK_SIZE 262144

struct talk {
    struct http_options options;
    int (*client)(struct talk *talk); /* the main task; 0 or -errno */
    const void *script;               /* the client's own */
    int64_t grace_ns;                 /* for http_server_stop, when the client has returned */
    /* while it runs */
    struct loop *loop;
    struct http_server server;
    struct sockaddr_storage address;
    socklen_t address_length;
    char heard[TALK_SIZE];
};

/* Runs it on this backend; fails the test when the client fails or anything is left afterwards. */
void talk_run(struct talk *talk, const struct loop_backend *backend);

/* On the virtual clock, on epoll and on libuv. */
void talk_run_everywhere(struct talk *talk);
void talk_run_virtually(struct talk *talk);

/* ---- For clients: coroutine functions ------------------------------------------------------ */

int talk_connect(struct talk *talk);
int talk_send(int fd, const char *text);

/* Hears until the server ends, into talk->heard without \r, Date and Server: the length or -errno.
 * Closes fd. */
int talk_hear(struct talk *talk, int fd);

/* talk_send, the end of sending, talk_hear. */
int talk_ask(struct talk *talk, const char *text);

/* Waits for an answer of this length on a connection that stays open, and drops it. */
int talk_skip(int fd, size_t length);

#endif
