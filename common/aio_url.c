/* aio_url.c - see aio_url.h. */
#include "aio_url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static bool url_has(CURLU *parts, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(parts, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static bool url_is(CURLU *parts, CURLUPart part, const char *expected)
{
    char *text = NULL;
    bool is = curl_url_get(parts, part, &text, 0) == CURLUE_OK && strcmp(text, expected) == 0;
    curl_free(text);
    return is;
}

static bool url_is_plain(CURLU *parts)
{
    static const CURLUPart others[] = {CURLUPART_USER,   CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                                       CURLUPART_ZONEID, CURLUPART_QUERY,    CURLUPART_FRAGMENT};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (url_has(parts, others[i]))
            return false;
    return url_is(parts, CURLUPART_SCHEME, "http") && url_is(parts, CURLUPART_PATH, "/");
}

/* An IPv6 address stands in brackets in an URL, and nowhere else. */
static bool keep_address(struct aio_url *url, const char *host, const char *port)
{
    long number;
    if (parse_number(port, 1, UINT16_MAX, &number) < 0)
        return false;
    url->port = (uint16_t)number;
    size_t skip = host[0] == '[';
    size_t length = strlen(host) - 2 * skip;
    int url_length = snprintf(url->text, sizeof url->text, "http://%s:%s", host, port);
    if (length >= sizeof url->host || url_length >= (int)sizeof url->text)
        return false;
    memcpy(url->host, host + skip, length);
    url->host[length] = '\0';
    return true;
}

int aio_url_parse(struct aio_url *url, const char *text)
{
    CURLU *parts = curl_url();
    if (!parts)
        return -ENOMEM;
    char *host = NULL, *port = NULL;
    bool ok = curl_url_set(parts, CURLUPART_URL, text, 0) == CURLUE_OK && url_is_plain(parts) &&
              curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              keep_address(url, host, port);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return ok ? 0 : -EINVAL;
}

static void read_url(struct aio_url *url, const struct argp_state *state, const char *what,
                     const char *text)
{
    int rc = aio_url_parse(url, text);
    if (rc < 0)
        argp_failure(state, USAGE_ERROR, rc == -ENOMEM ? ENOMEM : 0,
                     "%s \"%s\": expected http://HOST:PORT", what, text);
}

void aio_url_option(struct aio_url *url, const struct argp_state *state, const char *text)
{
    const char *said = getenv("AIO_URL");
    if (text)
        read_url(url, state, "--url", text);
    else if (said && said[0])
        read_url(url, state, "AIO_URL", said);
    else
        read_url(url, state, "--url", AIO_URL_DEFAULT);
}
