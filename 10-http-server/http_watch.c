/* http_watch.c - has the client left while its request is handled?
 *
 * A handler may wait for a minute. If nobody reads its answer any more, it should not: the task is
 * cancelled, and whatever the handler waits for (a timer, a fetch from another server) ends too.
 *
 * How one sees that a client has left is the difficulty, because TCP has no message for it:
 *
 *   - RST is clear: the client's socket is gone. recv says ECONNRESET.
 *   - FIN says only that the client will send no more. It may have closed its socket; or have ended
 *     its side (shutdown, "half-close") and wait for our answer. At our end both look the same.
 *   - But a socket that is closed answers everything that reaches it with RST. So we say something:
 *     the interim answer 102 (RFC 2518 10.1), which a client has to skip, and look for the RST. Not
 *     to HTTP/1.0, which knows no interim answers: there FIN counts as leaving.
 *
 * The watch also keeps what the client sends early: the next requests, pipelined. When that fills
 * the buffer we stop reading; the kernel then stops the client. Its FIN may now stand behind bytes
 * that nobody reads; poll tells of it all the same (POLLRDHUP).
 *
 * All of this runs in callbacks of the loop, beside the handler, which knows nothing of it.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "http_connection.h"

static void look(void *arg);

static void leave(struct http_connection *connection)
{
    http_watch_end(connection);
    connection->client_left = true;
    task_cancel(connection->task);
}

/* After 1 ms, so that a handler that only computes is done before; 1, 5 and 20 ms later, when an
 * RST from the same network has come; then every 50 ms. */
static void look_later(struct http_connection *connection)
{
    static const int64_t DELAYS_MS[] = {1, 1, 5, 20, 50};
    struct http_watch *watch = &connection->watch;
    int64_t delay_ms = DELAYS_MS[watch->looks < 4 ? watch->looks : 4];
    watch->looks++;
    int rc = loop_call_later(connection->server->loop, &watch->timer, delay_ms * NS_PER_MS);
    (void)rc; /* without memory nobody looks, and writing the answer will show it */
}

/* ---- While there may be bytes -------------------------------------------------------------- */

/* A descriptor that has ended stays readable for ever: its reader must go, or the loop would spin.
 */
static void stop_reading(struct http_connection *connection)
{
    loop_remove_reader(connection->server->loop, connection->fd);
    look_later(connection);
}

static void on_readable(void *arg)
{
    struct http_connection *connection = arg;
    size_t room = http_connection_room(connection);
    if (room == 0) {
        stop_reading(connection);
        return;
    }
    ssize_t count = recv(connection->fd, connection->input + connection->end, room, 0);
    if (count > 0) {
        connection->end += (size_t)count;
    } else if (count == 0) {
        connection->eof = true;
        stop_reading(connection);
    } else if (errno != EAGAIN && errno != EINTR) {
        leave(connection);
    }
}

/* ---- When there is nothing to read any more ------------------------------------------------ */

/* POLLERR or POLLHUP: RST has come (recv cannot tell: after FIN it goes on to say "the end").
 * POLLRDHUP: FIN has come. */
static int poll_now(int fd)
{
    struct pollfd entry = {.fd = fd, .events = POLLRDHUP};
    return poll(&entry, 1, 0) > 0 ? entry.revents : 0;
}

/* False: a part of it went out, and what follows cannot be read by anybody. */
static bool ask(struct http_connection *connection)
{
    static const char PROCESSING[] = "HTTP/1.1 102 Processing\r\n\r\n";
    size_t length = sizeof PROCESSING - 1;
    ssize_t count = send(connection->fd, PROCESSING, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    connection->watch.asked = count > 0; /* a full socket is asked another time */
    return count < 0 || (size_t)count == length;
}

static void look(void *arg)
{
    struct http_connection *connection = arg;
    int events = poll_now(connection->fd);
    bool here = !(events & (POLLERR | POLLHUP));
    bool ended = connection->eof || (events & POLLRDHUP);
    if (here && ended && !connection->response.head_sent) {
        if (connection->parser.head.minor_version == 0)
            here = false;
        else if (!connection->watch.asked)
            here = ask(connection);
    }
    if (here)
        look_later(connection);
    else
        leave(connection);
}

/* ---- Begin and end ------------------------------------------------------------------------- */

void http_watch_begin(struct http_connection *connection)
{
    struct http_watch *watch = &connection->watch;
    *watch = (struct http_watch){.active = true, .asked = watch->asked};
    timer_init(&watch->timer, look, connection);
    if (connection->eof ||
        loop_add_reader(connection->server->loop, connection->fd, on_readable, connection) < 0)
        look_later(connection);
}

void http_watch_end(struct http_connection *connection)
{
    struct http_watch *watch = &connection->watch;
    if (!watch->active)
        return;
    watch->active = false;
    loop_remove_reader(connection->server->loop, connection->fd);
    loop_cancel_timer(connection->server->loop, &watch->timer);
}
