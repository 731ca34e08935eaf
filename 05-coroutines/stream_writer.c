/* stream_writer.c - the buffered writer: writing is for the kernel, then for the loop, never for
 * the one who writes. */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A coroutine in stream_drain or stream_wait_closed, on its stack. */
struct stream_wait {
    struct co_waiter waiter; /* first */
    struct co *co;
    struct stream_writer *writer;
    bool for_close;
    TAILQ_ENTRY(stream_wait) link;
};

void stream_writer_init(struct stream_writer *writer, int fd, size_t high_water)
{
    *writer = (struct stream_writer){.loop = co_loop(), .fd = fd, .high_water = high_water};
    TAILQ_INIT(&writer->waiting);
}

static size_t kept(const struct stream_writer *writer)
{
    return writer->end - writer->begin;
}

/* ---- Waiting ------------------------------------------------------------------------------- */

static bool cancel_wait(struct co_waiter *waiter)
{
    struct stream_wait *wait = (struct stream_wait *)waiter;
    TAILQ_REMOVE(&wait->writer->waiting, wait, link);
    return true;
}

static int suspend(struct stream_writer *writer, bool for_close)
{
    struct stream_wait wait = {
        .waiter = {cancel_wait, for_close ? "a stream's end" : "room in a stream"},
        .co = co_current(),
        .writer = writer,
        .for_close = for_close,
    };
    TAILQ_INSERT_TAIL(&writer->waiting, &wait, link);
    return co_wait(&wait.waiter);
}

/* Wakes those whose wait is over, in the order in which they came. */
static void wake(struct stream_writer *writer)
{
    struct stream_wait *wait = TAILQ_FIRST(&writer->waiting);
    while (wait) {
        struct stream_wait *next = TAILQ_NEXT(wait, link);
        if (wait->for_close ? writer->fd < 0 : !writer->is_full) {
            TAILQ_REMOVE(&writer->waiting, wait, link);
            co_wake(wait->co, writer->error);
        }
        wait = next;
    }
}

/* ---- What is kept -------------------------------------------------------------------------- */

static void throw_away(struct stream_writer *writer)
{
    free(writer->buffer);
    writer->buffer = NULL;
    writer->begin = writer->end = writer->capacity = 0;
    writer->is_full = false;
    if (writer->fd >= 0)
        loop_remove_writer(writer->loop, writer->fd);
}

/* Room behind `end` for `size` more. */
static int make_room(struct stream_writer *writer, size_t size)
{
    if (writer->capacity - writer->end >= size)
        return 0;
    size_t length = kept(writer), needed = length + size;
    if (needed > writer->capacity) {
        size_t capacity = needed < 2 * writer->capacity ? 2 * writer->capacity : needed;
        char *buffer = realloc(writer->buffer, capacity);
        if (!buffer)
            return -ENOMEM;
        writer->buffer = buffer;
        writer->capacity = capacity;
    }
    memmove(writer->buffer, writer->buffer + writer->begin, length);
    writer->begin = 0;
    writer->end = length;
    return 0;
}

static void close_fd(struct stream_writer *writer)
{
    if (writer->fd < 0)
        return;
    loop_forget_fd(writer->loop, writer->fd);
    close(writer->fd);
    writer->fd = -1;
}

/* Nothing can be sent any more. The descriptor stays, for the reader, until stream_close. */
static void lose(struct stream_writer *writer, int error)
{
    writer->error = error;
    throw_away(writer);
    if (writer->is_closing)
        close_fd(writer);
    wake(writer);
}

/* ---- Sending ------------------------------------------------------------------------------- */

/* How much the kernel takes now, perhaps nothing; or -errno. */
static ssize_t send_some(struct stream_writer *writer, const char *bytes, size_t size)
{
    ssize_t count;
    do
        count = write(writer->fd, bytes, size);
    while (count < 0 && errno == EINTR);
    if (count >= 0)
        return count;
    return errno == EAGAIN ? 0 : -errno;
}

static void on_writable(void *arg)
{
    struct stream_writer *writer = arg;
    ssize_t count = send_some(writer, writer->buffer + writer->begin, kept(writer));
    if (count < 0) {
        lose(writer, (int)count);
        return;
    }
    writer->begin += (size_t)count;
    if (kept(writer) <= writer->high_water / 4)
        writer->is_full = false;
    if (kept(writer) == 0) {
        throw_away(writer); /* one who is not behind costs no memory */
        if (writer->is_closing)
            close_fd(writer);
    }
    wake(writer);
}

/* The loop sends it. */
static int keep(struct stream_writer *writer, const char *bytes, size_t size)
{
    int rc = make_room(writer, size);
    if (rc == 0 && kept(writer) == 0)
        rc = loop_add_writer(writer->loop, writer->fd, on_writable, writer);
    if (rc < 0)
        return rc;
    memcpy(writer->buffer + writer->end, bytes, size);
    writer->end += size;
    writer->is_full |= kept(writer) > writer->high_water;
    return 0;
}

int stream_write(struct stream_writer *writer, const void *bytes, size_t size)
{
    if (writer->error < 0)
        return writer->error;
    if (writer->is_closing)
        return -EPIPE;
    if (kept(writer) > STREAM_WRITE_MAX)
        return -ENOBUFS;
    ssize_t sent = kept(writer) > 0 ? 0 : send_some(writer, bytes, size);
    int rc = sent < 0 ? (int)sent : 0;
    if (rc == 0 && (size_t)sent < size)
        rc = keep(writer, (const char *)bytes + sent, size - (size_t)sent);
    if (rc < 0)
        lose(writer, rc);
    return rc;
}

int stream_drain(struct stream_writer *writer)
{
    if (writer->error < 0 || !writer->is_full)
        return writer->error;
    return suspend(writer, false);
}

/* ---- The end ------------------------------------------------------------------------------- */

void stream_close(struct stream_writer *writer)
{
    writer->is_closing = true;
    if (kept(writer) > 0)
        return; /* on_writable does it */
    close_fd(writer);
    wake(writer);
}

int stream_wait_closed(struct stream_writer *writer)
{
    if (writer->fd < 0)
        return writer->error;
    int rc = suspend(writer, true);
    if (rc == -ECANCELED)
        lose(writer, -ECONNABORTED); /* by us; others who wait are not cancelled with us */
    return rc;
}
