/* options.h - the options that the programs share, read with argp.
 *
 * Every program answers --help and --usage; an unknown option or a bad value is a sentence that
 * names it, and exit code 2.
 */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#define USAGE_ERROR 2 /* the exit code */

/* A whole number from min to max: digits, perhaps behind a minus sign, and nothing else. 0, or
 * -EINVAL: no number; -ERANGE: not from min to max; then *value is left alone. Any thread. */
int parse_number(const char *text, long min, long max, long *value);

/* A whole number from min to max in `text`, all of it; else a usage error that names `what` and
 * the text, exit code 2. For a program's own options: call it from their argp parser. */
long option_number(const struct argp_state *state, const char *what, const char *text, long min,
                   long max);

/* For a program that takes neither options nor arguments: answers --help, refuses all else. */
void no_options_parse(const char *doc, int argc, char **argv);

/* ---- Servers: --host --port ---------------------------------------------------------------- */

struct server_options {
    const char *host; /* default 127.0.0.1 */
    uint16_t port;    /* as the program's default; 0: the kernel chooses */
};

/* To be named as a child in the program's own argp (its input is a struct server_options whose port
 * is the default and whose host may be NULL), or to be parsed alone by server_options_parse. */
extern const struct argp server_options_argp;
void server_options_parse(struct server_options *options, uint16_t default_port, const char *doc,
                          int argc, char **argv);

/* For a server that cannot listen as it was told: says why and what helps, and ends it. */
void server_cannot_listen(const struct server_options *options, int error)
    __attribute__((noreturn));

/* Every server's first line on stdout, flushed: "Serving on 127.0.0.1:7777". Call it when all is
 * open that is needed to serve: a server that could not accept anybody for want of a descriptor
 * is ended with a sentence that says so. */
void server_announce(int listening_fd);

#endif
