/* stream.h - a reader with a buffer, for protocols of lines.
 *
 * asyncio: StreamReader. The buffer is the caller's and bounds what a peer can make us keep.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>
#include <sys/types.h>

#include "co.h"

struct stream_reader {
    int fd;
    char *buffer;
    size_t capacity;
    size_t begin, end; /* what has been read and not yet taken */
};

void stream_reader_init(struct stream_reader *reader, int fd, char *buffer, size_t capacity);

/* A line, without its "\n" or "\r\n", NUL-terminated in the buffer until the next call. Its length;
 * -ENODATA: the peer has ended and nothing is left (a last line without an end is a line);
 * -EMSGSIZE: the line is longer than capacity - 2, which leaves room for its "\r\n". */
ssize_t stream_read_line(struct stream_reader *reader, char **line) CO_MUST_CHECK;

/* At most `size` bytes, at least one; 0: the peer has ended. */
ssize_t stream_read(struct stream_reader *reader, void *bytes, size_t size) CO_MUST_CHECK;

/* All `size` bytes: 0; -ENODATA: the peer ended before that. */
int stream_read_exactly(struct stream_reader *reader, void *bytes, size_t size) CO_MUST_CHECK;

#endif
