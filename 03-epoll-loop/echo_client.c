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

/* ---- Buffers ------------------------------------------------------------------------------- */

/* What a step works in, on the stack: most steps leave nothing behind. */
struct desk {
    char in[ECHO_IN_SIZE], out[ECHO_OUT_SIZE];
};

static void sit_down(struct echo_client *client, struct desk *desk)
{
    if (!client->in)
        client->in = desk->in;
    if (!client->out)
        client->out = desk->out;
}

/* What is left in the buffer moves into memory of its own, unless it is there already; an empty
 * buffer goes. */
static int keep_rest(char **buffer, const char *desk, size_t length, size_t size)
{
    if (*buffer != desk && length > 0)
        return 0;
    if (*buffer != desk)
        free(*buffer);
    *buffer = length > 0 ? malloc(size) : NULL;
    if (*buffer)
        memcpy(*buffer, desk, length);
    return length > 0 && !*buffer ? -ENOMEM : 0;
}

static int clear_desk(struct echo_client *client, const struct desk *desk)
{
    int in = keep_rest(&client->in, desk->in, client->in_length, ECHO_IN_SIZE);
    int out = keep_rest(&client->out, desk->out, client->out_end, ECHO_OUT_SIZE);
    return in < 0 ? in : out;
}

/* ---- From lines to answers ----------------------------------------------------------------- */

static bool has_room_for_an_answer(const struct echo_client *client)
{
    return ECHO_OUT_SIZE - client->out_end >= ECHO_ANSWER_MAX;
}

/* There must be room. */
static void put(struct echo_client *client, const char *bytes, size_t length)
{
    memcpy(client->out + client->out_end, bytes, length);
    client->out_end += length;
}

static void refuse_line(struct echo_client *client)
{
    client->state = ECHO_FINISHING;
    put(client, "Line too long.\n", strlen("Line too long.\n"));
}

static void answer(struct echo_client *client, const char *line, size_t length)
{
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (length > ECHO_LINE_MAX) {
        refuse_line(client);
    } else if (length == 4 && memcmp(line, "exit", 4) == 0) {
        client->state = ECHO_FINISHING;
    } else {
        put(client, "Hello, ", strlen("Hello, "));
        put(client, line, length);
        put(client, "\n", 1);
    }
}

/* The length of the next line's bytes, its end included; 0: there is none yet. What stands before
 * the end of the input is a line, too. */
static size_t next_line(const struct echo_client *client)
{
    const char *newline = memchr(client->in, '\n', client->in_length);
    if (newline)
        return (size_t)(newline - client->in) + 1;
    return client->peer_ended ? client->in_length : 0;
}

static void answer_lines(struct echo_client *client)
{
    size_t size;
    while (client->state == ECHO_TALKING && has_room_for_an_answer(client) &&
           (size = next_line(client)) > 0) {
        answer(client, client->in, size - (client->in[size - 1] == '\n'));
        client->in_length -= size;
        memmove(client->in, client->in + size, client->in_length);
    }
    if (client->state != ECHO_TALKING || !has_room_for_an_answer(client))
        return;
    if (client->in_length == ECHO_IN_SIZE)
        refuse_line(client);
    else if (client->peer_ended)
        client->state = ECHO_FINISHING;
}

/* ---- Reading and writing ------------------------------------------------------------------- */

static bool is_no_error(int error)
{
    return error == EAGAIN || error == EINTR;
}

static int receive(struct echo_client *client)
{
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
        answer_lines(client);
        rc = flush(client);
    } while (rc == 0 && client->out_end == 0 && client->state == ECHO_TALKING &&
             (next_line(client) > 0 || client->peer_ended));
    if (rc == 0 && client->state == ECHO_FINISHING && client->out_end == 0)
        rc = begin_draining(client);
    return rc;
}

/* One step: takes in what is new, does what can be done now, and says what to wait for. */
static void advance(struct echo_client *client, int (*take_in)(struct echo_client *))
{
    struct desk desk;
    sit_down(client, &desk);
    client->active_ns = loop_time(client->loop);
    int rc = take_in(client);
    if (rc == 0 && client->state != ECHO_DRAINING)
        rc = talk(client);
    bool over = client->state == ECHO_DRAINING && client->peer_ended;
    if (rc == 0 && !over)
        rc = set_interest(client);
    int cleared = clear_desk(client, &desk); /* in any case: nothing may point there any more */
    rc = rc < 0 ? rc : cleared;
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", client->name, strerror(-rc));
    if (rc < 0 || over)
        echo_client_close(client);
}

static void on_readable(void *arg)
{
    struct echo_client *client = arg;
    advance(client, client->state == ECHO_DRAINING ? drain : receive);
}

static int take_nothing(struct echo_client *client)
{
    (void)client;
    return 0;
}

static void on_writable(void *arg)
{
    advance(arg, take_nothing);
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

static int greet(struct echo_client *client)
{
    static const char greeting[] = "Welcome. Type a line, or exit.\n";
    put(client, greeting, sizeof greeting - 1);
    return client->idle_ns > 0 ? loop_call_later(client->loop, &client->patience, client->idle_ns)
                               : 0;
}

void echo_client_start(struct echo_client *client, struct loop *loop, int fd, const char *name,
                       int64_t idle_ns, void (*on_closed)(struct echo_client *, void *), void *arg)
{
    *client = (struct echo_client){
        .loop = loop, .fd = fd, .idle_ns = idle_ns, .on_closed = on_closed, .arg = arg};
    snprintf(client->name, sizeof client->name, "%s", name);
    timer_init(&client->patience, on_patience_over, client);
    advance(client, greet);
}
