/* site.h - a small site, served by a thread, for the crawler to read. */
#ifndef SITE_H
#define SITE_H

#include <pthread.h>
#include <stdint.h>

struct site_page {
    const char *target; /* "/a.html" */
    int status;         /* 200; 302: `body` is the Location; 0: the connection is closed */
    const char *type;   /* "text/html" */
    const char *body;
};

/* Pages are answered in the order of asking, each on a connection of its own; but "/late" is
 * answered when another page has been answered after it was asked for. */
struct site {
    const struct site_page *pages; /* ended by a target of NULL */
    int listening;
    uint16_t port;
    int stop[2];       /* a pipe: its end is the site's end */
    int late_asked[2]; /* a pipe: a byte for each time that "/late" was asked for */
    int requests;
    int late_fd; /* where "/late" was asked for; -1: nowhere */
    pthread_t thread;
};

void site_open(struct site *site, const struct site_page *pages);

/* Returns when "/late" has been asked for; once for each time. */
void site_wait_for_late(struct site *site);

/* Ends the thread. How many requests there were. */
int site_close(struct site *site);

#endif
