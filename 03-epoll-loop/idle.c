/* idle.c - many clients who say nothing: what does one cost the server?
 *
 *     build/03-epoll-loop/idle --port 7777 --pid PID 1000   (the server's process)
 *
 * It connects them one after the other, waits for each greeting, and compares the server's memory
 * (the resident one, of /proc/PID/statm) before and after. Watch the same against the server of
 * chapter 02, which has a thread for each of them.
 *
 * It is not: what the kernel spends. Its own buffers for a socket are not the server's memory.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "fd_limit.h"
#include "net.h"
#include "options.h"

#define SPARE_FDS 20

struct options {
    long port, pid, clients;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'p':
        options->port = option_number(state, "--port", text, 1, UINT16_MAX);
        return 0;
    case 'i':
        options->pid = option_number(state, "--pid", text, 1, INT32_MAX);
        return 0;
    case ARGP_KEY_ARG:
        options->clients = option_number(state, "the number of clients", text, 1, 1000000);
        return 0;
    case ARGP_KEY_END:
        if (options->pid == 0)
            argp_failure(state, USAGE_ERROR, 0, "which server? Give its process by --pid");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static long memory_of(long pid)
{
    char path[64];
    long pages, resident;
    snprintf(path, sizeof path, "/proc/%ld/statm", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        die_error(errno, "%s", path);
    if (fscanf(file, "%ld %ld", &pages, &resident) != 2)
        die("%s: expected two numbers", path);
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}

/* A client who has been greeted. Its descriptor is left open until the program ends. */
static int add_client(const struct options *options)
{
    char byte = 0;
    int fd = net_connect("127.0.0.1", (uint16_t)options->port);
    if (fd < 0)
        die_error(fd, "cannot connect to 127.0.0.1 port %ld", options->port);
    while (byte != '\n')
        if (read(fd, &byte, 1) <= 0)
            die("the server has closed the connection");
    return fd;
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"port", 'p', "PORT", 0, "The server's port (default 7777)", 0},
        {"pid", 'i', "PID", 0, "The server's process", 0},
        {0},
    };
    static const struct argp argp = {.options = list,
                                     .parser = parse_option,
                                     .args_doc = "[CLIENTS]",
                                     .doc = "Many clients who say nothing (default 1000)."};
    struct options options = {.port = 7777, .clients = 1000};
    argp_err_exit_status = USAGE_ERROR;
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (error != 0)
        die_error(error, "options");
    long limit = CHECK_RC(raise_fd_limit()) - SPARE_FDS;
    if (options.clients > limit)
        die("%ld clients: the limit is %ld (ulimit -Hn)", options.clients, limit);
    close(add_client(&options)); /* the first one finds things that are made only once */
    long before = memory_of(options.pid);
    for (long i = 0; i < options.clients; i++)
        add_client(&options);
    printf("%ld idle clients, %.1f KB of the server's memory each\n", options.clients,
           (double)(memory_of(options.pid) - before) / 1024 / (double)options.clients);
    return 0;
}
