/* idle_options.h - the options of a server that closes idle clients: --host, --port, --idle. */
#ifndef IDLE_OPTIONS_H
#define IDLE_OPTIONS_H

#include "options.h"

struct idle_options {
    struct server_options server;
    int64_t idle_ns; /* for so long a client may be idle; 0: for ever */
};

/* Reads them all: the default port and a minute, or what was given; dies with a clear line, exit
 * code 2, when it is wrong. */
void idle_options_parse(struct idle_options *options, uint16_t default_port, const char *doc,
                        int argc, char **argv);

#endif
