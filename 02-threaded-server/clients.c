/* clients.c - a list, a lock, and a condition for its being empty. */
#include "clients.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "echo.h"

void clients_init(struct clients *clients)
{
    *clients = (struct clients){.first = NULL};
    pthread_mutex_init(&clients->lock, NULL);
    pthread_cond_init(&clients->is_empty, NULL);
}

static void link_client(struct clients *clients, struct client *client)
{
    pthread_mutex_lock(&clients->lock);
    client->next = clients->first;
    if (client->next)
        client->next->prev = client;
    clients->first = client;
    if (clients->closing)
        shutdown(client->fd, SHUT_RDWR);
    pthread_mutex_unlock(&clients->lock);
}

struct client *clients_add(struct clients *clients, int fd, const char *name)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        fprintf(stderr, "no memory for %s: it is turned away\n", name);
        close(fd);
        return NULL;
    }
    client->fd = fd;
    client->clients = clients;
    snprintf(client->name, sizeof client->name, "%s", name);
    printf("connect %s\n", client->name);
    link_client(clients, client);
    return client;
}

void client_serve(struct client *client)
{
    int rc = echo_serve(client->fd);
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", client->name, error_text(rc));
}

/* The socket is closed under the lock: the moment it is closed its number may be another's, and
 * that one must not be shut down in its place. */
void client_leave(struct client *client)
{
    struct clients *clients = client->clients;
    printf("disconnect %s\n", client->name);
    pthread_mutex_lock(&clients->lock);
    close(client->fd);
    if (client->prev)
        client->prev->next = client->next;
    else
        clients->first = client->next;
    if (client->next)
        client->next->prev = client->prev;
    free(client);
    if (!clients->first)
        pthread_cond_broadcast(&clients->is_empty);
    pthread_mutex_unlock(&clients->lock);
}

void clients_shut_down(struct clients *clients)
{
    pthread_mutex_lock(&clients->lock);
    clients->closing = true;
    for (struct client *client = clients->first; client; client = client->next)
        shutdown(client->fd, SHUT_RDWR);
    pthread_mutex_unlock(&clients->lock);
}

void clients_wait(struct clients *clients)
{
    pthread_mutex_lock(&clients->lock);
    while (clients->first)
        pthread_cond_wait(&clients->is_empty, &clients->lock);
    pthread_mutex_unlock(&clients->lock);
}
