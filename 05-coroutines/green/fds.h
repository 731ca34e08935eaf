/* fds.h - one thread that waits for one descriptor. */
#ifndef GREEN_FDS_H
#define GREEN_FDS_H

#include "green.h"

#define GREEN_WATCH_READ  1
#define GREEN_WATCH_WRITE 2

/* It belongs to whoever waits, who takes it away again before it is freed. Several may watch the
 * same descriptor: all are woken, and all try. */
struct green_watch {
    int fd;
    short events; /* GREEN_WATCH_READ | GREEN_WATCH_WRITE */
    struct green_wait *wait;
    struct green_watch *next;
};

/* 0 or -errno. */
int green_watch_add(struct green_watch *watch);
void green_watch_remove(struct green_watch *watch);

#endif
