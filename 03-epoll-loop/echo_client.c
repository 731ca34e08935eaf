/* echo_client.c - the dialogue of one client: `advance` does what can be done now, then tells the
 * loop what to wait for. */
#include "echo_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

#define LINGER_NS NS_PER_S /* how long a client may go on sending after we have ended */

void echo_client_close(struct echo_client *client)
{
    loop_cancel_timer(client->loop, &client->patience);
    loop_forget_fd(client->loop, client->fd);
    close(client->fd);
    free(client->in);
    free(client->out);
    client->on_closed(client, client->arg);
}

/* ---- Buffers: there only while they hold something ------------------------------------------ */

static int need_buffer(char **buffer, size_t size)
{
    if (!*buffer)
        *buffer = malloc(size);
    return *buffer ? 0 : -ENOMEM;
}

static void free_empty_buffers(struct echo_client *client)
{
    if (client->in_length == 0) {
        free(client->in);
        client->in = NULL;
    }
    if (client->out_end == 0) {
        free(client->out);
        client->out = NULL;
    }
}

/* ---- From lines to answers ----------------------------------------------------------------- */

static bool has_room_for_an_answer(const struct echo_client *client)
{
    return ECHO_OUT_SIZE - client->out_end >= ECHO_ANSWER_MAX;
}

/* There must be room. */
static int put(struct echo_client *client, const char *bytes, size_t length)
{
    int rc = need_buffer(&client->out, ECHO_OUT_SIZE);
    if (rc < 0)
        return rc;
    memcpy(client->out + client->out_end, bytes, length);
    client->out_end += length;
    return 0;
}

static int refuse_line(struct echo_client *client)
{
    client->state = ECHO_FINISHING;
    return put(client, "Line too long.\n", strlen("Line too long.\n"));
}

static int answer(struct echo_client *client, const char *line, size_t length)
{
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (length > ECHO_LINE_MAX)
        return refuse_line(client);
    if (length == 4 && memcmp(line, "exit", 4) == 0) {
        client->state = ECHO_FINISHING;
        return 0;
    }
    int rc = put(client, "Hello, ", strlen("Hello, "));
    if (rc == 0)
        rc = put(client, line, length);
    if (rc == 0)
        rc = put(client, "\n", 1);
    return rc;
}

/* The length of the next line's bytes, its end included; 0: there is none yet. What stands before
 * the end of the input is a line, too. */
static size_t next_line(const struct echo_client *client)
{
    const char *newline =
        client->in_length > 0 ? memchr(client->in, '\n', client->in_length) : NULL;
    if (newline)
        return (size_t)(newline - client->in) + 1;
    return client->peer_ended ? client->in_length : 0;
}

static int answer_lines(struct echo_client *client)
{
    int rc = 0;
    size_t size;
    while (rc == 0 && client->state == ECHO_TALKING && has_room_for_an_answer(client) &&
           (size = next_line(client)) > 0) {
        rc = answer(client, client->in, size - (client->in[size - 1] == '\n'));
        client->in_length -= size;
        memmove(client->in, client->in + size, client->in_length);
    }
    if (rc < 0 || client->state != ECHO_TALKING || !has_room_for_an_answer(client))
        return rc;
    if (client->in_length == ECHO_IN_SIZE)
        return refuse_line(client);
    if (client->peer_ended)
        client->state = ECHO_FINISHING;
    return 0;
}

/* ---- Reading and writing ------------------------------------------------------------------- */

static bool is_no_error(int error)
{
    return error == EAGAIN || error == EINTR;
}

static int receive(struct echo_client *client)
{
    int rc = need_buffer(&client->in, ECHO_IN_SIZE);
    if (rc < 0)
        return rc;
    size_t room = ECHO_IN_SIZE - client->in_length;
    ssize_t count = read(client->fd, client->in + client->in_length, room);
    if (count < 0)
        return is_no_error(errno) ? 0 : -errno;
    client->peer_ended = count == 0;
    client->in_length += (size_t)count;
    return 0;
}

/* Sends what the kernel takes; the rest waits in `out`. */
static int flush(struct echo_client *client)
{
    while (client->out_begin < client->out_end) {
        ssize_t count =
            write(client->fd, client->out + client->out_begin, client->out_end - client->out_begin);
        if (count < 0)
            return is_no_error(errno) ? 0 : -errno;
        client->out_begin += (size_t)count;
    }
    client->out_begin = client->out_end = 0;
    return 0;
}

/* Closing now, with unread bytes of the client's in the socket, would reset the connection and
 * destroy the answers on their way. So: say that we have ended, and wait until the client does. */
static int begin_draining(struct echo_client *client)
{
    client->state = ECHO_DRAINING;
    if (shutdown(client->fd, SHUT_WR) < 0)
        return -errno;
    return loop_call_later(client->loop, &client->patience, LINGER_NS);
}

static int drain(struct echo_client *client)
{
    client->in_length = 0; /* thrown away */
    return receive(client);
}

/* ---- The machine --------------------------------------------------------------------------- */

static void on_readable(void *arg);
static void on_writable(void *arg);

/* Interest in writing only while there is something to write: a socket is nearly always writable,
 * and the loop would never sleep. Interest in reading only while there is room. */
static int set_interest(struct echo_client *client)
{
    bool room = client->state == ECHO_DRAINING || client->in_length < ECHO_IN_SIZE;
    int rc = 0;
    if (client->state != ECHO_FINISHING && !client->peer_ended && room)
        rc = loop_add_reader(client->loop, client->fd, on_readable, client);
    else
        loop_remove_reader(client->loop, client->fd);
    if (rc == 0 && client->out_end > 0)
        rc = loop_add_writer(client->loop, client->fd, on_writable, client);
    else
        loop_remove_writer(client->loop, client->fd);
    return rc;
}

/* Answers and sends until the lines are used up or the kernel takes no more. */
static int talk(struct echo_client *client)
{
    int rc;
    do {
        rc = answer_lines(client);
        if (rc == 0)
            rc = flush(client);
    } while (rc == 0 && client->out_end == 0 && client->state == ECHO_TALKING &&
             (next_line(client) > 0 || client->peer_ended));
    if (rc == 0 && client->state == ECHO_FINISHING && client->out_end == 0)
        rc = begin_draining(client);
    return rc;
}

static void advance(struct echo_client *client, int rc)
{
    client->active_ns = loop_time(client->loop);
    if (rc == 0 && client->state != ECHO_DRAINING)
        rc = talk(client);
    bool over = client->state == ECHO_DRAINING && client->peer_ended;
    if (rc == 0 && !over)
        rc = set_interest(client);
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", client->name, strerror(-rc));
    if (rc < 0 || over)
        echo_client_close(client);
    else
        free_empty_buffers(client);
}

static void on_readable(void *arg)
{
    struct echo_client *client = arg;
    advance(client, client->state == ECHO_DRAINING ? drain(client) : receive(client));
}

static void on_writable(void *arg)
{
    advance(arg, 0);
}

/* The timer is not moved with every byte, which would cost more than the bytes do. It rings, sees
 * that the client was active meanwhile, and sleeps until the idleness would be over now. */
static void on_patience_over(void *arg)
{
    struct echo_client *client = arg;
    int64_t end = client->active_ns + client->idle_ns;
    bool was_active = client->state != ECHO_DRAINING && loop_time(client->loop) < end;
    if (!was_active || loop_call_at(client->loop, &client->patience, end) < 0)
        echo_client_close(client);
}

static int begin(struct echo_client *client)
{
    static const char greeting[] = "Welcome. Type a line, or exit.\n";
    int rc = put(client, greeting, sizeof greeting - 1);
    if (rc == 0)
        rc = loop_add_reader(client->loop, client->fd, on_readable, client);
    if (rc == 0 && client->idle_ns > 0)
        rc = loop_call_later(client->loop, &client->patience, client->idle_ns);
    return rc;
}

int echo_client_start(struct echo_client *client, struct loop *loop, int fd, int64_t idle_ns,
                      void (*on_closed)(struct echo_client *, void *), void *arg)
{
    *client = (struct echo_client){
        .loop = loop, .fd = fd, .idle_ns = idle_ns, .on_closed = on_closed, .arg = arg};
    timer_init(&client->patience, on_patience_over, client);
    net_peer_name(fd, client->name);
    int rc = begin(client);
    if (rc < 0) {
        echo_client_close(client);
        return rc;
    }
    advance(client, 0);
    return 0;
}
