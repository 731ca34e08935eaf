/* sequence.h - a sequence chart as text: who does what to whom, from top to bottom.
 *
 *              timeout     parent      gather
 *                 |           |           |
 *           1     |--cancel-->|           |      the time is over
 *           2     |           |--cancel-->|      it waits for a gather
 *           3     |           |           o      asks its children to end
 *
 * A line is printed as soon as it is told; nothing is kept. Any thread, one at a time.
 */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include <stdio.h>

#define SEQUENCE_LANES_MAX 8

struct sequence {
    FILE *to;
    int lane_count;
    const char *lanes[SEQUENCE_LANES_MAX]; /* their names; the caller's */
    int step;                              /* of the last line */
};

/* The names, and the first of the lines. `names` ends with NULL; each has at most 11 letters. */
void sequence_begin(struct sequence *sequence, FILE *to, const char *const names[]);

/* A line over all lanes, without a number: where a stretch of time begins. */
void sequence_heading(struct sequence *sequence, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An arrow from a lane to another one, with a word of at most 7 letters on it, and what it means.
 */
void sequence_arrow(struct sequence *sequence, int from, int to, const char *word,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Something that a lane does by itself. */
void sequence_note(struct sequence *sequence, int lane, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
