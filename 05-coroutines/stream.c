/* stream.c - the buffered reader: what has come is between begin and end. */
#include "stream.h"

#include <errno.h>
#include <string.h>

#include "co_io.h"

void stream_reader_init(struct stream_reader *reader, int fd, char *buffer, size_t capacity)
{
    *reader =
        (struct stream_reader){.fd = fd, .read = co_read, .buffer = buffer, .capacity = capacity};
}

/* At the end of a file there may be more the next time, and at the end of a terminal: not here.
 *
 * Who got less than he asked for has emptied the socket, and to try again at once would most often
 * be a system call for an EAGAIN. Should more have come meanwhile, the loop's next poll says so. */
static ssize_t read_some(struct stream_reader *reader, void *bytes, size_t size)
{
    if (reader->has_ended)
        return 0;
    ssize_t count = reader->is_drained ? co_read_when_ready(reader->fd, bytes, size)
                                       : reader->read(reader->fd, bytes, size);
    reader->has_ended = count == 0;
    reader->is_drained = count > 0 && (size_t)count < size;
    return count;
}

/* Reads more behind what is there: 0; -ENODATA: the peer has ended; -EMSGSIZE: full. */
static int fill(struct stream_reader *reader)
{
    if (reader->begin > 0) {
        memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
        reader->end -= reader->begin;
        reader->begin = 0;
    }
    if (reader->end == reader->capacity)
        return -EMSGSIZE;
    ssize_t count = read_some(reader, reader->buffer + reader->end, reader->capacity - reader->end);
    if (count < 0)
        return (int)count;
    reader->end += (size_t)count;
    return count == 0 ? -ENODATA : 0;
}

/* Gives out what comes next in the buffer. */
static char *take(struct stream_reader *reader, size_t length)
{
    char *bytes = reader->buffer + reader->begin;
    reader->begin += length;
    return bytes;
}

ssize_t stream_read(struct stream_reader *reader, void *bytes, size_t size)
{
    size_t there = reader->end - reader->begin;
    if (size == 0)
        return 0; /* and that is no end */
    if (there == 0)
        return read_some(reader, bytes, size);
    size_t count = there < size ? there : size;
    memcpy(bytes, take(reader, count), count);
    return (ssize_t)count;
}

int stream_read_exactly(struct stream_reader *reader, void *bytes, size_t size)
{
    char *next = bytes;
    while (size > 0) {
        ssize_t count = stream_read(reader, next, size);
        if (count < 0)
            return (int)count;
        if (count == 0)
            return -ENODATA;
        next += count;
        size -= (size_t)count;
    }
    return 0;
}

ssize_t stream_read_until(struct stream_reader *reader, const char *separator, size_t length,
                          char **bytes)
{
    if (length == 0)
        return -EINVAL;
    size_t seen = 0; /* bytes in which no separator begins: each is looked at once */
    for (;;) {
        const char *begin = reader->buffer + reader->begin;
        size_t there = reader->end - reader->begin;
        const char *found = memmem(begin + seen, there - seen, separator, length);
        if (found) {
            size_t taken = (size_t)(found - begin) + length;
            *bytes = take(reader, taken);
            return (ssize_t)taken;
        }
        if (there >= length)
            seen = there - length + 1; /* its beginning may be there already */
        int rc = fill(reader);
        if (rc < 0)
            return rc;
    }
}

ssize_t stream_read_line(struct stream_reader *reader, char **line)
{
    ssize_t length = stream_read_until(reader, "\n", 1, line);
    if (length >= 0) {
        length--;
    } else if (length == -ENODATA && reader->end > reader->begin) { /* a last one without end */
        length = (ssize_t)(reader->end - reader->begin);
        *line = take(reader, (size_t)length);
    } else {
        return length;
    }
    if (length > 0 && (*line)[length - 1] == '\r')
        length--;
    if (length > (ssize_t)reader->capacity - 2)
        return -EMSGSIZE; /* it fits only because its end is shorter than it might be */
    (*line)[length] = '\0';
    return length;
}
