/* client.h - a blocking TCP client for tests: a reader with a buffer, and bad manners.
 *
 *     struct client client;
 *     client_connect(&client, port);
 *     client_expect_line(&client, "Welcome. Type a line, or exit.");
 *     client_send(&client, "Ada\n");
 *     client_expect_line(&client, "Hello, Ada");
 *     client_close(&client);
 *
 * A wait of CLIENT_GUARD_S seconds fails the test. What else a peer may do is a result (0, a
 * length, -errno) when the function returns one, and fails the test when it does not. To 127.0.0.1.
 * The failing of a test belongs to cmocka, so: the test's main thread, or a thread that only looks
 * at results.
 */
#ifndef SUPPORT_CLIENT_H
#define SUPPORT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CLIENT_GUARD_S 30

struct client {
    int fd;            /* -1: closed */
    size_t begin, end; /* what has been read and not yet taken */
    char buffer[16384];
};

/* Connects; fails the test when it cannot. */
void client_connect(struct client *client, uint16_t port);

/* Connects: 0 or -errno (-ECONNREFUSED). */
int client_try_connect(struct client *client, uint16_t port);

/* Like client_connect, with the smallest receive buffer that the kernel gives: a peer that writes
 * to a client that does not read is stopped soon. */
void client_connect_small(struct client *client, uint16_t port);

/* Its own address as the server sees and logs it, "127.0.0.1:40000". */
void client_name(const struct client *client, char *name, size_t size);

/* Takes over a connected, blocking socket. */
void client_adopt(struct client *client, int fd);

/* Sends all of it; fails the test when it cannot. */
void client_send(struct client *client, const char *text);

/* Sends all of it: 0 or -errno (-EPIPE, -ECONNRESET). A peer that does not read for the guard's
 * time fails the test. */
int client_send_bytes(struct client *client, const void *bytes, size_t size);

/* Sends what the kernel takes now, without waiting: how much, or -errno (-EAGAIN: full). */
ssize_t client_send_some(struct client *client, const void *bytes, size_t size);

/* A line without its "\n" (a "\r" before it stays), NUL-terminated. Its length; -ENODATA: the peer
 * has ended (what came before the end without a "\n" is lost); -ECONNRESET and other errors;
 * -EMSGSIZE: longer than `size`, or than the client's buffer. */
ssize_t client_read_line(struct client *client, char *line, size_t size);

/* Exactly `size` bytes: 0; -ENODATA: the peer ended before that; another error. */
int client_read_exactly(struct client *client, void *bytes, size_t size);

/* All until the end, at most size - 1 bytes, NUL-terminated: the length, or -errno; -EMSGSIZE:
 * there was more. */
ssize_t client_read_to_end(struct client *client, char *bytes, size_t size);

/* The next line must be this; fails the test. */
void client_expect_line(struct client *client, const char *expected);

/* The peer must close now, in order (EOF) or by a reset, without more bytes; fails the test. */
void client_expect_end(struct client *client);

/* Could a read return at once: bytes, the end, or an error? Does not wait. */
bool client_is_readable_now(struct client *client);

/* Waits until the peer has closed or reset the connection, throwing away what it sends. Fails the
 * test when it does not. */
void client_wait_closed(struct client *client);

/* The end of our sending; the peer may go on. */
void client_half_close(struct client *client);

/* Closes by RST: what was under way is lost, the peer sees ECONNRESET. */
void client_reset(struct client *client);

/* Closes in order. A closed client is ignored. */
void client_close(struct client *client);

/* ---- HTTP ---------------------------------------------------------------------------------- */

/* An answer as it came. Our own small reader on purpose: the servers are not to be their own
 * judge. */
struct answer {
    int status;
    char *head; /* status line and fields, NUL-terminated, without the empty line */
    char *body; /* decoded when it was chunked; NUL-terminated after body_length bytes */
    size_t body_length;
    bool has_ended; /* the body was ended by the end of the connection */
};

/* Reads one answer; `to_head`: it answers a HEAD request, so it has no body. Interim answers (1xx)
 * are passed over. 0; -ENODATA: the connection ended before the answer did; -EPROTO: no HTTP
 * answer; another error. Free it after 0. */
int client_read_answer(struct client *client, bool to_head, struct answer *answer);
void answer_free(struct answer *answer);

/* The value of a field of the answer, copied to `value`: its length, or -ENOENT. */
int answer_field(const struct answer *answer, const char *name, char *value, size_t size);

/* Connects, sends the text of a request, reads the answer and closes. Fails the test when no whole
 * answer comes. Ask for "Connection: close" or not, as you like. */
void http_ask(uint16_t port, const char *request, struct answer *answer);

/* GET of a target ("/stats"). Fails the test when no whole answer comes. */
void http_get(uint16_t port, const char *target, struct answer *answer);

/* A number of the /aio server's /stats: "max_in_flight". Fails the test when it is not there. */
long http_stats(uint16_t port, const char *counter);

#endif
