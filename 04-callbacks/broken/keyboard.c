/* keyboard.c - broken on purpose: a client by callbacks that asks the keyboard inside one of them.
 *
 *     build/04-callbacks/server &
 *     build/04-callbacks/broken/keyboard                  type lines, then "exit"
 *
 * It looks as it should: connected, it sends what you type; data_received prints the answers. But
 * no answer is printed before you type "exit" (then all of them come at once). The loop has called
 * connection_made and waits for its return, and that waits for you. In the meantime the loop can
 * call nobody. 04-callbacks/client.c is the mended one: there the keyboard is a descriptor of the
 * loop.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "client_options.h"
#include "net.h"
#include "protocol.h"

struct client {
    struct protocol protocol; /* first */
    struct loop *loop;
    int error;
};

static void on_made(struct protocol *protocol, struct transport *transport)
{
    char line[4096];
    (void)protocol;
    while (fgets(line, sizeof line, stdin)) { /* the trap: it waits, and not in the loop */
        transport_write(transport, line, strlen(line));
        if (strcmp(line, "exit\n") == 0)
            break;
    }
    transport_write_eof(transport);
}

static void on_data(struct protocol *protocol, const char *bytes, size_t length)
{
    (void)protocol;
    fwrite(bytes, 1, length, stdout);
    fflush(stdout);
}

static void on_lost(struct protocol *protocol, int error)
{
    struct client *client = (struct client *)protocol;
    client->error = error;
    loop_stop(client->loop);
}

static const struct protocol_calls client_calls = {
    .connection_made = on_made,
    .data_received = on_data,
    .connection_lost = on_lost,
};

int main(int argc, char **argv)
{
    struct client_options options;
    client_options_parse(&options, 7777, NULL,
                         "Broken on purpose: reads the keyboard inside connection_made.", argc,
                         argv);
    net_ignore_sigpipe();
    struct client client = {.protocol.calls = &client_calls, .loop = loop_new(&backend_epoll)};
    if (!client.loop)
        die_error(errno, "cannot make a loop");
    if (!transport_connect(client.loop, options.host, options.port, &client.protocol))
        die_error(errno, "cannot connect to %s port %u", options.host, options.port);
    CHECK_RC(loop_run_forever(client.loop));
    loop_free(client.loop);
    if (client.error < 0)
        die_error(client.error, "the connection to %s port %u", options.host, options.port);
    return 0;
}
