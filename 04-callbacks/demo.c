/* demo.c - five delays at once, by callbacks; first by our own protocol, then by libcurl's.
 *
 *     build/04-callbacks/demo                         against the /aio server on port 3000
 *     build/04-callbacks/demo --url http://127.0.0.1:4000 1 2 3
 *
 * Watch that the picture is that of chapter 03: one thread, everything at once, the longest delay
 * decides. And that it comes twice: libcurl, a large library that knows nothing of our loop, does
 * its work on it as our own few callbacks do. Then look for the place in this file where a fetch
 * begins, waits and ends. There is none; it is in four functions. That is what chapter 05 mends.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "curl_bridge.h"
#include "demo.h"
#include "http_fetch.h"
#include "net.h"

struct run {
    struct demo *demo;
    struct loop *loop;
    int under_way; /* when it comes to 0, the loop stops */
};

static void fetch_ended(struct run *run, int i, int result)
{
    demo_fetch_ended(run->demo, i, result);
    if (--run->under_way == 0)
        loop_stop(run->loop);
}

/* ---- By a protocol of our own -------------------------------------------------------------- */

struct own_fetch {
    struct http_fetch http;
    struct run *run;
    int i;
};

static void on_own_done(struct http_fetch *http, int result)
{
    struct own_fetch *fetch = http->arg;
    const struct http_answer *answer = &http->answer;
    if (result == 0)
        result = demo_check_answer(fetch->run->demo, fetch->i, answer->status, answer->body,
                                   answer->length);
    fetch_ended(fetch->run, fetch->i, result);
}

static void begin_own(struct run *run, struct own_fetch *fetch, int i)
{
    struct demo *demo = run->demo;
    char target[64];
    fetch->run = run;
    fetch->i = i;
    fetch->http.on_done = on_own_done;
    fetch->http.arg = fetch;
    demo_target(demo, i, target, sizeof target);
    demo_fetch_begins(demo, i);
    int rc = http_fetch_begin(&fetch->http, run->loop, demo->host, demo->port, target);
    if (rc < 0)
        fetch_ended(run, i, rc);
}

static void run_own(struct run *run)
{
    int count = run->demo->count;
    struct own_fetch *fetches = calloc((size_t)count, sizeof fetches[0]);
    if (!fetches)
        die_error(ENOMEM, "%d fetches", count);
    run->under_way = count;
    for (int i = 0; i < count; i++)
        begin_own(run, &fetches[i], i);
    CHECK_RC(loop_run_forever(run->loop));
    free(fetches);
}

/* ---- By libcurl ---------------------------------------------------------------------------- */

struct curl_fetch {
    struct run *run;
    int i;
    size_t length;
    char body[256]; /* more than an answer of /aio needs; what is over fails the transfer */
};

/* Inside libcurl: it takes the bytes and calls nobody. To take fewer ends the transfer. */
static size_t keep_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct curl_fetch *fetch = arg;
    size_t length = size * count;
    if (length > sizeof fetch->body - fetch->length)
        return 0;
    memcpy(fetch->body + fetch->length, bytes, length);
    fetch->length += length;
    return length;
}

static int result_of(struct curl_fetch *fetch, CURL *easy, CURLcode code)
{
    long status;
    if (code != CURLE_OK)
        return curl_error(easy, code);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return demo_check_answer(fetch->run->demo, fetch->i, (int)status, fetch->body, fetch->length);
}

static void on_curl_done(CURL *easy, CURLcode code, void *arg)
{
    struct curl_fetch *fetch = arg;
    int result = result_of(fetch, easy, code);
    curl_easy_cleanup(easy);
    fetch_ended(fetch->run, fetch->i, result);
}

static CURL *make_easy(struct curl_fetch *fetch)
{
    struct demo *demo = fetch->run->demo;
    char target[64], url[sizeof demo->url + sizeof target];
    demo_target(demo, fetch->i, target, sizeof target);
    snprintf(url, sizeof url, "%s%s", demo->url, target);
    CURL *easy = curl_easy_init();
    if (!easy)
        die_error(ENOMEM, "curl_easy_init");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* whatever the environment says of proxies */
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    return easy;
}

static void run_by_libcurl(struct run *run)
{
    int count = run->demo->count;
    struct curl_bridge *bridge = curl_bridge_new(run->loop);
    struct curl_fetch *fetches = calloc((size_t)count, sizeof fetches[0]);
    if (!bridge || !fetches)
        die_error(ENOMEM, "%d fetches", count);
    run->under_way = count;
    for (int i = 0; i < count; i++) {
        fetches[i] = (struct curl_fetch){.run = run, .i = i};
        demo_fetch_begins(run->demo, i);
        CHECK_RC(curl_bridge_add(bridge, make_easy(&fetches[i]), on_curl_done, &fetches[i]));
    }
    CHECK_RC(loop_run_forever(run->loop));
    curl_bridge_free(bridge);
    free(fetches);
}

/* -------------------------------------------------------------------------------------------- */

static const struct demo_about about = {
    .chapter = "04-callbacks",
    .doc = "Fetches the delays at once by callbacks: by a protocol of our own, then by libcurl's "
           "multi interface on the same loop.",
    .title = "callbacks, one thread",
};

int main(int argc, char **argv)
{
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    struct run run = {.demo = &demo, .loop = loop_new(&backend_epoll)};
    if (!run.loop)
        die_error(errno, "cannot make a loop");

    run_own(&run);
    demo_finish_run(&demo, NULL);
    run_by_libcurl(&run);
    demo_finish_run(&demo, "by libcurl");
    loop_free(run.loop);
    return demo_end(&demo);
}
