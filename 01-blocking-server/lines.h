/* lines.h - lines from a blocking descriptor, by a buffer that is the caller's.
 *
 * read(2) knows no lines: it may bring half of one, or three at once. The reader keeps what it has
 * read too much for the next call. Chapter 05 has the same brick for coroutines (stream.h).
 */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct line_reader {
    int fd;            /* not owned */
    char *buffer;      /* its size bounds what a peer can make us keep */
    size_t capacity;   /* the longest line and two bytes more, for its "\r\n" */
    size_t begin, end; /* what has been read and not yet taken */
    bool has_ended;    /* the peer has */
};

void line_reader_init(struct line_reader *reader, int fd, char *buffer, size_t capacity);

/* The next line, without its "\n" or "\r\n"; *line points into the buffer until the next call and
 * has no NUL at its end. Its length; -ENODATA: the peer has ended and nothing is left (what came
 * last without a "\n" is a line too); -EMSGSIZE: the line is longer than capacity - 2; or what
 * read(2) says. */
ssize_t read_line(struct line_reader *reader, const char **line);

#endif
