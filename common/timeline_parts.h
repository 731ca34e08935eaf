/* timeline_parts.h - what the files of the timeline share. Nobody else includes it. */
#ifndef COMMON_TIMELINE_PARTS_H
#define COMMON_TIMELINE_PARTS_H

#include "timeline.h"

/* ---- timeline.c ---------------------------------------------------------------------------- */

/* The moment at which a drawing ends: the last begin or end. */
int64_t timeline_last_event(const struct timeline *timeline);

/* Of one span, at `now_ns` if it is still running. */
int64_t timeline_span_end(const struct span *span, int64_t now_ns);

/* "ECONNRESET" for a span that failed, else "". The text is libc's, or `spare`'s. */
#define TIMELINE_NOTE_MAX 20
const char *timeline_note(const struct span *span, char spare[TIMELINE_NOTE_MAX]);

/* Flushes what was drawn: 0 or -errno. */
int timeline_written(FILE *out);

/* ---- timeline_axis.c ----------------------------------------------------------------------- */

/* Time from left to right, in columns of text or in pixels. */
struct timeline_axis {
    int64_t zero_ns, unit_ns;
    long units;   /* the whole axis */
    double scale; /* columns of one unit: a whole number, if it is more than one */
    int width;    /* columns of the whole axis */
};

void timeline_axis_init(struct timeline_axis *axis, const struct timeline *timeline, int64_t now_ns,
                        int room);

/* The column of a moment, rounded down: 5.02 units end where 5 do. */
int timeline_axis_at(const struct timeline_axis *axis, int64_t ns);
int timeline_axis_tick(const struct timeline_axis *axis, long unit);

/* How many units lie between two ticks, so that their numbers do not touch: 1, 2, 5, 10, 20, ... */
long timeline_axis_step(const struct timeline_axis *axis, int digit_width);

/* ---- timeline_text.c ----------------------------------------------------------------------- */

/* A drawing while things are still happening: as of `now_ns`, with escape sequences, the spans from
 * `first` on. Returns its lines. */
int timeline_draw_frame(const struct timeline *timeline, FILE *out, int columns, int first,
                        int64_t now_ns, bool colours);

/* ---- timeline_live.c ----------------------------------------------------------------------- */

/* With the lock held. */
void timeline_redraw(struct timeline *timeline);

/* The size of the terminal that `file` is; false when it is none. */
bool timeline_terminal_size(FILE *file, int *columns, int *rows);

#endif
