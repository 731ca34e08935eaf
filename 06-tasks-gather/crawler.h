/* crawler.h - a program that reads one site or more, a task for each page, and prints the beginning
 * of each, in the order of their discovery.
 *
 * Who writes such a program says how one page is fetched: at once (crawl.c), or when it is its turn
 * (07-semaphore/crawl.c).
 */
#ifndef CRAWLER_H
#define CRAWLER_H

#include <argp.h>

#include "fetch.h"

/* As fetch(), in a task for each page: its result, which is told when it is an error. */
typedef int crawler_fetch_fn(struct fetcher *fetcher, const char *url, struct fetch_result *result,
                             void *arg);

struct crawler_about {
    const char *doc;        /* for --help: a sentence or two */
    const struct argp *own; /* further options, or NULL; their input is own_input */
    void *own_input;
    crawler_fetch_fn *fetch;
    void *fetch_arg;
};

/* All of it: options, URLs, a loop, the pages. Ctrl-C cancels what is under way. The exit code;
 * dies with a clear line when it cannot be done. What it takes for a link is told in chapter 04's
 * links.h; it does not follow redirects. */
int crawler_main(const struct crawler_about *about, int argc, char **argv);

#endif
