/* demo.c - five delays, five threads.
 *
 *     build/02-threaded-server/demo                   against the /aio server on port 3000
 *
 * Watch the picture: all the bars begin together, and the whole takes as long as the longest of
 * them, 7 units. The function that fetches is chapter 01's, unchanged, and each of its calls still
 * blocks; but each blocks a thread of its own. Six threads, for five requests and main.
 */
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "get_delay.h"
#include "net.h"

static const struct demo_about about = {
    .chapter = "02-threaded-server",
    .doc = "Fetches the delays at the same time, each by a blocking GET in a thread of its own.",
    .title = "a thread for each",
};

struct fetch {
    struct demo *demo;
    int i;
    pthread_t thread;
    bool has_thread;
};

static void *run_fetch(void *arg)
{
    struct fetch *fetch = arg;
    get_delay(fetch->demo, fetch->i); /* the demo keeps the result */
    return NULL;
}

/* A thread that cannot be had costs this fetch only. */
static void start_fetch(struct fetch *fetch)
{
    int error = pthread_create(&fetch->thread, NULL, run_fetch, fetch);
    fetch->has_thread = error == 0;
    if (error != 0) {
        demo_fetch_begins(fetch->demo, fetch->i);
        demo_fetch_ended(fetch->demo, fetch->i, -error);
    }
}

int main(int argc, char **argv)
{
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();

    struct fetch *fetches = calloc((size_t)demo.count, sizeof *fetches);
    if (!fetches)
        die("no memory for %d fetches", demo.count);
    for (int i = 0; i < demo.count; i++) {
        fetches[i].demo = &demo;
        fetches[i].i = i;
        start_fetch(&fetches[i]);
    }
    for (int i = 0; i < demo.count; i++)
        if (fetches[i].has_thread)
            pthread_join(fetches[i].thread, NULL);
    free(fetches);
    return demo_finish(&demo);
}
