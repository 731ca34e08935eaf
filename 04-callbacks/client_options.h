/* client_options.h - the options of a client: --host and --port. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include <stdint.h>

struct client_options {
    const char *host; /* default 127.0.0.1 */
    uint16_t port;
    const char *argument; /* the one after the options; NULL: none was given */
};

/* `argument` names the one argument that the program takes, in its help; NULL: it takes none. */
void client_options_parse(struct client_options *options, uint16_t default_port,
                          const char *argument, const char *doc, int argc, char **argv);

#endif
