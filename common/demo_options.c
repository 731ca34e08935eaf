/* demo_options.c - the command line of a demo, and the address in its --url. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "demo_parts.h"
#include "options.h"

#define DEFAULT_URL "http://127.0.0.1:3000"
#define MAX_UNIT_MS 60000
#define MAX_DELAY   3600

static const int default_delays[] = {5, 7, 5, 5, 7};

enum { KEY_URL = 256, KEY_UNIT, KEY_TIMELINE, KEY_OUTPUT, KEY_SUMMARY };

static const struct argp_option option_list[] = {
    {"url", KEY_URL, "URL", 0,
     "The /aio server (default: AIO_URL in the environment, else " DEFAULT_URL ")", 0},
    {"unit-ms", KEY_UNIT, "MS", 0, "A unit of the picture (default: what the server says)", 0},
    {"timeline", KEY_TIMELINE, "FORMAT", 0, "Draw it as text (the default), svg or trace", 0},
    {"output", KEY_OUTPUT, "FILE", 0, "Draw it into this file, not on stdout", 0},
    {"summary", KEY_SUMMARY, "FILE", 0, "Append this demo's row of the table to this file", 0},
    {0},
};

/* ---- The address --------------------------------------------------------------------------- */

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

/* Nothing but http, a host and a port: what else an URL can say, a demo would have to ignore. */
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
static bool keep_address(struct demo *demo, const char *host, const char *port)
{
    long number;
    if (parse_number(port, 1, UINT16_MAX, &number) < 0)
        return false;
    demo->port = (uint16_t)number;
    size_t skip = host[0] == '[';
    size_t length = strlen(host) - 2 * skip;
    int url_length = snprintf(demo->url, sizeof demo->url, "http://%s:%s", host, port);
    if (length >= sizeof demo->host || url_length >= (int)sizeof demo->url)
        return false;
    memcpy(demo->host, host + skip, length);
    demo->host[length] = '\0';
    return true;
}

static bool split_url(struct demo *demo, const char *url)
{
    CURLU *parts = curl_url();
    if (parts == NULL)
        die_error(ENOMEM, "--url");
    char *host = NULL, *port = NULL;
    bool ok = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK && url_is_plain(parts) &&
              curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              keep_address(demo, host, port);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return ok;
}

static void read_url(struct demo *demo, const struct argp_state *state, const char *what,
                     const char *url)
{
    if (!split_url(demo, url))
        argp_failure(state, USAGE_ERROR, 0, "%s \"%s\": expected http://HOST:PORT", what, url);
}

static void take_default_url(struct demo *demo, const struct argp_state *state)
{
    const char *url = getenv("AIO_URL");
    if (url != NULL && url[0] != '\0')
        read_url(demo, state, "AIO_URL", url);
    else
        read_url(demo, state, "--url", DEFAULT_URL);
}

/* ---- The other values ---------------------------------------------------------------------- */

static enum timeline_format format_option(const struct argp_state *state, const char *text)
{
    if (strcmp(text, "svg") == 0)
        return TIMELINE_SVG;
    if (strcmp(text, "trace") == 0)
        return TIMELINE_TRACE;
    if (strcmp(text, "text") != 0)
        argp_failure(state, USAGE_ERROR, 0, "--timeline \"%s\": expected text, svg or trace", text);
    return TIMELINE_TEXT;
}

static const char *file_option(const struct argp_state *state, const char *what, const char *text)
{
    if (text[0] == '\0')
        argp_failure(state, USAGE_ERROR, 0, "%s \"\": expected the name of a file", what);
    return text;
}

static void add_delay(struct demo *demo, const struct argp_state *state, const char *text)
{
    long max = demo->about->max_delay_units > 0 ? (long)demo->about->max_delay_units : MAX_DELAY;
    long delay = 0;
    if (demo->count == DEMO_MAX_FETCHES)
        argp_failure(state, USAGE_ERROR, 0, "delay \"%s\": expected %d delays at most", text,
                     DEMO_MAX_FETCHES);
    if (parse_number(text, 0, max, &delay) < 0)
        argp_failure(state, USAGE_ERROR, 0,
                     "delay \"%s\": expected a whole number of units from 0 to %ld", text, max);
    demo->delays[demo->count++] = (int)delay;
}

static void take_defaults(struct demo *demo, const struct argp_state *state)
{
    if (demo->url[0] == '\0')
        take_default_url(demo, state);
    if (demo->count == 0) {
        memcpy(demo->delays, default_delays, sizeof default_delays);
        demo->count = sizeof default_delays / sizeof default_delays[0];
    }
}

/* ---- argp ---------------------------------------------------------------------------------- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct demo *demo = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        if (demo->about->own != NULL)
            state->child_inputs[0] = demo->about->own_input;
        return 0;
    case KEY_URL:
        read_url(demo, state, "--url", text);
        return 0;
    case KEY_UNIT:
        demo->unit_ns = option_number(state, "--unit-ms", text, 1, MAX_UNIT_MS) * NS_PER_MS;
        return 0;
    case KEY_TIMELINE:
        demo->format = format_option(state, text);
        return 0;
    case KEY_OUTPUT:
        demo->output = file_option(state, "--output", text);
        return 0;
    case KEY_SUMMARY:
        demo->summary = file_option(state, "--summary", text);
        return 0;
    case ARGP_KEY_ARG:
        add_delay(demo, state, text);
        return 0;
    case ARGP_KEY_END:
        take_defaults(demo, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void demo_read_options(struct demo *demo, int argc, char **argv, const struct demo_about *about)
{
    demo->about = about;
    demo->delays = calloc(DEMO_MAX_FETCHES, sizeof *demo->delays);
    if (demo->delays == NULL)
        die_error(ENOMEM, "delays");
    const struct argp_child children[] = {{about->own, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = option_list,
        .parser = parse_option,
        .args_doc = "[DELAY...]",
        .doc = about->doc,
        .children = about->own != NULL ? children : NULL,
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, demo);
    if (error != 0)
        die_error(error, "options");
}
