/* client.c - a client of the echo servers, as plain as their first server.
 *
 *     build/01-blocking-server/client                   to 127.0.0.1:7777; type lines, then "exit"
 *     printf 'Ada\nexit\n' | build/01-blocking-server/client --port 4000
 *
 * Watch the order: it shows the greeting, and then for each line that it reads it sends one and
 * waits for one. While it waits for the server it does not read what you type, and while it waits
 * for you it does not notice that the server has gone: it, too, can wait for one thing only.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "echo.h"
#include "io.h"
#include "lines.h"
#include "net.h"
#include "options.h"

#define ANSWER_MAX (ECHO_LINE_MAX + 7) /* "Hello, " and a line */

/* The next line from the server goes to stdout. 0 or -errno. */
static int show_line(struct line_reader *server)
{
    const char *line;
    ssize_t length = read_line(server, &line);
    if (length < 0)
        return (int)length;
    fwrite(line, 1, (size_t)length, stdout);
    putchar('\n');
    return ferror(stdout) ? -EIO : 0;
}

static int send_line(int fd, const char *line, size_t length)
{
    char bytes[ECHO_LINE_MAX + 1];
    memcpy(bytes, line, length);
    bytes[length] = '\n';
    return write_all(fd, bytes, length + 1);
}

/* At a keyboard only: a file or a pipe gets the server's lines and nothing else. */
static void prompt(void)
{
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
        fputs("> ", stdout);
        fflush(stdout);
    }
}

/* 0: the user has ended; or -errno, -ENODATA when the server has. */
static int talk(int fd)
{
    char typed[ECHO_LINE_MAX + 2], answered[ANSWER_MAX + 2];
    struct line_reader user, server;
    line_reader_init(&user, STDIN_FILENO, typed, sizeof typed);
    line_reader_init(&server, fd, answered, sizeof answered);

    int rc = show_line(&server);
    while (rc == 0) {
        const char *line;
        prompt();
        ssize_t length = read_line(&user, &line);
        if (length < 0)
            return length == -ENODATA ? 0 : (int)length;
        rc = send_line(fd, line, (size_t)length);
        if (rc == 0 && length == 4 && memcmp(line, "exit", 4) == 0)
            return 0;
        if (rc == 0)
            rc = show_line(&server);
    }
    return rc;
}

struct address {
    const char *host;
    uint16_t port;
};

enum { KEY_HOST = 256, KEY_PORT };

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct address *address = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case KEY_HOST:
        address->host = text;
        return 0;
    case KEY_PORT:
        address->port = (uint16_t)option_number(state, "--port", text, 1, UINT16_MAX);
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"host", KEY_HOST, "HOST", 0, "Connect to this address or name (default 127.0.0.1)", 0},
        {"port", KEY_PORT, "PORT", 0, "Connect to this port (default 7777)", 0},
        {0},
    };
    static const struct argp argp = {.options = list,
                                     .parser = parse_option,
                                     .doc = "Sends lines from stdin to an echo server."};
    struct address address = {.host = "127.0.0.1", .port = 7777};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &address);
    if (error != 0)
        die_error(error, "options");
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();

    int fd = net_connect(address.host, address.port);
    if (fd < 0)
        die_error(fd, "cannot connect to %s port %u (build/01-blocking-server/server serves there)",
                  address.host, address.port);
    int rc = talk(fd);
    close(fd);
    if (rc == -ENODATA)
        die("the server has ended the connection");
    if (rc < 0)
        die_error(rc, "the connection to %s port %u", address.host, address.port);
    return 0;
}
