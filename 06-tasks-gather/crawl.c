/* crawl.c - reads one site or more, a task for each page, and prints the beginning of each.
 *
 *     build/06-tasks-gather/crawl http://127.0.0.1:3000/Ada http://127.0.0.1:3000/Bob
 *     build/06-tasks-gather/crawl --pages 20 http://127.0.0.1:8000/
 *
 * Watch the order: pages come in any order and are printed in that of their discovery, for who
 * prints waits for each page in turn. And compare the code (crawler.c) with chapter 04's: fetch a
 * page, look for its links, do the same with each. It all stands in load_page.
 *
 * It does not hold back: the links of a page are fetched all at once (chapter 07 mends that).
 */
#include "crawler.h"

static int fetch_at_once(struct fetcher *fetcher, const char *url, struct fetch_result *result,
                         void *arg)
{
    (void)arg;
    return fetch(fetcher, url, result);
}

int main(int argc, char **argv)
{
    const struct crawler_about about = {
        .doc = "Prints the beginning of each page of some sites.",
        .fetch = fetch_at_once,
    };
    return crawler_main(&about, argc, argv);
}
