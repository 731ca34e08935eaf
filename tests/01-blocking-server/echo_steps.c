#include "echo_steps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net.h"
#include "unit.h"

void join(struct client *client, uint16_t port)
{
    client_connect(client, port);
    client_expect_line(client, GREETING);
}

void ask(struct client *client, const char *line, const char *answer)
{
    client_send(client, line);
    client_expect_line(client, answer);
}

void expect_service(uint16_t port)
{
    struct client client;
    join(&client, port);
    ask(&client, "still there?\n", "Hello, still there?");
    client_send(&client, "exit\n");
    client_expect_end(&client);
    client_close(&client);
}

int send_until_full(struct client *client)
{
    static const char line[] = "a line that is answered\n";
    ssize_t count;
    do
        count = client_send_some(client, line, sizeof line - 1);
    while (count > 0);
    return count == -EAGAIN ? 0 : (int)count;
}

int send_long_line(struct client *client, size_t length)
{
    static char bytes[1 << 20];
    assert_true(length < sizeof bytes);
    memset(bytes, 'x', length);
    bytes[length] = '\n';
    return client_send_bytes(client, bytes, length + 1);
}

void event_of(const struct client *client, const char *what, char event[EVENT_MAX])
{
    char name[NET_NAME_MAX];
    net_local_name(client->fd, name);
    snprintf(event, EVENT_MAX, "%s %s\n", what, name);
}

void expect_order(struct process *server, const char *first, const char *second)
{
    process_wait_stdout(server, first);
    process_wait_stdout(server, second);
    const char *log = process_stdout(server);
    if (strstr(log, first) > strstr(log, second))
        fail_msg("the other way round, %.*s and then %s", (int)strlen(first) - 1, first, second);
}
