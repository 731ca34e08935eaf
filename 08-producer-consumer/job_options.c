/* job_options.c - see job_options.h. */
#include "job_options.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "check.h"
#include "fetch_all.h"
#include "net.h"
#include "options.h"
#include "redis_url.h"

enum { KEY_QUEUE = 'q', KEY_ENGINE = 'e' };

static const struct argp_option option_list[] = {
    {"queue", KEY_QUEUE, "NAME", 0, "The queue's name (default: jobs)", 0},
    {"engine", KEY_ENGINE, "ENGINE", 0,
     "list or stream (default: list); the same for all who use the queue", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct job_options *options = state->input;
    struct job_queue unused;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->redis;
        options->queue = "jobs";
        options->engine = &job_engine_list;
        return 0;
    case KEY_QUEUE:
        options->queue = text;
        if (job_queue_init(&unused, &job_engine_list, text, NULL) < 0)
            argp_failure(state, USAGE_ERROR, 0,
                         "--queue \"%s\": expected letters, digits, \".\", \"_\" and \"-\"", text);
        return 0;
    case KEY_ENGINE:
        options->engine = job_engine_named(text);
        if (!options->engine)
            argp_failure(state, USAGE_ERROR, 0, "--engine \"%s\": expected list or stream", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&redis_argp, 0, NULL, 0}, {0}};

const struct argp job_argp = {.options = option_list, .parser = parse, .children = children};

int job_program(coro_fn *fn, void *arg, const struct job_options *options)
{
    char name[NET_NAME_MAX];
    net_ignore_sigpipe();
    int rc = run_on_epoll(fn, arg);
    if (rc == -ECANCELED)
        return 128 + SIGINT;
    redis_url_name(&options->redis, name, sizeof name);
    if (rc < 0)
        die_error(rc, "Redis at %s", name);
    return EXIT_SUCCESS;
}
