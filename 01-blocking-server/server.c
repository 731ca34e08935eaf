/* server.c - the echo server at its simplest: accept, serve, close, and then the next client.
 *
 *     build/01-blocking-server/server                   on 127.0.0.1:7777; Ctrl-C ends it
 *     nc 127.0.0.1 7777                                 a client, in another terminal
 *
 * Watch what a second client gets while the first is connected: its connection is accepted (by the
 * kernel, which queues it), and then nothing, not even the greeting, until the first has left. A
 * client that is silent, or does not read its answers, stops this server for everybody. That is
 * what this chapter is about, and it is not mended here: see the chapters that follow.
 */
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "echo.h"
#include "net.h"
#include "options.h"
#include "stop.h"

#define BACKLOG 16 /* how many connections the kernel keeps for us meanwhile */

static void serve(int client, const char *name)
{
    printf("connect %s\n", name);
    if (stop_serving(client)) {
        int rc = echo_serve(client);
        if (rc < 0)
            fprintf(stderr, "%s: %s\n", name, error_text(rc));
    }
    stop_serving(-1);
    close(client);
    printf("disconnect %s\n", name);
}

int main(int argc, char **argv)
{
    struct server_options options;
    server_options_parse(&options, 7777, "The echo server: one client at a time.", argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();

    int listening = net_listen(options.host, options.port, BACKLOG);
    if (listening < 0)
        server_cannot_listen(&options, listening);
    CHECK_RC(stop_on_signals(listening));
    server_announce(listening);

    int client;
    char name[NET_NAME_MAX];
    while ((client = accept_client(listening, name)) >= 0)
        serve(client, name);
    close(listening);
    if (client != -ECANCELED)
        die_error(client, "accept");
    return 0;
}
