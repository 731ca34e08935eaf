/* aio_server.h - the real program, started on a port of its own, and asked. */
#ifndef AIO_SERVER_H
#define AIO_SERVER_H

#include "client.h"
#include "leaks.h"
#include "process.h"
#include "unit.h"

extern struct process *server;
extern uint16_t port;
extern const char *loop_name; /* "epoll" or "uv": what start_server runs on */

/* Starts it with --port 0 and these further options (up to 8), the last of them NULL. */
void start_server(const char *option, ...) __attribute__((sentinel));

/* SIGTERM: it must end with 0 and leave nobody behind. */
void stop_server(void);

/* Asks /stats until the counter has this value; the test's alarm ends it otherwise. */
void wait_for_stats(const char *counter, long value);
void expect_stats(long requests, long in_flight, long max_in_flight, long completed, long aborted);

/* GETs `target` and compares status and body. */
void expect_answer(const char *target, int status, const char *body);

/* Sends GET `target` on an open connection, keep-alive. */
void send_get(struct client *client, const char *target);

/* Reads an answer of this body from it. */
void expect_next_answer(struct client *client, int status, const char *body);

#endif
