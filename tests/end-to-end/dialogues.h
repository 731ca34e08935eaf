/* dialogues.h - what a client with good manners may do, on any kernel. Cells: see cells.h. */
#ifndef DIALOGUES_H
#define DIALOGUES_H

#include <stddef.h>

struct cell;

/* Lines long and short, with both kinds of end, and the exit in the middle of what was sent. */
void dialogue(struct cell *cell);

/* Ends its side first, after a line without an end, and gets all its answers. */
void half_close(struct cell *cell);

/* Bytes are bytes. */
void garbage(struct cell *cell);

/* Reads only when nothing more can be sent, and gets all of it in order. */
void late_reader(struct cell *cell);

/* A line that is too long, of `length` bytes: the server says so and closes. The client sees both,
 * even when it was still sending. Sets cell->saw. */
void refused_line(struct cell *cell, size_t length);

#endif
