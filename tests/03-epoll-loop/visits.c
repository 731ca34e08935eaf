/* visits.c - see visits.h. */
#include "visits.h"

#include <stdio.h>
#include <unistd.h>

#include "fd_limit.h"
#include "unit.h"

struct process *serve(const char *program, uint16_t *port)
{
    struct process *server = process_start(program_path(program), "--port", "0", NULL);
    *port = process_serving_port(server);
    return server;
}

void greet(struct client *client, uint16_t port)
{
    client_connect(client, port);
    client_expect_line(client, "Welcome. Type a line, or exit.");
}

void polite_visit(uint16_t port)
{
    struct client client;
    greet(&client, port);
    client_send(&client, "Ada\r\nexit\n");
    client_expect_line(&client, "Hello, Ada");
    client_expect_end(&client);
    client_close(&client);
}

struct process *serve_with_few_descriptors(const char *program, uint16_t *port, int *places)
{
    struct process *server = process_start("/bin/sh", "-c", "ulimit -n 30; exec $0 --port 0",
                                           program_path(program), NULL);
    *port = process_serving_port(server);
    *places = 30 - process_count_fds(server);
    return server;
}

void greet_many(struct process *server, uint16_t port, int *fds, int count)
{
    for (int i = 0; i < count; i++) {
        struct client client;
        greet(&client, port);
        fds[i] = client.fd;
        if (i % 100 == 99)
            process_stdout(server); /* or its pipe would be full */
    }
}

void close_many(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

bool may_have(int fds)
{
    int limit = raise_fd_limit();
    if (limit >= fds + 200)
        return true;
    print_message("left out: the hard limit of descriptors is %d (ulimit -Hn)\n", limit);
    return false;
}
