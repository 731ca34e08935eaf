/* app.c - the /aio server of the whole course, on port 3000.
 *
 *     build/10-http-server/app
 *     curl http://127.0.0.1:3000/aio?delay=2
 *     curl http://127.0.0.1:3000/stats
 *
 * Watch one process with one thread hold as many waiting requests as you like. With --loop uv the
 * same program runs on libuv: one line of difference, below.
 * It is no server for the open Internet: no TLS; put a front server before it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "aio.h"
#include "backend.h"
#include "backend_uv.h"
#include "check.h"
#include "clock.h"
#include "fd_limit.h"
#include "net.h"
#include "options.h"

struct settings {
    struct server_options server;
    long unit_ms, grace_s, max_connections;
    uint64_t seed;
    const char *log_name; /* NULL: stderr */
    bool quiet;
    const struct loop_backend *backend;
};

/* ---- Options ------------------------------------------------------------------------------- */

enum { KEY_UNIT = 300, KEY_SEED, KEY_LOG, KEY_QUIET, KEY_LOOP, KEY_GRACE, KEY_CONNECTIONS };

static const struct argp_option option_list[] = {
    {"unit-ms", KEY_UNIT, "MS", 0, "How long a unit of delay is (default 1000)", 0},
    {"seed", KEY_SEED, "N", 0, "Draw the same delays each time", 0},
    {"access-log", KEY_LOG, "FILE", 0, "Write the line for each request to FILE, not to stderr", 0},
    {"quiet", KEY_QUIET, NULL, 0, "No line for each request", 0},
    {"loop", KEY_LOOP, "epoll|uv", 0, "What the loop asks the kernel with (default epoll)", 0},
    {"grace", KEY_GRACE, "SECONDS", 0,
     "How long requests may go on after a SIGTERM or SIGINT (default 3); a second one ends the "
     "program at once, with no answer and no line in the log",
     0},
    {"max-connections", KEY_CONNECTIONS, "N", 0, "More are answered 503 (default 10000)", 0},
    {0},
};

static const struct loop_backend *backend_option(const struct argp_state *state, const char *name)
{
    if (strcmp(name, "epoll") == 0)
        return &backend_epoll;
    if (strcmp(name, "uv") == 0)
        return &backend_uv;
    argp_failure(state, USAGE_ERROR, 0, "--loop \"%s\": expected epoll or uv", name);
    return NULL;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct settings *settings = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &settings->server;
        return 0;
    case KEY_UNIT:
        settings->unit_ms = option_number(state, "--unit-ms", text, 1, 3600000);
        return 0;
    case KEY_SEED:
        settings->seed = (uint64_t)option_number(state, "--seed", text, 0, LONG_MAX);
        return 0;
    case KEY_LOG:
        settings->log_name = text;
        return 0;
    case KEY_QUIET:
        settings->quiet = true;
        return 0;
    case KEY_LOOP:
        settings->backend = backend_option(state, text);
        return 0;
    case KEY_GRACE:
        settings->grace_s = option_number(state, "--grace", text, 0, 3600);
        return 0;
    case KEY_CONNECTIONS:
        settings->max_connections = option_number(state, "--max-connections", text, 1, 1000000);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\": no argument is expected", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void read_options(struct settings *settings, int argc, char **argv)
{
    static const struct argp_child children[] = {{&server_options_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = option_list,
        .parser = parse_option,
        .children = children,
        .doc = "The /aio server: answers that take their time, for all chapters of this course.",
    };
    argp_err_exit_status = USAGE_ERROR;
    argp_parse(&argp, argc, argv, 0, NULL, settings);
}

/* ---- The program --------------------------------------------------------------------------- */

static FILE *open_log(const struct settings *settings)
{
    if (settings->quiet)
        return NULL;
    if (!settings->log_name)
        return stderr;
    FILE *log = fopen(settings->log_name, "ae");
    if (!log)
        die_error(errno, "cannot write the log %s", settings->log_name);
    return log;
}

struct app {
    const struct settings *settings;
    int listening_fd;
    struct aio aio;
    FILE *log;
};

/* The main task: SIGINT and SIGTERM cancel it, and that ends its wait. */
static int serve_until_cancelled(void *arg)
{
    struct app *app = arg;
    struct router router = {.routes = AIO_ROUTES, .context = &app->aio};
    struct http_options options = {
        .handler = router_handle,
        .context = &router,
        .log = app->log,
        .max_connections = (int)app->settings->max_connections,
    };
    struct http_server server;
    struct future cancelled; /* nobody completes it */
    int rc = http_server_start(&server, co_loop(), app->listening_fd, &options);
    if (rc < 0)
        return rc;
    server_announce(app->listening_fd);
    future_init(&cancelled, co_loop());
    rc = await(&cancelled);
    (void)rc; /* -ECANCELED: that is how we end */
    return http_server_stop(&server, app->settings->grace_s * NS_PER_S);
}

static void open_port(struct app *app, const struct server_options *options)
{
    app->listening_fd = net_listen(options->host, options->port, SOMAXCONN);
    if (app->listening_fd < 0)
        server_cannot_listen(options, app->listening_fd);
}

static int run(struct app *app)
{
    struct loop *loop = loop_new(app->settings->backend);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int rc = task_run(loop, serve_until_cancelled, app, true);
    loop_free(loop);
    coro_trim();
    return rc;
}

int main(int argc, char **argv)
{
    struct settings settings = {.server.port = 3000,
                                .unit_ms = 1000,
                                .grace_s = 3,
                                .max_connections = 10000,
                                .backend = &backend_epoll};
    struct app app = {.settings = &settings};
    CHECK(getrandom(&settings.seed, sizeof settings.seed, 0));
    read_options(&settings, argc, argv);
    net_ignore_sigpipe();
    CHECK_RC(raise_fd_limit()); /* a waiting request costs a descriptor */
    setvbuf(stdout, NULL, _IOLBF, 0);
    aio_init(&app.aio, settings.unit_ms * NS_PER_MS, settings.seed, stdout);
    app.log = open_log(&settings);
    open_port(&app, &settings.server);
    int rc = run(&app);
    if (app.log && app.log != stderr && fclose(app.log) != 0)
        die_error(errno, "the log could not be written");
    if (rc < 0)
        die_error(rc, "the server has ended");
    return 0;
}
