/* stream.h - a reader and a writer with a buffer each: asyncio's StreamReader and StreamWriter.
 *
 *     struct stream_reader reader;                     struct stream_writer writer;
 *     stream_reader_init(&reader, fd, buffer, size);   stream_writer_init(&writer, fd, 0);
 *     while ((length = stream_read_line(&reader, &line)) >= 0) {
 *         rc = stream_write(&writer, line, (size_t)length);
 *         ... rc = stream_drain(&writer); ...
 *     }
 *     stream_close(&writer);
 *     rc = stream_wait_closed(&writer);
 *
 * A peer decides neither how much of it is kept nor how much is kept for it. The reader's memory is
 * its buffer, which is the caller's. The writer's is at most twice its high-water mark
 * and one write, for who drains after each write; for who does not it is twice STREAM_WRITE_MAX and
 * one write.
 *
 * The end of what a peer sends is no error: stream_read gives 0, the others -ENODATA. Any other
 * value below 0 is one, or is -ECANCELED. Descriptors must be non-blocking. Loop's thread only.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "co.h"

/* ---- The reader ---------------------------------------------------------------------------- */

struct stream_reader {
    int fd;
    ssize_t (*read)(int fd, void *buffer, size_t size); /* co_read, unless you set another */
    char *buffer;
    size_t capacity;
    size_t begin, end; /* what has been read and not yet taken */
    bool has_ended;    /* the peer: nothing is read after that */
    bool is_drained;   /* the last read got less than it asked for: the next one waits first */
};

/* `buffer` and the descriptor stay the caller's. One coroutine at a time may read. */
void stream_reader_init(struct stream_reader *reader, int fd, char *buffer, size_t capacity);

/* At most `size` bytes, at least one; 0: the peer has ended (or `size` is 0). asyncio: read(n). */
ssize_t stream_read(struct stream_reader *reader, void *bytes, size_t size) CO_MUST_CHECK;

/* All `size` bytes, which may be more than the capacity: 0; -ENODATA: the peer ended before that,
 * and what had come is in `bytes`. asyncio: readexactly. */
int stream_read_exactly(struct stream_reader *reader, void *bytes, size_t size) CO_MUST_CHECK;

/* The bytes up to and with a separator of `length` bytes, in the buffer until the next call,
 * without a NUL behind them. How many; -ENODATA: the peer ended before one came; -EMSGSIZE: the
 * buffer is full without one. After these two what has come can still be had by stream_read.
 * -EINVAL: an empty separator. asyncio: readuntil. */
ssize_t stream_read_until(struct stream_reader *reader, const char *separator, size_t length,
                          char **bytes) CO_MUST_CHECK;

/* A line, without its "\n" or "\r\n", NUL-terminated in the buffer until the next call. Its length;
 * -ENODATA: the peer has ended and nothing is left (a last line without an end is a line);
 * -EMSGSIZE: the line is longer than capacity - 2, which leaves room for its "\r\n". asyncio's
 * readline keeps the end; ours tells the end of the stream by a result, and needs it no more. */
ssize_t stream_read_line(struct stream_reader *reader, char **line) CO_MUST_CHECK;

/* ---- The writer ---------------------------------------------------------------------------- */

#define STREAM_HIGH_WATER ((size_t)64 * 1024)   /* bytes: asyncio's */
#define STREAM_WRITE_MAX  ((size_t)1024 * 1024) /* bytes that may be kept before a write */

struct stream_writer {
    struct loop *loop;
    int fd; /* -1: closed */
    char *buffer;
    size_t begin, end, capacity; /* of the buffer: what the kernel has not taken yet */
    size_t high_water;
    bool is_full;    /* above the mark, and not yet down again */
    bool is_closing; /* stream_close was called */
    int error;       /* the connection is lost: why */
    TAILQ_HEAD(, stream_wait) waiting;
};

/* The writer takes the descriptor over: stream_close closes it. `high_water` bytes may be kept
 * before stream_drain suspends; 0: until all of it is with the kernel. In a coroutine only. */
void stream_writer_init(struct stream_writer *writer, int fd, size_t high_water);

/* Sends these bytes and does not suspend: what the kernel does not take at once is copied, and the
 * loop sends it. 0; -ENOMEM; -ENOBUFS: more than STREAM_WRITE_MAX is kept already, so somebody has
 * forgotten to drain; -EPIPE, -ECONNRESET: the connection is lost, or was closed by us (-EPIPE).
 * After an error none of these bytes is kept; but of -ENOMEM a part may have been sent, and
 * the connection counts as lost. asyncio: write, which tells no error. */
int stream_write(struct stream_writer *writer, const void *bytes, size_t size) CO_MUST_CHECK;

/* Suspends while more than the high-water mark is kept, until it is a quarter of it. 0, or why the
 * connection was lost. A cancel leaves what is kept as it is. asyncio: drain. */
int stream_drain(struct stream_writer *writer) CO_MUST_CHECK;

/* No more writes; what is kept is still sent, then the descriptor is closed. At once, when nothing
 * is: so nobody may be reading from it now. Twice is once. Always call stream_wait_closed
 * afterwards. asyncio: close. */
void stream_close(struct stream_writer *writer);

/* Suspends until it is closed. 0: the kernel has taken all of it; else why it could not, and the
 * rest is lost. Cancelled, it throws the rest away, closes, and returns -ECANCELED; others who wait
 * get -ECONNABORTED. Afterwards the writer has no memory and the loop knows nothing of it. asyncio:
 * wait_closed. */
int stream_wait_closed(struct stream_writer *writer) CO_MUST_CHECK;

#endif
