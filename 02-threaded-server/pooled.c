/* pooled.c - five delays, a pool of threads: put the list in, wait for all.
 *
 *     build/02-threaded-server/pooled                 two threads
 *     build/02-threaded-server/pooled --threads 5     as fast as a thread for each
 *
 * Watch the bars: as many at a time as there are threads, and the next begins when one of them is
 * free. The server's max in flight is the number of threads. A pool is the simplest limit there is;
 * chapter 07 has the same limit, and the same picture, with one thread.
 */
#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "get_delay.h"
#include "net.h"
#include "options.h"
#include "pool.h"

#define THREADS_MAX 1000

struct fetch {
    struct demo *demo;
    int i;
};

static void run_fetch(void *arg)
{
    const struct fetch *fetch = arg;
    get_delay(fetch->demo, fetch->i); /* the demo keeps the result */
}

static void fetch_all(struct demo *demo, struct pool *pool)
{
    struct fetch *fetches = calloc((size_t)demo->count, sizeof *fetches);
    if (!fetches)
        die("no memory for %d fetches", demo->count);
    for (int i = 0; i < demo->count; i++) {
        fetches[i] = (struct fetch){demo, i};
        pool_submit(pool, run_fetch, &fetches[i]);
    }
    pool_wait(pool);
    free(fetches); /* all jobs are done: nobody looks at it any more */
}

static error_t parse_threads(int key, char *text, struct argp_state *state)
{
    int *threads = state->input;
    if (key != 't')
        return ARGP_ERR_UNKNOWN;
    *threads = (int)option_number(state, "--threads", text, 1, THREADS_MAX);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"threads", 't', "N", 0, "The pool's threads (default: 2)", 0},
        {0},
    };
    static const struct argp own = {.options = list, .parser = parse_threads};
    int threads = 2;
    const struct demo_about about = {
        .chapter = "pooled",
        .doc = "Fetches the delays, as many at a time as a pool has threads.",
        .title = "a pool of threads",
        .own = &own,
        .own_input = &threads,
    };
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    struct pool *pool = pool_new(threads, demo.count);
    if (!pool)
        die_error(errno, "a pool of %d threads", threads);
    fetch_all(&demo, pool);
    int code = demo_finish(&demo); /* it counts the threads that are there now */
    pool_free(pool);
    return code;
}
