/* co_server.h - a server: one coroutine accepts, and each client has one of its own.
 *
 *     static int serve(struct co_client *client)          a coroutine function
 *     {
 *         ... co_read(client->fd, ...), co_write_all(client->fd, ...) ...
 *     }
 *
 *     rc = co_server_open(&server, loop, "127.0.0.1", 7777, serve);
 *     rc = co_server_run(&server);                        until SIGINT, SIGTERM or co_server_stop
 *
 * or, all of it and the options: return co_server_main(serve, 7777, "A server.", argc, argv);
 *
 * asyncio: start_server, Server.serve_forever, Server.close. Loop's thread only.
 */
#ifndef CO_SERVER_H
#define CO_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "co.h"
#include "net.h"

/* One client, from its connection to its end. */
struct co_client {
    struct co co; /* first */
    struct co_server *server;
    int fd; /* non-blocking; closed after `serve`, unless that has set it to -1 */
    char name[NET_NAME_MAX];
    LIST_ENTRY(co_client) link;
};

/* The dialogue with a client. What it returns is for nobody: it tells errors itself. When the
 * server stops, its wait ends with -ECANCELED. One that is cancelled before its first step never
 * runs. */
typedef int co_serve_fn(struct co_client *client);

struct co_server {
    struct loop *loop;
    int listening;
    co_serve_fn *serve;
    struct co accepting; /* the coroutine that accepts */
    bool is_stopping;
    struct timer patience; /* with those who still clean up */
    LIST_HEAD(, co_client) clients;
};

/* Listens, accepts from the loop's next pass on, and is stopped by SIGINT and SIGTERM, with no
 * patience. 0 or -errno. `server` must stay in its place until co_server_run has returned. */
int co_server_open(struct co_server *server, struct loop *loop, const char *host, uint16_t port,
                   co_serve_fn *serve);

/* Runs the loop until the server was stopped and its last client has left; then closes the
 * listening socket. SIGINT and SIGTERM stop it, with no patience; they are ignored from its end on,
 * since a second Ctrl-C must not hit a program that is ending. 0 or -errno. Not in a coroutine. */
int co_server_run(struct co_server *server);

/* Nobody new, and every client is cancelled: now, and those who are still there after patience_ns
 * once more. So one who has something to send before he closes may do that for so long. May be
 * called from a client's coroutine, which is cancelled, too, and again with less patience. */
void co_server_stop(struct co_server *server, int64_t patience_ns);

/* The main of a program that is such a server: its options --host and --port, a loop, its first
 * line on stdout ("Serving on 127.0.0.1:7777"), and all the rest. The exit code; dies with a clear
 * line when it cannot be set up. */
int co_server_main(co_serve_fn *serve, uint16_t default_port, const char *doc, int argc,
                   char **argv);

/* Ends a dialogue while the client may still be sending: tells it that nothing more comes, then
 * throws away what it sends until it ends, too; for a second at most, and not more than 4 MiB. Then
 * fd can be closed without destroying the last answer. Suspends. 0, -ECANCELED, or -errno. */
int co_hang_up(int fd) CO_MUST_CHECK;

#endif
