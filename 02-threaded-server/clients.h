/* clients.h - the clients that are connected now, so that they can be told to go.
 *
 * Each is served by a thread of its own, or of a pool. A thread that is blocked in read(2) cannot
 * be asked to end; but when its socket is shut down, read returns. So this list keeps the sockets.
 */
#ifndef CLIENTS_H
#define CLIENTS_H

#include <pthread.h>
#include <stdbool.h>

#include "net.h"

struct client {
    int fd;
    char name[NET_NAME_MAX]; /* "127.0.0.1:40000" */
    struct clients *clients; /* the list it is on */
    struct client *next, *prev;
};

struct clients {
    pthread_mutex_t lock; /* of all that follows, and of each client's next, prev and fd */
    pthread_cond_t is_empty;
    struct client *first;
    bool closing; /* who comes now is shut down at once */
};

/* An empty list. It is not taken apart again: it lives as long as the program. */
void clients_init(struct clients *clients);

/* Puts a connection on the list and prints "connect NAME". The client owns `fd`, `name` is copied;
 * client_leave frees it. NULL when there is no memory: said on stderr, and `fd` is closed. */
struct client *clients_add(struct clients *clients, int fd, const char *name);

/* The client's dialogue, as long as it lasts. */
void client_serve(struct client *client);

/* Prints "disconnect NAME", takes the client off the list, closes its socket and frees it. */
void client_leave(struct client *client);

/* Shuts down the sockets of all, now and from now on. */
void clients_shut_down(struct clients *clients);

/* Waits until nobody is on the list. */
void clients_wait(struct clients *clients);

#endif
