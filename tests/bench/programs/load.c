/* load.c - starts a server, loads it, prints what was measured, and ends it.
 *
 *     load --connections 100 --size 1024 --messages 50000 --label echo:03 -- server --port 0
 *
 * The server's first line is "Serving on HOST:PORT". A line for each metric goes to stdout, with
 * tabs: experiment, subject, metric, value, unit. It ends by itself; a server that does not begin,
 * or does not answer, is an error, exit code 1.
 */
#include <argp.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "fd_limit.h"
#include "loading.h"
#include "options.h"

struct options {
    struct loading_options loading;
    char *experiment, *subject;
    char **command;
};

/* What the server says goes to a file, so that it never waits for a reader of ours. */
static pid_t start_server(char **command, FILE *output)
{
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (dup2(fileno(output), STDOUT_FILENO) < 0 || !freopen("/dev/null", "r", stdin))
            _exit(127);
        execvp(command[0], command);
        fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
        _exit(127);
    }
    CHECK(pid);
    return pid;
}

static uint16_t serving_port(pid_t pid, FILE *output, const char *name)
{
    char line[200];
    unsigned port;
    int64_t deadline = clock_now() + LOADING_GUARD_S * NS_PER_S;
    while (clock_now() < deadline) {
        ssize_t length = pread(fileno(output), line, sizeof line - 1, 0);
        line[length > 0 ? length : 0] = '\0';
        char *end = strchr(line, '\n');
        if (end) {
            *end = '\0';
            char *colon = strrchr(line, ':');
            if (colon && sscanf(colon, ":%u", &port) == 1 && port > 0 && port <= UINT16_MAX)
                return (uint16_t)port;
            die("%s says \"%s\", not \"Serving on HOST:PORT\"", name, line);
        }
        if (waitpid(pid, NULL, WNOHANG) == pid)
            die("%s ended before it served", name);
        poll(NULL, 0, 1);
    }
    kill(pid, SIGKILL);
    die("%s does not begin to serve", name);
}

static void end_server(pid_t pid)
{
    kill(pid, SIGKILL); /* how it ends is not what is measured */
    waitpid(pid, NULL, 0);
}

static void say(const struct options *options, const char *metric, double value, const char *unit)
{
    printf("%s\t%s\t%s\t%.3f\t%s\n", options->experiment, options->subject, metric, value, unit);
}

static void print_result(const struct options *options, const struct loading_result *result)
{
    if (options->loading.traced && result->calls >= 0)
        say(options, "calls", result->calls, "1/message");
    if (options->loading.messages > 0 && !options->loading.traced) {
        say(options, "messages", result->messages_per_s, "1/s");
        say(options, "p50", result->p50_us, "us");
        say(options, "p99", result->p99_us, "us");
        say(options, "cpu", result->cpu_us, "us/message");
        say(options, "switches", result->switches, "1/message");
        say(options, "threads", result->threads, "threads");
    }
    if (options->loading.idle > 1)
        say(options, "memory", result->idle_bytes, "bytes/idle");
}

static void parse_label(struct argp_state *state, struct options *options, char *label)
{
    char *colon = strchr(label, ':');
    if (!colon || colon == label || !colon[1])
        argp_error(state, "--label: \"%s\" is not EXPERIMENT:SUBJECT", label);
    *colon = '\0';
    options->experiment = label;
    options->subject = colon + 1;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'c':
        options->loading.connections = (int)option_number(state, "--connections", text, 0, 20000);
        return 0;
    case 'i':
        options->loading.idle = (int)option_number(state, "--idle", text, 0, 20000);
        return 0;
    case 's':
        options->loading.size = (int)option_number(state, "--size", text, 2, 4096);
        return 0;
    case 'm':
        options->loading.messages = (int)option_number(state, "--messages", text, 0, 10000000);
        return 0;
    case 't':
        options->loading.traced = true;
        return 0;
    case 'l':
        parse_label(state, options, text);
        return 0;
    case ARGP_KEY_ARGS:
        options->command = state->argv + state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which server? Its command comes last");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"connections", 'c', "N", 0, "Busy connections (default 100)", 0},
        {"idle", 'i', "N", 0, "Silent connections besides (default 0)", 0},
        {"size", 's', "BYTES", 0, "Of a line, its newline included (default 1024)", 0},
        {"messages", 'm', "N", 0, "In all (default 50000)", 0},
        {"system-calls", 't', NULL, 0, "Count them by strace, and measure nothing else", 0},
        {"label", 'l', "EXPERIMENT:SUBJECT", 0, "What stands before each metric", 0},
        {0},
    };
    static const struct argp argp = {
        list, parse_option, "COMMAND...", "Loads an echo server and measures it.",
        NULL, NULL,         NULL};
    struct options options = {.loading = {.connections = 100, .size = 1024, .messages = 50000},
                              .experiment = "echo",
                              .subject = "server"};
    struct loading_result result;
    argp_err_exit_status = USAGE_ERROR;
    error_t error = argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &options);
    if (error != 0)
        die_error(error, "options");
    CHECK_RC(raise_fd_limit());
    FILE *output = tmpfile();
    if (!output)
        die_error(errno, "a temporary file");
    pid_t pid = start_server(options.command, output);
    uint16_t port = serving_port(pid, output, options.command[0]);
    int rc = loading_run(&options.loading, port, pid, &result);
    end_server(pid);
    if (rc < 0)
        die_error(rc, "loading %s", options.command[0]);
    print_result(&options, &result);
    return 0;
}
