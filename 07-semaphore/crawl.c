/* crawl.c - chapter 06's crawler, with manners: so many requests to each host at a time.
 *
 *     build/07-semaphore/crawl http://127.0.0.1:8000/
 *     build/07-semaphore/crawl --limit 1 http://127.0.0.1:8000/ http://127.0.0.1:3000/Ada
 *
 * Watch the servers, not the output, which is that of chapter 06: none of them has more than two of
 * our requests at a time, however many links a page has. One limit for all would let a slow host
 * hold all permits, while the others have nothing to do. So there is a semaphore for each host,
 * made when its first page is asked for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "crawler.h"
#include "options.h"
#include "semaphore.h"

#define MAX_LIMIT 1000

struct host {
    SLIST_ENTRY(host) link;
    struct semaphore permits;
    char name[]; /* "http://127.0.0.1:8000" */
};

struct hosts {
    int limit; /* of each */
    SLIST_HEAD(, host) list;
};

/* Up to the third slash. */
static size_t host_length(const char *url)
{
    const char *name = strstr(url, "://");
    return name ? (size_t)(name - url) + 3 + strcspn(name + 3, "/?#") : strlen(url);
}

static struct host *add_host(struct hosts *hosts, const char *url, size_t length)
{
    struct host *host = malloc(sizeof *host + length + 1);
    if (!host)
        return NULL;
    memcpy(host->name, url, length);
    host->name[length] = '\0';
    semaphore_init_bounded(&host->permits, hosts->limit);
    SLIST_INSERT_HEAD(&hosts->list, host, link);
    return host;
}

/* A site has few hosts: a list will do. NULL: no memory. */
static struct host *host_of(struct hosts *hosts, const char *url)
{
    struct host *host;
    size_t length = host_length(url);
    SLIST_FOREACH(host, &hosts->list, link)
    {
        if (strlen(host->name) == length && strncmp(host->name, url, length) == 0)
            return host;
    }
    return add_host(hosts, url, length);
}

/* In a task for each page: most of them wait here. */
static int fetch_politely(struct fetcher *fetcher, const char *url, struct fetch_result *result,
                          void *arg)
{
    struct host *host = host_of(arg, url);
    if (!host)
        return -ENOMEM;
    int rc = semaphore_acquire(&host->permits);
    if (rc < 0)
        return rc;
    rc = fetch(fetcher, url, result);
    int released = semaphore_release(&host->permits);
    return rc < 0 ? rc : released;
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_limit(int key, char *text, struct argp_state *state)
{
    struct hosts *hosts = state->input;
    if (key != 'l')
        return ARGP_ERR_UNKNOWN;
    hosts->limit = (int)option_number(state, "--limit", text, 1, MAX_LIMIT);
    return 0;
}

static const struct argp_option option_list[] = {
    {"limit", 'l', "N", 0, "So many requests to each host at a time (default 2)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_limit};

static void free_hosts(struct hosts *hosts)
{
    while (!SLIST_EMPTY(&hosts->list)) {
        struct host *host = SLIST_FIRST(&hosts->list);
        SLIST_REMOVE_HEAD(&hosts->list, link);
        free(host);
    }
}

int main(int argc, char **argv)
{
    struct hosts hosts = {.limit = 2};
    const struct crawler_about about = {
        .doc = "Prints the beginning of each page of some sites, with a limit for each host.",
        .own = &own_options,
        .own_input = &hosts,
        .fetch = fetch_politely,
        .fetch_arg = &hosts,
    };
    int code = crawler_main(&about, argc, argv);
    free_hosts(&hosts);
    return code;
}
