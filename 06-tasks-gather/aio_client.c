/* aio_client.c - options, the server's counters by fetch(), and one task_run(). */
#include "aio_client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "net.h"
#include "options.h"

#define MAX_UNIT_MS 60000
#define MAX_DELAY   3600 /* units */
#define MAX_TIMEOUT 3600 /* units */
#define PATIENCE    (10 * NS_PER_S)

/* ---- Options ------------------------------------------------------------------------------- */

static error_t parse_timeout(int key, char *text, struct argp_state *state)
{
    int *units = state->input;
    if (key != 't')
        return ARGP_ERR_UNKNOWN;
    *units = (int)option_number(state, "--timeout", text, 0, MAX_TIMEOUT);
    return 0;
}

static const struct argp_option timeout_option[] = {
    {"timeout", 't', "UNITS", 0, "How long is waited", 0},
    {0},
};

const struct argp aio_timeout_argp = {.options = timeout_option, .parser = parse_timeout};

enum { KEY_URL = 256, KEY_UNIT };

static const struct argp_option option_list[] = {
    {"url", KEY_URL, "URL", 0, AIO_URL_HELP, 0},
    {"unit-ms", KEY_UNIT, "MS", 0, "How long a unit is here (default: what the server says)", 0},
    {0},
};

struct parsing {
    struct aio_client *client;
    const struct aio_client_about *about;
};

static void add_delay(const struct parsing *parsing, const struct argp_state *state,
                      const char *text)
{
    struct aio_client *client = parsing->client;
    if (client->count == parsing->about->max_count)
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": too much, the limit is %d; see --help", text,
                     parsing->about->max_count);
    client->delays[client->count++] = (int)option_number(state, "delay", text, 0, MAX_DELAY);
}

static void take_defaults(const struct parsing *parsing, const struct argp_state *state)
{
    struct aio_client *client = parsing->client;
    const struct aio_client_about *about = parsing->about;
    if (client->url.port == 0)
        aio_url_option(&client->url, state, NULL);
    if (client->count > 0)
        return;
    for (int i = 0; i < about->count; i++)
        client->delays[i] = about->delays[i];
    client->count = about->count;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct parsing *parsing = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        if (parsing->about->own)
            state->child_inputs[0] = parsing->about->own_input;
        return 0;
    case KEY_URL:
        aio_url_option(&parsing->client->url, state, text);
        return 0;
    case KEY_UNIT:
        parsing->client->unit_ns =
            option_number(state, "--unit-ms", text, 1, MAX_UNIT_MS) * NS_PER_MS;
        return 0;
    case ARGP_KEY_ARG:
        if (parsing->about->max_count == 0)
            return ARGP_ERR_UNKNOWN; /* the program's own parser takes it, or argp refuses it */
        add_delay(parsing, state, text);
        return 0;
    case ARGP_KEY_END:
        take_defaults(parsing, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void aio_client_options(struct aio_client *client, int argc, char **argv,
                        const struct aio_client_about *about)
{
    struct parsing parsing = {client, about};
    const struct argp_child children[] = {{about->own, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = option_list,
        .parser = parse_option,
        .args_doc = about->max_count == 0   ? NULL
                    : about->max_count == 1 ? "[DELAY]"
                                            : "[DELAY...]",
        .doc = about->doc,
        .children = about->own ? children : NULL,
    };
    *client = (struct aio_client){.count = 0};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &parsing);
    if (error != 0)
        die_error(error, "options");
}

/* ---- The server ---------------------------------------------------------------------------- */

/* An answer that is not what was asked for is no result. */
static int check_status(struct fetch_result *result)
{
    if (result->status == 200)
        return 0;
    fetch_result_free(result);
    snprintf(result->error, sizeof result->error, "status %ld", result->status);
    return result->status >= 500 ? -EREMOTEIO : -EPROTO;
}

int aio_get(struct aio_client *client, struct fetch_result *result, const char *format, ...)
{
    char url[384];
    int length = snprintf(url, sizeof url, "%s", client->url.text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(url + length, sizeof url - (size_t)length, format, arguments);
    va_end(arguments);
    int rc = fetch(client->fetcher, url, result);
    return rc < 0 ? rc : check_status(result);
}

/* By hand, since a stranger's JSON could be nested deeper than this stack is. */
static int read_counter(const char *json, const char *name, long *value)
{
    char key[40];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *found = strstr(json, key);
    if (!found)
        return -EPROTO;
    char *end;
    *value = strtol(found + strlen(key), &end, 10);
    return end == found + strlen(key) ? -EPROTO : 0;
}

static int read_counters(const char *json, struct aio_counters *counters, long *unit_ms)
{
    const struct {
        const char *name;
        long *value;
    } fields[] = {
        {"requests", &counters->requests},
        {"in_flight", &counters->in_flight},
        {"completed", &counters->completed},
        {"aborted", &counters->aborted},
        {"unit_ms", unit_ms},
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof fields / sizeof fields[0]; i++)
        rc = read_counter(json, fields[i].name, fields[i].value);
    return rc;
}

/* As the server counts them, since it began or was reset. */
static int ask_counters(struct aio_client *client, struct aio_counters *counters, long *unit_ms,
                        struct fetch_result *answer)
{
    int rc = aio_get(client, answer, "/stats");
    if (rc == 0)
        rc = read_counters(answer->body, counters, unit_ms);
    fetch_result_free(answer);
    return rc;
}

static bool is_absence(int rc)
{
    return rc == -ECONNREFUSED || rc == -ENXIO || rc == -ETIMEDOUT || rc == -EHOSTUNREACH ||
           rc == -ENETUNREACH;
}

static int meet_server(struct aio_client *client)
{
    long unit_ms = 0;
    struct fetch_result answer;
    int rc = ask_counters(client, &client->at_start, &unit_ms, &answer);
    if (rc == 0 && client->unit_ns == 0)
        client->unit_ns = unit_ms * NS_PER_MS;
    if (is_absence(rc))
        snprintf(client->why, sizeof client->why,
                 "no /aio server at %s (%s); start one with: make aio", client->url.text,
                 error_text(rc));
    else if (rc < 0 && rc != -ECANCELED && rc != -ENOMEM)
        snprintf(
            client->why, sizeof client->why,
            "what answers at %s is no /aio server (/stats: %.60s); name one by --url or AIO_URL",
            client->url.text, answer.error[0] ? answer.error : "its counters are not there");
    return rc;
}

int aio_counters(struct aio_client *client, struct aio_counters *counters)
{
    long unit_ms;
    struct fetch_result answer;
    const struct aio_counters *before = &client->at_start;
    int rc = ask_counters(client, counters, &unit_ms, &answer);
    counters->requests -= before->requests;
    counters->in_flight -= before->in_flight;
    counters->completed -= before->completed;
    counters->aborted -= before->aborted;
    return rc;
}

int aio_wait_in_flight(struct aio_client *client, int in_flight, struct aio_counters *counters)
{
    int64_t deadline = loop_time(co_loop()) + PATIENCE;
    int rc = aio_counters(client, counters);
    while (rc == 0 && counters->in_flight != in_flight) {
        if (loop_time(co_loop()) > deadline)
            return -ETIMEDOUT;
        rc = co_sleep(NS_PER_MS);
        if (rc == 0)
            rc = aio_counters(client, counters);
    }
    return rc;
}

double aio_units(const struct aio_client *client, int64_t since_ns)
{
    return (double)(loop_time(client->loop) - since_ns) / (double)client->unit_ns;
}

/* ---- Into the first task, and out again ---------------------------------------------------- */

struct run {
    struct aio_client *client;
    coro_fn *fn;
    void *arg;
};

static int run_with_fetcher(void *arg)
{
    struct run *run = arg;
    run->client->loop = co_loop();
    run->client->fetcher = fetcher_new(co_loop());
    if (!run->client->fetcher)
        return -ENOMEM;
    int rc = meet_server(run->client);
    if (rc == 0)
        rc = run->fn(run->arg);
    fetcher_free(run->client->fetcher);
    run->client->fetcher = NULL;
    return rc;
}

int aio_client_run(struct aio_client *client, coro_fn *fn, void *arg)
{
    struct run run = {client, fn, arg};
    net_ignore_sigpipe();
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int rc = task_run(loop, run_with_fetcher, &run, true);
    loop_free(loop);
    coro_trim();
    if (client->why[0])
        die("%s", client->why);
    if (rc < 0)
        die_error(rc, "%s", rc == -ECANCELED ? "interrupted" : "the main task failed");
    if (fflush(stdout) != 0 || ferror(stdout))
        die("stdout could not be written");
    return 0;
}
