/* curl_easy_in_a_coroutine.c - broken on purpose: a library that waits by itself, in a coroutine.
 *
 *     build/05-coroutines/broken/curl_easy_in_a_coroutine     against the /aio server on port 3000
 *
 * It is the chapter's demo, but for one call: each of the five coroutines fetches by libcurl's
 * curl_easy_perform. That call waits for the answer in poll(2), inside, where no co_ can stand. So
 * the thread waits, and with it the loop and the other four. Watch the picture: it is chapter 01's,
 * 29 units, and the server has never seen two requests at a time.
 *
 * Nothing is wrong with libcurl. Chapter 04 has the call that is meant for loops (curl_bridge.h),
 * and chapter 06 makes a coroutine's fetch of it.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend.h"
#include "check.h"
#include "co.h"
#include "demo.h"

struct fetches {
    struct demo *demo;
    int left; /* not ended yet */
};

struct fetch {
    struct fetches *all;
    int index;
};

static const struct demo_about about = {
    .chapter = "curl_easy in a coroutine",
    .doc = "Broken on purpose: fetches the delays in coroutines, by a library that blocks.",
    .title = "five coroutines, and a library that blocks",
};

static size_t keep_nothing(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes;
    (void)arg;
    return size * count;
}

static int perform(CURL *easy, const char *url)
{
    long status = 0;
    if (curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_nothing) != CURLE_OK)
        return -ENOMEM;
    if (curl_easy_perform(easy) != CURLE_OK) /* the trap: fetch is the word, of chapter 06 */
        return -EIO;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status == 200 ? 0 : -EREMOTEIO;
}

static int fetch_by_curl(const struct demo *demo, int i)
{
    char target[64], url[sizeof demo->url + sizeof target];
    demo_target(demo, i, target, sizeof target);
    snprintf(url, sizeof url, "%s%s", demo->url, target);
    CURL *easy = curl_easy_init();
    if (!easy)
        return -ENOMEM;
    int rc = perform(easy, url);
    curl_easy_cleanup(easy);
    return rc;
}

/* A coroutine, by its form. */
static int fetch_one(void *arg)
{
    struct fetch *fetch = arg;
    struct fetches *all = fetch->all;
    demo_fetch_begins(all->demo, fetch->index);
    int rc = fetch_by_curl(all->demo, fetch->index);
    demo_fetch_ended(all->demo, fetch->index, rc);
    if (--all->left == 0)
        loop_stop(co_loop());
    return rc;
}

int main(int argc, char **argv)
{
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        die("libcurl cannot be set up");
    struct loop *loop = loop_new(&backend_epoll);
    struct fetches all = {.demo = &demo, .left = demo.count};
    struct fetch *fetches = calloc((size_t)demo.count, sizeof fetches[0]);
    if (!loop || !fetches)
        die_error(errno, "cannot set up the loop");
    for (int i = 0; i < demo.count; i++) {
        fetches[i] = (struct fetch){&all, i};
        CHECK_RC(co_spawn(loop, fetch_one, &fetches[i], "fetch"));
    }
    CHECK_RC(loop_run_forever(loop));
    free(fetches);
    loop_free(loop);
    coro_trim();
    curl_global_cleanup();
    return demo_finish(&demo);
}
