/* idle.c - many clients who say nothing: what do they cost a server?
 *
 *     build/02-threaded-server/idle --port 7777 --pid PID 1000   (the server's process)
 *
 * It connects them one after the other, each when the one before was greeted; lets them be silent
 * for a second; then has each say a line and wait for the answer. After each step it asks /proc
 * about the server. Watch what a silent client costs, and what it does not: it has a thread and its
 * stack, but a thread that waits is not run. The price of running comes with the lines: each wakes
 * a thread, and that is a switch from one thread to another.
 *
 * Any echo server of this course can be asked, one that has a process for each client too (its
 * children are counted). One that serves fewer clients than come is found out: exit code 1.
 *
 * It is not the whole price: what the kernel keeps for a socket or a thread is not the server's
 * memory, and not in this table.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "cost.h"
#include "fd_limit.h"
#include "io.h"
#include "net.h"
#include "options.h"

#define CLIENTS_MAX 100000
#define SILENCE_NS  NS_PER_S
#define REST_NS     (NS_PER_S / 10) /* for a server to come to rest */
#define SPARE_FDS   20

struct options {
    const char *host;
    long port, pid, clients;
    long patience_s; /* for a greeting or an answer */
};

/* ---- The table ----------------------------------------------------------------------------- */

static struct cost measure(const struct options *options)
{
    struct cost cost;
    int rc = cost_measure((pid_t)options->pid, &cost);
    if (rc < 0)
        die_error(rc, "process %ld: what it costs cannot be read", options->pid);
    return cost;
}

static void print_row(const char *what, const struct cost *now, const struct cost *before)
{
    printf("%-24s%9ld%12ld%20ld%10ld\n", what, now->threads, now->memory_kb, now->address_kb / 1024,
           now->switches - before->switches);
}

static void print_each(const struct cost *now, const struct cost *before, long clients)
{
    double count = (double)clients;
    printf("%-24s%9.1f%12.1f%20.1f\n", "for each client",
           (double)(now->threads - before->threads) / count,
           (double)(now->memory_kb - before->memory_kb) / count,
           (double)(now->address_kb - before->address_kb) / 1024 / count);
}

/* ---- The clients --------------------------------------------------------------------------- */

/* Up to the end of a line. 0; -ENODATA: the server has closed; -EAGAIN: nothing came; or what
 * read(2) says. Byte by byte: it is the server that is measured, not we. */
static int skip_line(int fd)
{
    char byte = 0;
    ssize_t count = 1;
    while (count > 0 && byte != '\n')
        count = read_some(fd, &byte, 1);
    return count > 0 ? 0 : count == 0 ? -ENODATA : (int)count;
}

/* A client who has been greeted: its descriptor; or why not, as skip_line. */
static int add_client(const struct options *options)
{
    struct timeval patience = {.tv_sec = options->patience_s};
    int fd = net_connect(options->host, (uint16_t)options->port);
    if (fd < 0)
        die_error(fd, "cannot connect to %s port %ld", options->host, options->port);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
    int rc = skip_line(fd);
    if (rc == 0)
        return fd;
    close(fd);
    return rc;
}

/* How many were greeted. Their descriptors follow one another closely: they are kept by number. */
static long add_clients(const struct options *options, int *fds)
{
    for (long i = 0; i < options->clients; i++) {
        fds[i] = add_client(options);
        if (fds[i] == -EAGAIN)
            fprintf(stderr, "client %ld of %ld: no greeting in %ld seconds\n", i + 1,
                    options->clients, options->patience_s);
        else if (fds[i] < 0)
            fprintf(stderr, "client %ld of %ld: turned away\n", i + 1, options->clients);
        if (fds[i] < 0)
            return i;
    }
    return options->clients;
}

static void say_a_line(int fd)
{
    CHECK_RC(write_all(fd, "still here\n", strlen("still here\n")));
    CHECK_RC(skip_line(fd));
}

/* True: all were served. */
static bool visit(const struct options *options)
{
    static int fds[CLIENTS_MAX];
    close((int)CHECK_RC(add_client(options))); /* the first finds things that are made once */
    clock_sleep(REST_NS);
    printf("%24s%9s%12s%20s%10s\n", "", "threads", "memory KB", "address space MB", "switches");
    struct cost before = measure(options), now, last;
    print_row("nobody is there", &before, &before);

    char what[64];
    long clients = add_clients(options, fds);
    clock_sleep(REST_NS);
    now = measure(options);
    snprintf(what, sizeof what, "%ld have come", clients);
    print_row(what, &now, &before);
    last = now;

    clock_sleep(SILENCE_NS);
    now = measure(options);
    print_row("a second of silence", &now, &last);
    last = now;

    for (long i = 0; i < clients; i++)
        say_a_line(fds[i]);
    clock_sleep(REST_NS);
    now = measure(options);
    print_row("each has said a line", &now, &last);
    if (clients > 0)
        print_each(&now, &before, clients);
    for (long i = 0; i < clients; i++)
        close(fds[i]);
    return clients == options->clients;
}

/* ---- The program --------------------------------------------------------------------------- */

enum { KEY_HOST = 256, KEY_PORT, KEY_PID, KEY_PATIENCE };

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case KEY_HOST:
        options->host = text;
        return 0;
    case KEY_PORT:
        options->port = option_number(state, "--port", text, 1, UINT16_MAX);
        return 0;
    case KEY_PID:
        options->pid = option_number(state, "--pid", text, 1, INT32_MAX);
        return 0;
    case KEY_PATIENCE:
        options->patience_s = option_number(state, "--patience", text, 1, 3600);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_failure(state, USAGE_ERROR, 0, "\"%s\": one number of clients, no more", text);
        options->clients = option_number(state, "the number of clients", text, 1, CLIENTS_MAX);
        return 0;
    case ARGP_KEY_END:
        if (options->pid == 0)
            argp_failure(state, USAGE_ERROR, 0, "which server? Give its process by --pid");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"host", KEY_HOST, "HOST", 0, "The server's address or name (default 127.0.0.1)", 0},
        {"port", KEY_PORT, "PORT", 0, "The server's port (default 7777)", 0},
        {"pid", KEY_PID, "PID", 0, "The server's process, on this machine", 0},
        {"patience", KEY_PATIENCE, "S", 0, "Wait so long for a greeting (default 5 seconds)", 0},
        {0},
    };
    static const struct argp argp = {.options = list,
                                     .parser = parse_option,
                                     .args_doc = "[CLIENTS]",
                                     .doc = "Many clients who say nothing (default: 1000)."};
    struct options options = {.host = "127.0.0.1", .port = 7777, .clients = 1000, .patience_s = 5};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (error != 0)
        die_error(error, "options");
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    long limit = CHECK_RC(raise_fd_limit()) - SPARE_FDS;
    if (options.clients > limit)
        die("%ld clients: this process may have %ld (see ulimit -Hn)", options.clients, limit);
    return visit(&options) ? 0 : 1;
}
