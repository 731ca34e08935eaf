/* crawler.c - a task for each page, a group for all of them, and a loop that prints. */
#include "crawler.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backend.h"
#include "check.h"
#include "fetch.h"
#include "group.h"
#include "links.h"
#include "net.h"
#include "options.h"

#define SHOWN    100 /* bytes of each page */
#define MAX_URLS 20

struct page {
    struct crawl *crawl;
    char *url;
    struct task *task;
    struct fetch_result answer;
    int error; /* -errno: it could not be had */
};

struct crawl {
    const struct crawler_about *about;
    const char *begin[MAX_URLS];
    int begin_count;
    long page_max;
    struct fetcher *fetcher;
    struct group group;  /* all the tasks, whoever finds the link that they follow */
    struct page **pages; /* in the order of discovery: the set of what was visited */
    long page_count;
    int failures;
};

/* ---- Pages --------------------------------------------------------------------------------- */

static int load_page(void *arg);

static bool is_known(const struct crawl *crawl, const char *url)
{
    for (long i = 0; i < crawl->page_count; i++)
        if (strcmp(crawl->pages[i]->url, url) == 0)
            return true;
    return false;
}

/* In full, as all URLs here are; to be freed. NULL: it is none. */
static char *resolve(const char *text)
{
    return link_resolve(text, (struct link){"", 0});
}

/* Takes the URL over (NULL: it leads elsewhere). A page that is new gets a task. 0 or -errno. */
static int visit(struct crawl *crawl, char *url)
{
    if (!url || crawl->page_count == crawl->page_max || is_known(crawl, url)) {
        free(url);
        return 0;
    }
    struct page *page = calloc(1, sizeof *page);
    if (!page) {
        free(url);
        return -ENOMEM;
    }
    *page = (struct page){.crawl = crawl, .url = url};
    int rc = group_spawn_task(&crawl->group, load_page, page, url, &page->task);
    if (rc < 0) {
        free(url);
        free(page);
        return rc;
    }
    crawl->pages[crawl->page_count++] = page;
    return 0;
}

static int visit_links(const struct page *page)
{
    const struct fetch_result *answer = &page->answer;
    if (strncasecmp(answer->content_type, "text/html", strlen("text/html")) != 0)
        return 0;
    size_t place = 0;
    struct link link;
    int rc = 0;
    while (rc == 0 && (link = links_next(answer->body, answer->length, &place)).bytes)
        rc = visit(page->crawl, link_resolve(page->url, link));
    return rc;
}

/* A task. A page that cannot be had is no error of ours: the others go on. */
static int load_page(void *arg)
{
    struct page *page = arg;
    const struct crawler_about *about = page->crawl->about;
    page->error = about->fetch(page->crawl->fetcher, page->url, &page->answer, about->fetch_arg);
    if (page->error == -ECANCELED)
        return page->error;
    return page->error < 0 ? 0 : visit_links(page);
}

/* ---- Printing ------------------------------------------------------------------------------ */

static void print_text(const char *text, size_t length)
{
    size_t shown = length < SHOWN ? length : SHOWN;
    while (shown < length && shown > 0 && (text[shown] & 0xC0) == 0x80)
        shown--; /* not in the middle of a character of UTF-8 */
    for (size_t i = 0; i < shown; i++) {
        unsigned char byte = (unsigned char)text[i];
        putchar(byte < ' ' || byte == 0x7F ? ' ' : byte);
    }
}

static void print_page(long number, struct page *page)
{
    const struct fetch_result *answer = &page->answer;
    if (page->error < 0) {
        printf("%ld %s: %s\n", number, page->url, error_text(page->error));
        page->crawl->failures++;
        return;
    }
    printf("%ld %s: %ld, %zu bytes\n  ", number, page->url, answer->status, answer->length);
    print_text(answer->body, answer->length);
    printf("\n");
    fetch_result_free(&page->answer);
}

/* ---- The whole site ------------------------------------------------------------------------ */

/* A page adds those that it leads to before its task ends: who has waited for the last one knows
 * that there is no more. */
static int print_all(struct crawl *crawl)
{
    int rc = 0;
    for (long i = 0; rc >= 0 && i < crawl->page_count; i++) {
        rc = await(&crawl->pages[i]->task->future);
        if (rc >= 0)
            print_page(i + 1, crawl->pages[i]);
    }
    return rc;
}

static void free_pages(struct crawl *crawl)
{
    for (long i = 0; i < crawl->page_count; i++) {
        task_unref(crawl->pages[i]->task);
        fetch_result_free(&crawl->pages[i]->answer);
        free(crawl->pages[i]->url);
        free(crawl->pages[i]);
    }
    free(crawl->pages);
}

static int main_task(void *arg)
{
    struct crawl *crawl = arg;
    crawl->fetcher = fetcher_new(co_loop());
    crawl->pages = calloc((size_t)crawl->page_max, sizeof crawl->pages[0]);
    int rc = crawl->fetcher && crawl->pages ? 0 : -ENOMEM;
    group_begin(&crawl->group);
    for (int i = 0; rc == 0 && i < crawl->begin_count; i++)
        rc = visit(crawl, resolve(crawl->begin[i]));
    if (rc == 0)
        rc = print_all(crawl);
    rc = group_end(&crawl->group, rc);
    free_pages(crawl);
    fetcher_free(crawl->fetcher);
    return rc;
}

/* ---- The program --------------------------------------------------------------------------- */

static void take_url(struct crawl *crawl, const struct argp_state *state, const char *text)
{
    if (crawl->begin_count == MAX_URLS)
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected %d URLs at most", text, MAX_URLS);
    char *url = resolve(text);
    if (!url)
        argp_failure(state, USAGE_ERROR, 0,
                     "\"%s\" is no URL; expected one like http://127.0.0.1:3000/Ada", text);
    free(url);
    crawl->begin[crawl->begin_count++] = text;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct crawl *crawl = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        if (crawl->about->own)
            state->child_inputs[0] = crawl->about->own_input;
        return 0;
    case 'p':
        crawl->page_max = option_number(state, "--pages", text, 1, 10000);
        return 0;
    case ARGP_KEY_ARG:
        take_url(crawl, state, text);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_failure(state, USAGE_ERROR, 0, "expected a URL to begin with; see --help");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void read_options(struct crawl *crawl, int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"pages", 'p', "N", 0, "Fetch no more than N pages (default 100)", 0},
        {0},
    };
    const struct argp_child children[] = {{crawl->about->own, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = list,
                              .parser = parse_option,
                              .args_doc = "URL...",
                              .doc = crawl->about->doc,
                              .children = crawl->about->own ? children : NULL};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, crawl);
    if (error != 0)
        die_error(error, "options");
}

int crawler_main(const struct crawler_about *about, int argc, char **argv)
{
    struct crawl crawl = {.about = about, .page_max = 100};
    read_options(&crawl, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int rc = task_run(loop, main_task, &crawl, true);
    loop_free(loop);
    coro_trim();
    if (rc < 0)
        die_error(rc, "%s", rc == -ECANCELED ? "interrupted" : "the crawl has failed");
    if (fflush(stdout) != 0 || ferror(stdout))
        die("stdout could not be written");
    return crawl.failures > 0;
}
