/* server.c - the echo server with a thread for each client: nobody waits for anybody.
 *
 *     build/02-threaded-server/server                 a thread for each client
 *     build/02-threaded-server/server --pool 4        four threads, whoever comes fifth waits
 *     build/02-threaded-server/server --processes     a process for each client
 *
 * The dialogue is chapter 01's, to the letter (echo.h): it blocks, and it may, since it blocks only
 * its own thread. Watch the threads: ls /proc/PID/task, one for each client and two of our own.
 * Each costs a stack and a place in the scheduler even while its client is silent; what a pool
 * saves of that it takes away again: four silent clients stop it as one stopped chapter 01.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "clients.h"
#include "net.h"
#include "options.h"
#include "pool.h"
#include "processes.h"
#include "stop.h"

#define BACKLOG     128
#define POOL_MAX    10000
#define POOL_QUEUED 16 /* accepted clients that may wait for a thread of the pool */

static struct clients clients;

/* ---- The end: one thread waits for the signal, and ends what blocks the others ------------- */

struct watcher {
    pthread_t thread;
    int listening;
    sigset_t stop;
};

static void *watch_for_stop(void *arg)
{
    struct watcher *watcher = arg;
    int signo;
    sigwait(&watcher->stop, &signo);
    shutdown(watcher->listening, SHUT_RDWR); /* accept returns */
    clients_shut_down(&clients);             /* read and write return */
    return NULL;
}

/* Before any other thread is started: they inherit that these signals are blocked. */
static void watcher_start(struct watcher *watcher)
{
    sigemptyset(&watcher->stop);
    sigaddset(&watcher->stop, SIGINT);
    sigaddset(&watcher->stop, SIGTERM);
    CHECK_RC(-pthread_sigmask(SIG_BLOCK, &watcher->stop, NULL));
    CHECK_RC(-pthread_create(&watcher->thread, NULL, watch_for_stop, watcher));
}

/* ---- A thread for each client -------------------------------------------------------------- */

static void serve_to_the_end(void *arg)
{
    client_serve(arg);
    client_leave(arg);
}

static void *run_client_thread(void *arg)
{
    serve_to_the_end(arg);
    return NULL;
}

/* Nobody joins the thread; clients_wait knows when all have gone. */
static void start_client_thread(struct client *client)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, run_client_thread, client);
    if (error == 0) {
        pthread_detach(thread);
        return;
    }
    fprintf(stderr, "no thread for %s: %s: it is turned away\n", client->name, error_text(error));
    client_leave(client);
}

static int serve_by_threads(int listening)
{
    int fd;
    char name[NET_NAME_MAX];
    while ((fd = accept_client(listening, name)) >= 0) {
        struct client *client = clients_add(&clients, fd, name);
        if (client)
            start_client_thread(client);
    }
    clients_shut_down(&clients); /* done already, unless accept failed */
    clients_wait(&clients);
    return fd;
}

/* ---- A pool of threads --------------------------------------------------------------------- */

static int serve_by_pool(int listening, struct pool *pool)
{
    int fd;
    char name[NET_NAME_MAX];
    while ((fd = accept_client(listening, name)) >= 0) {
        struct client *client = clients_add(&clients, fd, name);
        if (client)
            pool_submit(pool, serve_to_the_end, client);
    }
    clients_shut_down(&clients);
    pool_free(pool); /* runs what is queued: dialogues that end at once */
    return fd;
}

/* ---- The program --------------------------------------------------------------------------- */

struct options {
    struct server_options server;
    bool processes;
    int pool_threads; /* 0: no pool */
};

enum { KEY_PROCESSES = 512, KEY_POOL };

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->server;
        return 0;
    case KEY_PROCESSES:
        options->processes = true;
        return 0;
    case KEY_POOL:
        options->pool_threads = (int)option_number(state, "--pool", text, 1, POOL_MAX);
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    case ARGP_KEY_END:
        if (options->processes && options->pool_threads)
            argp_failure(state, USAGE_ERROR, 0, "--pool and --processes: choose one");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse_options(struct options *options, int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"pool", KEY_POOL, "N", 0, "Serve by N threads, made at the start", 0},
        {"processes", KEY_PROCESSES, NULL, 0, "A process for each client", 0},
        {0},
    };
    static const struct argp_child children[] = {{&server_options_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = list,
        .parser = parse_option,
        .doc = "The echo server: a thread for each client.",
        .children = children,
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, options);
    if (error != 0)
        die_error(error, "options");
}

/* With one thread: the signals end it by chapter 01's handler. */
static int run_processes(int listening)
{
    CHECK_RC(stop_on_signals(listening));
    server_announce(listening);
    return serve_by_processes(listening);
}

static int run_threads(int listening, int pool_threads)
{
    struct watcher watcher = {.listening = listening};
    clients_init(&clients);
    watcher_start(&watcher);
    struct pool *pool = NULL;
    if (pool_threads > 0 && !(pool = pool_new(pool_threads, POOL_QUEUED)))
        die_error(errno, "a pool of %d threads", pool_threads);
    server_announce(listening);
    int rc = pool ? serve_by_pool(listening, pool) : serve_by_threads(listening);
    if (rc == -ECANCELED) /* by the watcher, then */
        pthread_join(watcher.thread, NULL);
    return rc;
}

int main(int argc, char **argv)
{
    struct options options = {.server = {.port = 7777}};
    parse_options(&options, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    int listening = net_listen(options.server.host, options.server.port, BACKLOG);
    if (listening < 0)
        server_cannot_listen(&options.server, listening);
    int rc =
        options.processes ? run_processes(listening) : run_threads(listening, options.pool_threads);
    close(listening);
    if (rc != -ECANCELED)
        die_error(rc, "accept");
    return 0;
}
