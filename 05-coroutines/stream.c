/* stream.c - the buffered reader: what has come is between begin and end. */
#include "stream.h"

#include <errno.h>
#include <string.h>

#include "co_io.h"

void stream_reader_init(struct stream_reader *reader, int fd, char *buffer, size_t capacity)
{
    *reader = (struct stream_reader){.fd = fd, .buffer = buffer, .capacity = capacity};
}

/* Reads more behind what is there. The number of bytes; 0: the peer has ended; -EMSGSIZE: full. */
static ssize_t fill(struct stream_reader *reader)
{
    if (reader->begin > 0) {
        memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
        reader->end -= reader->begin;
        reader->begin = 0;
    }
    if (reader->end == reader->capacity)
        return -EMSGSIZE;
    ssize_t count =
        co_read(reader->fd, reader->buffer + reader->end, reader->capacity - reader->end);
    if (count > 0)
        reader->end += (size_t)count;
    return count;
}

/* Ends the line at `length` with a NUL where "\n", or "\r\n", stands, and moves past `taken`. */
static ssize_t take_line(struct stream_reader *reader, size_t length, size_t taken, char **line)
{
    *line = reader->buffer + reader->begin;
    reader->begin += taken;
    if (length > 0 && (*line)[length - 1] == '\r')
        length--;
    if (length > reader->capacity - 2)
        return -EMSGSIZE; /* it fits only because its end is shorter than it might be */
    (*line)[length] = '\0';
    return (ssize_t)length;
}

ssize_t stream_read_line(struct stream_reader *reader, char **line)
{
    size_t seen = 0; /* bytes in which there is no newline: each is looked at once */
    for (;;) {
        char *begin = reader->buffer + reader->begin;
        size_t length = reader->end - reader->begin;
        char *newline = memchr(begin + seen, '\n', length - seen);
        if (newline)
            return take_line(reader, (size_t)(newline - begin), (size_t)(newline - begin) + 1,
                             line);
        seen = length;
        ssize_t count = fill(reader);
        if (count < 0)
            return count;
        if (count == 0)
            break;
    }
    size_t left = reader->end - reader->begin;
    if (left == 0)
        return -ENODATA;
    return take_line(reader, left, left, line); /* a last line that nothing ended */
}

ssize_t stream_read(struct stream_reader *reader, void *bytes, size_t size)
{
    size_t there = reader->end - reader->begin;
    if (there == 0)
        return co_read(reader->fd, bytes, size);
    size_t count = there < size ? there : size;
    memcpy(bytes, reader->buffer + reader->begin, count);
    reader->begin += count;
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
