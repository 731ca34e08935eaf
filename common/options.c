/* options.c - see options.h. */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "net.h"

/* strtol alone would take blanks, a plus sign, and what stands behind the number. */
int parse_number(const char *text, long min, long max, long *value)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    if (!isdigit((unsigned char)digits[0]))
        return -EINVAL;
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (*end != '\0')
        return -EINVAL;
    if (errno != 0 || number < min || number > max)
        return -ERANGE;
    *value = number;
    return 0;
}

long option_number(const struct argp_state *state, const char *what, const char *text, long min,
                   long max)
{
    long value = min;
    if (parse_number(text, min, max, &value) < 0)
        argp_failure(state, USAGE_ERROR, 0, "%s \"%s\": expected a whole number from %ld to %ld",
                     what, text, min, max);
    return value;
}

/* ---- No options ---------------------------------------------------------------------------- */

static error_t refuse_arguments(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void no_options_parse(const char *doc, int argc, char **argv)
{
    const struct argp none = {.parser = refuse_arguments, .doc = doc};
    argp_err_exit_status = USAGE_ERROR;
    error_t error = argp_parse(&none, argc, argv, 0, NULL, NULL);
    if (error != 0)
        die_error(error, "options");
}

/* ---- Servers ------------------------------------------------------------------------------- */

enum { KEY_HOST = 256, KEY_PORT }; /* no letters: -h would be taken for help */

static const struct argp_option server_option_list[] = {
    {"host", KEY_HOST, "HOST", 0, "Listen on this address or name", 0},
    {"port", KEY_PORT, "PORT", 0, "Listen on this port; 0: the kernel chooses one", 0},
    {0},
};

static error_t parse_server_option(int key, char *text, struct argp_state *state)
{
    struct server_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        if (options->host == NULL)
            options->host = "127.0.0.1";
        return 0;
    case KEY_HOST:
        options->host = text;
        return 0;
    case KEY_PORT:
        options->port = (uint16_t)option_number(state, "--port", text, 0, UINT16_MAX);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Adds the defaults, which differ from program to program, to the lines of --help. argp frees what
 * is not the text that it gave. */
static char *server_help(int key, const char *text, void *input)
{
    const struct server_options *options = input;
    char *line;
    if (options == NULL)
        return (char *)text;
    if (key == KEY_HOST && asprintf(&line, "%s (default %s)", text, options->host) >= 0)
        return line;
    if (key == KEY_PORT && asprintf(&line, "%s (default %u)", text, options->port) >= 0)
        return line;
    return (char *)text;
}

const struct argp server_options_argp = {
    .options = server_option_list,
    .parser = parse_server_option,
    .help_filter = server_help,
};

/* Around server_options_argp, when it is parsed alone: refuses arguments. */
static error_t parse_lone_server(int key, char *text, struct argp_state *state)
{
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->input;
        return 0;
    }
    return refuse_arguments(key, text, state);
}

void server_options_parse(struct server_options *options, uint16_t default_port, const char *doc,
                          int argc, char **argv)
{
    const struct argp_child children[] = {{&server_options_argp, 0, NULL, 0}, {0}};
    const struct argp lone = {.parser = parse_lone_server, .doc = doc, .children = children};
    *options = (struct server_options){.port = default_port};
    error_t error = argp_parse(&lone, argc, argv, 0, NULL, options);
    if (error != 0)
        die_error(error, "options");
}

void server_cannot_listen(const struct server_options *options, int error)
{
    const char *remedy = "";
    if (error == -EADDRINUSE)
        remedy = "; --port 0 finds a free one";
    else if (error == -EACCES)
        remedy = "; one above 1023 is for everybody";
    else if (error == -EADDRNOTAVAIL || error == -ENXIO)
        remedy = "; --host wants an address of this machine";
    die_error(error, "cannot listen on %s port %u%s", options->host, options->port, remedy);
}

/* A client is a descriptor: is one left? */
static void expect_a_spare_descriptor(int listening_fd)
{
    int spare = fcntl(listening_fd, F_DUPFD_CLOEXEC, 0);
    if (spare < 0)
        die_error(errno, "no descriptor is left for a client");
    close(spare);
}

void server_announce(int listening_fd)
{
    expect_a_spare_descriptor(listening_fd);
    char name[NET_NAME_MAX];
    net_local_name(listening_fd, name);
    if (printf("Serving on %s\n", name) < 0 || fflush(stdout) != 0)
        die_error(errno, "stdout");
}
