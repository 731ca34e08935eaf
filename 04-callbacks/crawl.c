/* crawl.c - reads a site: a page, the pages that it links to, those that they link to, ...
 *
 *     build/04-callbacks/crawl http://127.0.0.1:8000/     (python3 -m http.server serves a folder)
 *
 * Watch the output's order: pages are fetched eight at a time and come as they like, but they are
 * printed in the order in which they were asked for. Then try to find the sentence "fetch a page,
 * look for its links, do the same with each" in this file. It is there, in begin_page, keep_body,
 * on_page_done, add_links and begin_more, and each of them leaves a note for the next one in one of
 * two structures. Nobody calls on_page_done from here.
 *
 * It stays on one scheme, host and port, visits each URL once, and knows nothing of robots.txt: it
 * is for a site of your own. What it takes for a link is told in links.h.
 */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backend.h"
#include "check.h"
#include "curl_bridge.h"
#include "links.h"
#include "net.h"
#include "options.h"

#define BODY_MAX   (1024 * 1024) /* bytes; a longer page is an error */
#define TIMEOUT_MS 20000L        /* for one page, from when it is added */
#define SHOWN      100           /* bytes of each page */

struct page {
    struct crawl *crawl;
    char *url;
    CURL *easy; /* NULL: not under way */
    char *body; /* grows; freed when the page has been printed */
    size_t length;
    long status;
    bool is_done, is_too_long;
    int error; /* -errno: it could not be fetched */
};

struct crawl {
    struct loop *loop;
    struct curl_bridge *bridge;
    long page_max, at_once; /* options */
    struct page **pages;    /* in the order of asking: this is the set of what was visited, too */
    long page_count, begun, printed;
    long under_way;
    int failures;
    bool is_interrupted;
};

/* ---- Pages --------------------------------------------------------------------------------- */

static bool is_known(const struct crawl *crawl, const char *url)
{
    for (long i = 0; i < crawl->page_count; i++)
        if (strcmp(crawl->pages[i]->url, url) == 0)
            return true;
    return false;
}

/* Takes the URL over. It is fetched later, or never, when it is known or too much. */
static void add_page(struct crawl *crawl, char *url)
{
    struct page *page = NULL;
    if (url && crawl->page_count < crawl->page_max && !is_known(crawl, url))
        page = calloc(1, sizeof *page);
    if (!page) {
        free(url);
        return;
    }
    page->crawl = crawl;
    page->url = url;
    crawl->pages[crawl->page_count++] = page;
}

static void add_links(struct page *page)
{
    size_t place = 0;
    struct link link;
    while ((link = links_next(page->body, page->length, &place)).bytes)
        add_page(page->crawl, link_resolve(page->url, link));
}

/* ---- Printing, in the order of asking ------------------------------------------------------ */

static void print_page(long number, struct page *page)
{
    if (page->error < 0) {
        printf("%ld %s: %s\n", number, page->url, error_text(page->error));
        page->crawl->failures++;
        return;
    }
    size_t shown = page->length < SHOWN ? page->length : SHOWN;
    while (shown < page->length && shown > 0 && (page->body[shown] & 0xC0) == 0x80)
        shown--; /* not in the middle of a character of UTF-8 */
    printf("%ld %s: %ld, %zu bytes\n  ", number, page->url, page->status, page->length);
    for (size_t i = 0; i < shown; i++) {
        unsigned char byte = (unsigned char)page->body[i];
        putchar(byte < ' ' || byte == 0x7F ? ' ' : byte);
    }
    putchar('\n');
}

static void print_what_is_next(struct crawl *crawl)
{
    while (crawl->printed < crawl->page_count && crawl->pages[crawl->printed]->is_done) {
        struct page *page = crawl->pages[crawl->printed++];
        print_page(crawl->printed, page);
        free(page->body);
        page->body = NULL;
    }
}

/* ---- Fetching ------------------------------------------------------------------------------ */

static void begin_more(struct crawl *crawl);

/* Inside libcurl. To take fewer ends the transfer. */
static size_t keep_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct page *page = arg;
    size_t length = size * count;
    if (length > BODY_MAX - page->length) {
        page->is_too_long = true;
        return 0;
    }
    char *body = realloc(page->body, page->length + length);
    if (!body)
        return 0;
    memcpy(body + page->length, bytes, length);
    page->body = body;
    page->length += length;
    return length;
}

/* A place that the server sends us to is one more link. */
static void read_page(struct page *page, CURL *easy)
{
    const char *type = NULL, *elsewhere = NULL;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &page->status);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &elsewhere);
    if (elsewhere)
        add_page(page->crawl, link_resolve(page->url, (struct link){elsewhere, strlen(elsewhere)}));
    if (type && strncasecmp(type, "text/html", strlen("text/html")) == 0)
        add_links(page);
}

static void free_easy(struct page *page)
{
    curl_easy_cleanup(page->easy);
    page->easy = NULL;
}

static void on_page_done(CURL *easy, CURLcode code, void *arg)
{
    struct page *page = arg;
    struct crawl *crawl = page->crawl;
    page->is_done = true;
    page->error = page->is_too_long ? -EFBIG : curl_error(easy, code);
    if (page->error == 0)
        read_page(page, easy);
    free_easy(page);
    crawl->under_way--;
    print_what_is_next(crawl);
    begin_more(crawl);
}

static int begin_page(struct page *page)
{
    CURL *easy = page->easy = curl_easy_init();
    if (!easy)
        return -ENOMEM;
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* whatever the environment says of proxies */
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, page);
    int rc = -ENOMEM;
    if (curl_easy_setopt(easy, CURLOPT_URL, page->url) == CURLE_OK)
        rc = curl_bridge_add(page->crawl->bridge, easy, on_page_done, page);
    if (rc < 0)
        free_easy(page);
    return rc;
}

/* The limit is ours, and not libcurl's: a page's time begins when it is added, and so a page that
 * waits here does not lose any of it. */
static void begin_more(struct crawl *crawl)
{
    while (crawl->begun < crawl->page_count && crawl->under_way < crawl->at_once) {
        struct page *page = crawl->pages[crawl->begun++];
        page->error = begin_page(page);
        if (page->error < 0)
            page->is_done = true;
        else
            crawl->under_way++;
    }
    print_what_is_next(crawl);
    if (crawl->under_way == 0)
        loop_stop(crawl->loop);
}

/* ---- The program --------------------------------------------------------------------------- */

static void on_interrupt(void *arg)
{
    struct crawl *crawl = arg;
    crawl->is_interrupted = true;
    loop_stop(crawl->loop);
}

struct arguments {
    const char *url;
    long pages, at_once;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case 'p':
        arguments->pages = option_number(state, "--pages", text, 1, 10000);
        return 0;
    case 'n':
        arguments->at_once = option_number(state, "--at-once", text, 1, 100);
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->url)
            argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected one URL; see --help", text);
        arguments->url = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_failure(state, USAGE_ERROR, 0, "expected the URL to begin with; see --help");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse(struct arguments *arguments, int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"pages", 'p', "N", 0, "Fetch no more than N pages (default 100)", 0},
        {"at-once", 'n', "N", 0, "Fetch N pages at a time (default 8)", 0},
        {0},
    };
    static const struct argp argp = {.options = list,
                                     .parser = parse_option,
                                     .args_doc = "URL",
                                     .doc = "Prints the beginning of each page of a site."};
    *arguments = (struct arguments){.pages = 100, .at_once = 8};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, arguments);
    if (error != 0)
        die_error(error, "options");
}

static void crawl_begin(struct crawl *crawl, const struct arguments *arguments)
{
    *crawl = (struct crawl){
        .loop = loop_new(&backend_epoll),
        .page_max = arguments->pages,
        .at_once = arguments->at_once,
        .pages = calloc((size_t)arguments->pages, sizeof crawl->pages[0]),
    };
    if (crawl->loop)
        crawl->bridge = curl_bridge_new(crawl->loop);
    if (!crawl->bridge || !crawl->pages)
        die_error(ENOMEM, "a crawl of %ld pages", arguments->pages);
    add_page(crawl, link_resolve(arguments->url, (struct link){"", 0}));
    if (crawl->page_count == 0)
        die("\"%s\" is no URL; expected one like http://127.0.0.1:8000/", arguments->url);
    CHECK_RC(loop_add_signal_handler(crawl->loop, SIGINT, on_interrupt, crawl));
    begin_more(crawl);
}

static void crawl_free(struct crawl *crawl)
{
    curl_bridge_free(crawl->bridge);
    loop_free(crawl->loop);
    for (long i = 0; i < crawl->page_count; i++) {
        free_easy(crawl->pages[i]);
        free(crawl->pages[i]->url);
        free(crawl->pages[i]->body);
        free(crawl->pages[i]);
    }
    free(crawl->pages);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct crawl crawl;
    parse(&arguments, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    crawl_begin(&crawl, &arguments);
    CHECK_RC(loop_run_forever(crawl.loop));
    bool is_interrupted = crawl.is_interrupted;
    int failures = crawl.failures;
    crawl_free(&crawl);
    return is_interrupted ? 128 + SIGINT : failures > 0;
}
