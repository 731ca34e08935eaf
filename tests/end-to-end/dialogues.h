/* dialogues.h - what a client with good manners may do, on any kernel. Cells: see cells.h. */
#ifndef DIALOGUES_H
#define DIALOGUES_H

struct cell;

/* Lines long and short, with both kinds of end, and the exit in the middle of what was sent. */
void dialogue(struct cell *cell);

/* Ends its side first, after a line without an end, and gets all its answers. */
void half_close(struct cell *cell);

/* Bytes are bytes. */
void garbage(struct cell *cell);

/* Reads only when nothing more can be sent, and gets all of it in order. */
void late_reader(struct cell *cell);

#endif
