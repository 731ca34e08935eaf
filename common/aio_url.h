/* aio_url.h - where the /aio server is: --url, else AIO_URL in the environment, else port 3000. */
#ifndef COMMON_AIO_URL_H
#define COMMON_AIO_URL_H

#include <argp.h>
#include <stdint.h>

#define AIO_URL_DEFAULT "http://127.0.0.1:3000"
#define AIO_URL_HELP \
    "The /aio server (default: AIO_URL in the environment, else " AIO_URL_DEFAULT ")"

struct aio_url {
    char text[256]; /* "http://127.0.0.1:3000", without a slash at the end */
    char host[128]; /* of it, without brackets */
    uint16_t port;
};

/* Takes `text` apart: http, a host and perhaps a port, and nothing else, since a program would have
 * to ignore it. 0 or -EINVAL; -ENOMEM. */
int aio_url_parse(struct aio_url *url, const char *text);

/* For a program's argp parser: what was said by --url, or, at the end, NULL: then the environment
 * is asked. What is no address is a usage error that names it, exit code 2. */
void aio_url_option(struct aio_url *url, const struct argp_state *state, const char *text);

#endif
