/* demo_stats.c - the counters of the /aio server, asked for by libcurl's easy interface.
 *
 * This is not the subject of any chapter, so it takes the shortest way: one blocking request, one
 * connection, closed at once.
 */
#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "demo_parts.h"

#define CONNECT_TIMEOUT_S 5L
#define TOTAL_TIMEOUT_S   10L

struct answer {
    long status;
    size_t length;
    char body[4096];
};

/* libcurl gives the body piece by piece; another number than it gave ends the transfer. */
static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    size_t length = size * count;
    if (length > sizeof answer->body - answer->length)
        return 0;
    memcpy(answer->body + answer->length, bytes, length);
    answer->length += length;
    return length;
}

static CURLcode set_options(CURL *curl, const char *url, bool post, struct answer *answer)
{
    bool ok = curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_NOPROXY, "*") == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_TIMEOUT, TOTAL_TIMEOUT_S) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
              curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK;
    if (ok && post)
        ok = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "") == CURLE_OK;
    return ok ? CURLE_OK : CURLE_FAILED_INIT;
}

static void tell_absence(const struct demo *demo, CURL *curl, CURLcode rc, char why[DEMO_WHY_MAX])
{
    long error = 0;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &error);
    bool known = rc == CURLE_COULDNT_CONNECT && error != 0;
    snprintf(why, DEMO_WHY_MAX, "no /aio server at %s (%s); start one with: make aio", demo->url,
             known ? error_text((int)error) : curl_easy_strerror(rc));
}

static void tell_stranger(const struct demo *demo, const char *path, const char *what,
                          char why[DEMO_WHY_MAX])
{
    snprintf(why, DEMO_WHY_MAX,
             "what answers at %s is no /aio server (%s: %s); name one by --url or AIO_URL",
             demo->url, path, what);
}

static bool is_absence(CURLcode rc)
{
    return rc == CURLE_COULDNT_CONNECT || rc == CURLE_COULDNT_RESOLVE_HOST ||
           rc == CURLE_OPERATION_TIMEDOUT;
}

static bool perform(const struct demo *demo, CURL *curl, const char *path, bool post,
                    struct answer *answer, char why[DEMO_WHY_MAX])
{
    char url[sizeof demo->url + 32];
    snprintf(url, sizeof url, "%s%s", demo->url, path);
    CURLcode rc = set_options(curl, url, post, answer);
    if (rc == CURLE_OK)
        rc = curl_easy_perform(curl);
    if (rc == CURLE_OK)
        rc = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    if (is_absence(rc))
        tell_absence(demo, curl, rc, why);
    else if (rc != CURLE_OK)
        tell_stranger(demo, path, curl_easy_strerror(rc), why);
    return rc == CURLE_OK;
}

static bool ask(const struct demo *demo, const char *path, bool post, struct answer *answer,
                char why[DEMO_WHY_MAX])
{
    answer->length = 0;
    CURL *curl = curl_easy_init();
    if (curl == NULL) {
        snprintf(why, DEMO_WHY_MAX, "libcurl: %s", error_text(ENOMEM));
        return false;
    }
    bool ok = perform(demo, curl, path, post, answer, why);
    curl_easy_cleanup(curl);
    if (ok && answer->status != 200 && answer->status != 204) {
        char status[32];
        snprintf(status, sizeof status, "status %ld", answer->status);
        tell_stranger(demo, path, status, why);
        return false;
    }
    return ok;
}

static bool unpack(const struct answer *answer, struct demo_counters *counters)
{
    json_int_t requests, in_flight, max_in_flight, completed, aborted, unit_ms = 0;
    json_t *json = json_loadb(answer->body, answer->length, 0, NULL);
    int rc = json_unpack(json, "{s:I, s:I, s:I, s:I, s:I, s?I}", "requests", &requests, "in_flight",
                         &in_flight, "max_in_flight", &max_in_flight, "completed", &completed,
                         "aborted", &aborted, "unit_ms", &unit_ms);
    json_decref(json);
    if (rc < 0 || unit_ms < 0 || unit_ms > INT32_MAX)
        return false;
    *counters = (struct demo_counters){
        .requests = requests,
        .in_flight = in_flight,
        .max_in_flight = max_in_flight,
        .completed = completed,
        .aborted = aborted,
        .unit_ms = unit_ms,
    };
    return true;
}

bool demo_get_counters(const struct demo *demo, struct demo_counters *counters,
                       char why[DEMO_WHY_MAX])
{
    struct answer answer;
    if (!ask(demo, "/stats", false, &answer, why))
        return false;
    if (unpack(&answer, counters))
        return true;
    tell_stranger(demo, "/stats", "its counters are not there", why);
    return false;
}

bool demo_reset_counters(const struct demo *demo, char why[DEMO_WHY_MAX])
{
    struct answer answer;
    return ask(demo, "/stats/reset", true, &answer, why);
}
