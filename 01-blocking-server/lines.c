/* lines.c - a buffer that is read into at its end, and taken from at its beginning. */
#include "lines.h"

#include <errno.h>
#include <string.h>

#include "io.h"

void line_reader_init(struct line_reader *reader, int fd, char *buffer, size_t capacity)
{
    *reader = (struct line_reader){.fd = fd, .buffer = buffer, .capacity = capacity};
}

/* Makes room by moving what is left to the front, then reads once. 0: more bytes, or the end. */
static int read_more(struct line_reader *reader)
{
    memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
    reader->end -= reader->begin;
    reader->begin = 0;
    if (reader->end == reader->capacity)
        return -EMSGSIZE;
    ssize_t count =
        read_some(reader->fd, reader->buffer + reader->end, reader->capacity - reader->end);
    if (count < 0)
        return (int)count;
    reader->has_ended = count == 0;
    reader->end += (size_t)count;
    return 0;
}

/* Takes what is in the buffer up to `length` as a line, `end_length` bytes of line end after it. */
static ssize_t take_line(struct line_reader *reader, size_t length, size_t end_length,
                         const char **line)
{
    *line = reader->buffer + reader->begin;
    reader->begin += length + end_length;
    return length > reader->capacity - 2 ? -EMSGSIZE : (ssize_t)length;
}

ssize_t read_line(struct line_reader *reader, const char **line)
{
    size_t searched = 0; /* so that no byte is looked at twice, however few come at a time */
    for (;;) {
        const char *begin = reader->buffer + reader->begin;
        size_t held = reader->end - reader->begin;
        const char *newline = memchr(begin + searched, '\n', held - searched);
        if (newline) {
            size_t length = (size_t)(newline - begin);
            bool has_return = length > 0 && newline[-1] == '\r';
            return take_line(reader, length - has_return, 1 + has_return, line);
        }
        if (reader->has_ended)
            return held > 0 ? take_line(reader, held, 0, line) : -ENODATA;
        searched = held;
        int rc = read_more(reader);
        if (rc < 0)
            return rc;
    }
}
