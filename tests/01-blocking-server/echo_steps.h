/* echo_steps.h - the steps that the tests of the echo servers are made of. They fail the test. */
#ifndef ECHO_STEPS_H
#define ECHO_STEPS_H

#include <stdint.h>

#include "client.h"
#include "process.h"

#define GREETING "Welcome. Type a line, or exit."

/* Connects, and has been greeted: it is being served. */
void join(struct client *client, uint16_t port);

/* Sends and gets an answer. `line` ends with "\n". */
void ask(struct client *client, const char *line, const char *answer);

/* A new client is served from the greeting to "exit". */
void expect_service(uint16_t port);

/* Sends lines without reading until no buffer takes any more: 0; or -errno of the connection. */
int send_until_full(struct client *client);

/* A line of so many bytes (at most 1 MiB - 1) and its "\n": 0, or -errno of the connection. */
int send_long_line(struct client *client, size_t length);

/* "connect 127.0.0.1:40000\n": what the server logs of this client, which must be connected. */
#define EVENT_MAX 128
void event_of(const struct client *client, const char *what, char event[EVENT_MAX]);

/* The server's log has both lines, in this order. Waits for them. */
void expect_order(struct process *server, const char *first, const char *second);

#endif
