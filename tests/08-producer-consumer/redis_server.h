/* redis_server.h - a real redis-server for a test, in a temporary folder of its own.
 *
 * Where there is no redis-server, redis_server_start says what is left out, and `process` is NULL:
 * then the tests are to be skipped.
 */
#ifndef REDIS_SERVER_H
#define REDIS_SERVER_H

#include <stdint.h>

#include "process.h"
#include "redis.h"

struct redis_server {
    struct process *process;
    char folder[32];
    char socket[48];
    char url[64];  /* of the socket */
    uint16_t port; /* 0: none */
    const char *password;
    bool is_kept; /* what it holds survives a restart: an append-only file, synced each time */
};

/* Starts it with a Unix socket; `password`, `is_kept` and `port` as the structure says before
 * (port: any number but 0 asks for one). Fails the test when it does not start. */
void redis_server_start(struct redis_server *server);

/* Ends it, by a signal, and starts it again at the same place. */
void redis_server_kill(struct redis_server *server, int signo);
void redis_server_start_again(struct redis_server *server);

/* Ends it, and takes its folder away. */
void redis_server_stop(struct redis_server *server);

/* Its options: by the Unix socket. */
struct redis_options redis_server_options(const struct redis_server *server);

#endif
