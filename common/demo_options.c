/* demo_options.c - the command line of a demo. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aio_url.h"
#include "check.h"
#include "clock.h"
#include "demo_parts.h"
#include "options.h"

#define MAX_UNIT_MS 60000
#define MAX_DELAY   3600

static const int default_delays[] = {5, 7, 5, 5, 7};

enum { KEY_URL = 256, KEY_UNIT, KEY_TIMELINE, KEY_OUTPUT, KEY_SUMMARY };

static const struct argp_option option_list[] = {
    {"url", KEY_URL, "URL", 0, AIO_URL_HELP, 0},
    {"unit-ms", KEY_UNIT, "MS", 0, "A unit of the picture (default: what the server says)", 0},
    {"timeline", KEY_TIMELINE, "FORMAT", 0, "Draw it as text (the default), svg or trace", 0},
    {"output", KEY_OUTPUT, "FILE", 0, "Draw it into this file, not on stdout", 0},
    {"summary", KEY_SUMMARY, "FILE", 0, "Append this demo's row of the table to this file", 0},
    {0},
};

/* ---- The address --------------------------------------------------------------------------- */

static void take_url(struct demo *demo, const struct argp_state *state, const char *text)
{
    struct aio_url url;
    aio_url_option(&url, state, text);
    memcpy(demo->url, url.text, sizeof demo->url);
    memcpy(demo->host, url.host, sizeof demo->host);
    demo->port = url.port;
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
        take_url(demo, state, NULL);
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
        take_url(demo, state, text);
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
