/* line_iterator.h - the lines of a stream, one after another: asyncio's `async for line in reader`.
 *
 *     struct lines lines;
 *     lines_init(&lines, fd, buffer, sizeof buffer);
 *     while ((rc = lines_next(&lines, &line)) > 0)
 *         ... line.text, line.length ...
 *
 * This is the shape of every iterator whose next step may suspend: above 0 there is one, 0 is the
 * end, below 0 is an error. Python has __anext__ for it, with StopAsyncIteration as the end.
 * Leaving the loop by break is no matter: the next lines_next goes on where that one stopped.
 */
#ifndef LINE_ITERATOR_H
#define LINE_ITERATOR_H

#include "stream.h"

struct line {
    char *text;    /* NUL-terminated, without its end; in the buffer until the next call */
    size_t length; /* any other bytes may be in it, NUL too */
};

struct lines {
    struct stream_reader reader;
};

/* `buffer` and the descriptor stay the caller's; a line has at most capacity - 2 bytes. */
void lines_init(struct lines *lines, int fd, char *buffer, size_t capacity);

/* 1: `line` is the next one; 0: the peer has ended, and there is none; -EMSGSIZE: it is too long;
 * another error, or -ECANCELED. Suspends until one has come. */
int lines_next(struct lines *lines, struct line *line) CO_MUST_CHECK;

#endif
