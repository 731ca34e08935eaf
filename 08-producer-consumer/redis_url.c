/* redis_url.c - see redis_url.h. */
#include "redis_url.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static int parse_database(const char *text, struct redis_options *options)
{
    long database;
    if (!text || *text == '\0')
        return 0;
    if (parse_number(text, 0, INT_MAX, &database) < 0)
        return -EINVAL;
    options->database = (int)database;
    return 0;
}

static int parse_user(char *text, struct redis_options *options)
{
    char *colon = strchr(text, ':');
    if (!colon)
        return -EINVAL;
    *colon = '\0';
    options->user = *text ? text : NULL;
    options->password = colon + 1;
    return 0;
}

/* "HOST", "HOST:PORT", "[::1]:PORT". */
static int parse_host(char *text, struct redis_options *options)
{
    long port = 0;
    char *rest = text + strcspn(text, ":");
    if (text[0] == '[') {
        rest = strchr(text, ']');
        if (!rest)
            return -EINVAL;
        *rest++ = '\0';
        text++;
    }
    if (*rest != '\0' && *rest != ':')
        return -EINVAL;
    if (*rest == ':' && parse_number(rest + 1, 1, UINT16_MAX, &port) < 0)
        return -EINVAL;
    *rest = '\0';
    options->host = *text ? text : NULL;
    options->port = (uint16_t)port;
    return 0;
}

static int parse_tcp(char *text, struct redis_options *options)
{
    char *host = strrchr(text, '@'); /* a password may have one, too */
    if (host) {
        *host++ = '\0';
        if (parse_user(text, options) < 0)
            return -EINVAL;
    } else {
        host = text;
    }
    char *database = host + strcspn(host, "/");
    if (*database)
        *database++ = '\0';
    return parse_database(database, options) < 0 ? -EINVAL : parse_host(host, options);
}

int redis_url_parse(char *text, struct redis_options *options)
{
    options->unix_path = options->host = options->user = options->password = NULL;
    options->port = 0;
    options->database = 0;
    if (strncmp(text, "redis://", 8) == 0)
        return parse_tcp(text + 8, options);
    if (strncmp(text, "unix:", 5) != 0 || text[5] == '\0')
        return -EINVAL;
    char *database = strchr(text, '?');
    if (database)
        *database++ = '\0';
    options->unix_path = text + 5;
    return parse_database(database, options);
}

void redis_url_name(const struct redis_options *options, char *name, size_t size)
{
    if (options->unix_path)
        snprintf(name, size, "%s", options->unix_path);
    else
        snprintf(name, size, "%s:%u", options->host ? options->host : "127.0.0.1",
                 options->port ? options->port : 6379);
}

/* ---- The option ---------------------------------------------------------------------------- */

static const struct argp_option option_list[] = {
    {"redis", 'r', "URL", 0,
     "redis://[:PASSWORD@]HOST[:PORT][/DATABASE] or unix:PATH (default: REDIS_URL of the "
     "environment, or redis://127.0.0.1:6379)",
     0},
    {0},
};

static void take_url(const struct argp_state *state, const char *what, const char *text)
{
    static char *kept; /* for as long as the program runs: the options point into it */
    char *copy = strdup(text);
    if (copy && redis_url_parse(copy, state->input) == 0) {
        free(kept); /* --redis goes before REDIS_URL */
        kept = copy;
        return;
    }
    free(copy);
    argp_failure(state, USAGE_ERROR, 0,
                 "%s \"%s\": expected redis://HOST:PORT/DATABASE or unix:PATH", what, text);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    const char *url = getenv("REDIS_URL");
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        if (url && *url)
            take_url(state, "REDIS_URL", url);
        return 0;
    case 'r':
        take_url(state, "--redis", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp redis_argp = {.options = option_list, .parser = parse_option};
