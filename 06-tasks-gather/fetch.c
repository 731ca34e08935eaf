/* fetch.c - a libcurl transfer turned into a wait: begin it, suspend, be woken by its end.
 *
 * This is how any library with callbacks becomes awaitable: the callback wakes the coroutine, and
 * the coroutine's cancel takes the request back. Nothing else is needed.
 */
#include "fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "curl_bridge.h"

#define BODY_MAX           (16 * 1024 * 1024) /* bytes */
#define TIMEOUT_MS         300000L            /* for all of it; aiohttp's default */
#define CONNECT_TIMEOUT_MS 30000L

struct fetcher {
    struct curl_bridge *bridge;
    int under_way;
};

/* One fetch. It lies on the stack of the coroutine that waits for it. */
struct request {
    struct co_waiter waiter; /* first: on_cancel knows us by it */
    struct co *co;
    struct fetcher *fetcher;
    CURL *easy;
    CURLcode code; /* how the transfer ended */
    struct fetch_result *result;
    size_t capacity;             /* of result->body */
    int body_error;              /* why we refused the body: -EFBIG, -ENOMEM; 0: we did not */
    char words[CURL_ERROR_SIZE]; /* libcurl's, when it failed */
};

struct fetcher *fetcher_new(struct loop *loop)
{
    struct fetcher *fetcher = calloc(1, sizeof *fetcher);
    if (!fetcher)
        return NULL;
    fetcher->bridge = curl_bridge_new(loop);
    if (!fetcher->bridge) {
        free(fetcher);
        return NULL;
    }
    return fetcher;
}

void fetcher_free(struct fetcher *fetcher)
{
    if (!fetcher)
        return;
    curl_bridge_free(fetcher->bridge);
    free(fetcher);
}

void fetcher_limit_connections(struct fetcher *fetcher, int connections)
{
    curl_bridge_limit_connections(fetcher->bridge, connections);
}

void fetch_result_free(struct fetch_result *result)
{
    free(result->body);
    result->body = NULL;
    result->length = 0;
}

/* ---- The body ------------------------------------------------------------------------------ */

/* Room for `length` bytes more and a NUL. */
static int make_room(struct request *request, size_t length)
{
    struct fetch_result *result = request->result;
    size_t needed = result->length + length + 1;
    if (needed <= request->capacity)
        return 0;
    if (needed > BODY_MAX + 1)
        return -EFBIG;
    size_t capacity = needed < 512 ? 512 : 2 * needed;
    if (capacity > BODY_MAX + 1)
        capacity = BODY_MAX + 1;
    char *body = realloc(result->body, capacity);
    if (!body)
        return -ENOMEM;
    result->body = body;
    request->capacity = capacity;
    return 0;
}

/* Called inside libcurl. To take less than it gives ends the transfer. */
static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct request *request = arg;
    struct fetch_result *result = request->result;
    size_t length = size * count;
    request->body_error = make_room(request, length);
    if (request->body_error < 0)
        return length + 1;
    memcpy(result->body + result->length, bytes, length);
    result->length += length;
    return length;
}

/* ---- One fetch ----------------------------------------------------------------------------- */

/* Nothing that the environment says (proxies) and nothing that an answer says (redirects) leads
 * anywhere but to the URL. */
static CURL *make_easy(struct request *request, const char *url)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        return NULL;
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->words);
    if (curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK) { /* the only one that is copied */
        curl_easy_cleanup(easy);
        return NULL;
    }
    return easy;
}

static void on_done(CURL *easy, CURLcode code, void *arg)
{
    (void)easy;
    struct request *request = arg;
    request->code = code;
    co_wake_now(request->co, 0);
}

/* The task is cancelled: the transfer is taken off libcurl, which closes its connection. */
static bool on_cancel(struct co_waiter *waiter)
{
    struct request *request = (struct request *)waiter;
    curl_bridge_remove(request->fetcher->bridge, request->easy);
    return true;
}

/* libcurl looks for an idle connection among all that it has, one by one, and walks through them
 * once more at the end. With ten thousand under way that is most of its work. There are more than
 * it would keep then, so this one gets a connection of its own, which is closed afterwards. */
static void use_own_connection(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

/* Begins the transfer and suspends until it has ended. */
static int transfer(struct request *request)
{
    struct fetcher *fetcher = request->fetcher;
    if (fetcher->under_way >= CURL_BRIDGE_IDLE_CONNECTIONS)
        use_own_connection(request->easy);
    fetcher->under_way++;
    int rc = curl_bridge_add(fetcher->bridge, request->easy, on_done, request);
    if (rc == 0)
        rc = co_wait(&request->waiter);
    if (rc == 0)
        rc = request->body_error ? request->body_error : curl_error(request->easy, request->code);
    fetcher->under_way--;
    return rc;
}

static void copy_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

/* Even an empty body is a text. */
static int take_answer(struct request *request)
{
    struct fetch_result *result = request->result;
    const char *content_type = NULL;
    int rc = make_room(request, 0);
    if (rc < 0)
        return rc;
    result->body[result->length] = '\0';
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &result->status);
    curl_easy_getinfo(request->easy, CURLINFO_CONTENT_TYPE, &content_type);
    copy_text(result->content_type, sizeof result->content_type, content_type);
    return 0;
}

static void take_error(struct request *request, int rc)
{
    fetch_result_free(request->result);
    const char *words = request->words[0] ? request->words : NULL;
    if (rc == -EFBIG)
        words = "the body is over 16 MiB";
    else if (!words && request->code != CURLE_OK)
        words = curl_easy_strerror(request->code);
    copy_text(request->result->error, sizeof request->result->error, words ? words : strerror(-rc));
}

int fetch(struct fetcher *fetcher, const char *url, struct fetch_result *result)
{
    *result = (struct fetch_result){.body = NULL};
    struct request request = {
        .waiter = {on_cancel, "fetch"},
        .co = co_current(),
        .fetcher = fetcher,
        .result = result,
    };
    request.easy = make_easy(&request, url);
    int rc = request.easy ? transfer(&request) : -ENOMEM;
    if (rc == 0)
        rc = take_answer(&request);
    if (rc < 0)
        take_error(&request, rc);
    curl_easy_cleanup(request.easy);
    return rc;
}
