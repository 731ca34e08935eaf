/* line_iterator.c - stream_read_line, in the shape of an iterator. */
#include "line_iterator.h"

#include <errno.h>

void lines_init(struct lines *lines, int fd, char *buffer, size_t capacity)
{
    stream_reader_init(&lines->reader, fd, buffer, capacity);
}

int lines_next(struct lines *lines, struct line *line)
{
    ssize_t length = stream_read_line(&lines->reader, &line->text);
    if (length == -ENODATA)
        return 0;
    if (length < 0)
        return (int)length;
    line->length = (size_t)length;
    return 1;
}
