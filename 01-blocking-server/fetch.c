/* fetch.c - the same GET twice: by hand over a socket, and by libcurl.
 *
 *     build/01-blocking-server/fetch                            asks port 3000 for a delay of one
 *     build/01-blocking-server/fetch http://127.0.0.1:4000/Ada
 *
 * Watch for the difference: there is none. libcurl knows a hundred things that get.c does not (TLS,
 * proxies, redirects), but curl_easy_perform blocks as read(2) does: until the answer is there this
 * thread does nothing else. Chapter 04 has libcurl's other interface, which does not block.
 *
 * It is not a browser: http only, and by hand a body of 4096 bytes at most.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "get.h"
#include "net.h"
#include "options.h"

#define DEFAULT_URL "http://127.0.0.1:3000/aio?delay=1"
#define SHOWN       15 /* of the body */
#define TIMEOUT_S   300L

struct shown {
    long status;
    const char *type; /* NULL: the server did not say */
    char body[SHOWN + 1];
    size_t length; /* of what `body` holds */
};

static void show(const char *how, const struct shown *shown)
{
    printf("%s\n", how);
    printf("  Status: %ld\n", shown->status);
    printf("  Content-type: %s\n", shown->type ? shown->type : "(none)");
    printf("  Body: %s...\n", shown->body);
}

static void keep_body(struct shown *shown, const char *bytes, size_t count)
{
    size_t room = SHOWN - shown->length;
    size_t taken = count < room ? count : room;
    memcpy(shown->body + shown->length, bytes, taken);
    shown->length += taken;
}

/* ---- By hand ------------------------------------------------------------------------------- */

/* "/aio?delay=1" from the parts of an URL. To be freed with free. */
static char *target_of(CURLU *url)
{
    char *path = NULL, *query = NULL, *target = NULL;
    if (curl_url_get(url, CURLUPART_PATH, &path, 0) != CURLUE_OK)
        die_error(ENOMEM, "the URL");
    bool has_query = curl_url_get(url, CURLUPART_QUERY, &query, 0) == CURLUE_OK;
    if (asprintf(&target, "%s%s%s", path, has_query ? "?" : "", has_query ? query : "") < 0)
        die_error(ENOMEM, "the URL");
    curl_free(path);
    curl_free(query);
    return target;
}

static void fetch_by_hand(const char *host, uint16_t port, const char *target)
{
    struct http_answer answer;
    int rc = blocking_get(host, port, target, &answer);
    if (rc < 0)
        die_error(rc, "by hand: GET %s from %s port %u", target, host, port);
    struct shown shown = {
        .status = answer.status,
        .type = http_field(&answer.parser.head, "Content-Type"),
    };
    keep_body(&shown, answer.body, answer.length);
    show("by hand", &shown);
}

/* ---- By libcurl ---------------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    keep_body(arg, bytes, size * count);
    return size * count;
}

static void fetch_by_curl(const char *url)
{
    struct shown shown = {.status = 0};
    CURL *easy = curl_easy_init();
    if (!easy)
        die_error(ENOMEM, "libcurl");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, TIMEOUT_S); /* without it: for ever */
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &shown);
    CURLcode code = curl_easy_perform(easy);
    if (code != CURLE_OK)
        die("by libcurl: GET %s: %s", url, curl_easy_strerror(code));
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &shown.status);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &shown.type); /* lives as long as `easy` */
    show("by libcurl", &shown);
    curl_easy_cleanup(easy);
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    const char **url = state->input;
    if (key == ARGP_KEY_INIT)
        argp_err_exit_status = USAGE_ERROR;
    else if (key == ARGP_KEY_ARG && *url)
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": one URL at a time", text);
    else if (key == ARGP_KEY_ARG)
        *url = text;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

/* What a GET by hand needs. An address of IPv6 has brackets in an URL, and nowhere else. */
static void split_url(CURLU *parts, const char *url, char **host, uint16_t *port)
{
    char *scheme = NULL, *digits = NULL;
    long number = 0;
    if (curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, host, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_PORT, &digits, CURLU_DEFAULT_PORT) != CURLUE_OK ||
        strcmp(scheme, "http") != 0 || parse_number(digits, 1, UINT16_MAX, &number) < 0) {
        fprintf(stderr, "fetch: \"%s\": expected http://HOST:PORT/PATH\n", url);
        exit(USAGE_ERROR);
    }
    size_t length = strlen(*host);
    if ((*host)[0] == '[') {
        (*host)[length - 1] = '\0';
        memmove(*host, *host + 1, length - 1);
    }
    *port = (uint16_t)number;
    curl_free(scheme);
    curl_free(digits);
}

int main(int argc, char **argv)
{
    static const struct argp argp = {.parser = parse_option,
                                     .args_doc = "[URL]",
                                     .doc = "One GET by hand, and the same by libcurl "
                                            "(default: " DEFAULT_URL ")."};
    const char *url = NULL;
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &url);
    if (error != 0)
        die_error(error, "options");
    if (!url)
        url = DEFAULT_URL;
    net_ignore_sigpipe();
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        die("libcurl cannot begin");

    CURLU *parts = curl_url();
    if (!parts)
        die_error(ENOMEM, "the URL");
    char *host = NULL;
    uint16_t port = 0;
    split_url(parts, url, &host, &port);
    char *target = target_of(parts);
    fetch_by_hand(host, port, target);
    fetch_by_curl(url);
    free(target);
    curl_free(host);
    curl_url_cleanup(parts);
    curl_global_cleanup();
    return 0;
}
