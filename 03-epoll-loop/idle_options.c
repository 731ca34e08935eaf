/* idle_options.c - see idle_options.h. */
#include "idle_options.h"

#include <errno.h>

#include "check.h"
#include "clock.h"

#define IDLE_S_DEFAULT 60
#define IDLE_S_MAX     1000000 /* eleven days */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct idle_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->server;
        return 0;
    case 'i':
        options->idle_ns = option_number(state, "--idle", text, 0, IDLE_S_MAX) * NS_PER_S;
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void idle_options_parse(struct idle_options *options, uint16_t default_port, const char *doc,
                        int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"idle", 'i', "SECONDS", 0, "Close a client who is idle for so long (default 60; 0: never)",
         0},
        {0},
    };
    static const struct argp_child children[] = {{&server_options_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = list, .parser = parse_option, .doc = doc, .children = children};
    *options =
        (struct idle_options){.server.port = default_port, .idle_ns = IDLE_S_DEFAULT * NS_PER_S};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, options);
    if (error != 0)
        die_error(error, "options");
}
