/* client_options.c - --host and --port, and perhaps one argument. */
#include "client_options.h"

#include "check.h"
#include "options.h"

enum { KEY_HOST = 256, KEY_PORT };

struct parsing {
    struct client_options *options;
    bool takes_argument;
};

static error_t parse_argument(struct parsing *parsing, char *text, struct argp_state *state)
{
    if (!parsing->takes_argument)
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
    else if (parsing->options->argument)
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected one argument; see --help", text);
    parsing->options->argument = text;
    return 0;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct parsing *parsing = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case KEY_HOST:
        parsing->options->host = text;
        return 0;
    case KEY_PORT:
        parsing->options->port = (uint16_t)option_number(state, "--port", text, 1, UINT16_MAX);
        return 0;
    case ARGP_KEY_ARG:
        return parse_argument(parsing, text, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void client_options_parse(struct client_options *options, uint16_t default_port,
                          const char *argument, const char *doc, int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"host", KEY_HOST, "HOST", 0, "Connect to this address or name (default 127.0.0.1)", 0},
        {"port", KEY_PORT, "PORT", 0, "Connect to this port", 0},
        {0},
    };
    const struct argp argp = {
        .options = list, .parser = parse_option, .args_doc = argument, .doc = doc};
    struct parsing parsing = {options, argument != NULL};
    *options = (struct client_options){.host = "127.0.0.1", .port = default_port};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &parsing);
    if (error != 0)
        die_error(error, "options");
}
