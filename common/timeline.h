/* timeline.h - what happened when, measured and then drawn: the picture of this course.
 *
 * Spans are begun and ended from any thread. Drawing is for when nothing is added any more, but
 * for the live picture, which redraws itself at each event when the output is a terminal.
 */
#ifndef COMMON_TIMELINE_H
#define COMMON_TIMELINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum timeline_format { TIMELINE_TEXT, TIMELINE_SVG, TIMELINE_TRACE };

struct span {
    char label[40];
    int64_t begin_ns; /* clock_now() */
    int64_t end_ns;   /* 0 while it is running */
    int result;       /* >= 0, or -errno: drawn differently */
};

struct timeline {
    char title[80];
    int64_t unit_ns; /* what the axis counts in */
    int64_t zero_ns; /* the axis begins here: the first span's begin */
    struct span *spans;
    int count, capacity;
    int threads_seen; /* the largest number of threads of this process at any span's begin */
    FILE *live;       /* where to redraw at each event, or NULL */
    int live_rows;    /* how many lines the last drawing took */
    pthread_mutex_t lock;
};

/* 0 or -errno. Of the title and of the labels only printable ASCII is kept; '?' is put for the
 * rest, so that every kind of drawing can hold them. */
int timeline_init(struct timeline *timeline, const char *title, int64_t unit_ns);
void timeline_fini(struct timeline *timeline);

/* Redraws on `terminal` at each event from now on; does nothing when it is no terminal, or a dumb
 * one. In colours, unless NO_COLOR is set (no-color.org). */
void timeline_go_live(struct timeline *timeline, FILE *terminal);

/* No more of that. `wipe` takes the last drawing off the terminal, for what will be printed in its
 * place; else it stays there. */
void timeline_end_live(struct timeline *timeline, bool wipe);

/* Any thread. A span's number, to end it with; -ENOMEM. A number below 0 is not ended: a span that
 * could not be begun needs no further care. */
int timeline_begin(struct timeline *timeline, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void timeline_end(struct timeline *timeline, int span, int result);

/* From the first begin to the last end, in ns; 0 for an empty one. */
int64_t timeline_elapsed(const struct timeline *timeline);

/* Draws into `out`. Text: one bar a span ('#', 'x' failed, '>' still running), scaled to `columns`
 * (20 to 240; 0: the width of the terminal that `out` is, else 80).
 * SVG: a complete document. Trace: Chrome's trace-event JSON, which opens in Perfetto.
 * 0, or -errno if writing failed (the caller still flushes and closes). */
int timeline_draw(const struct timeline *timeline, enum timeline_format format, FILE *out,
                  int columns);
int timeline_draw_text(const struct timeline *timeline, FILE *out, int columns);
int timeline_draw_svg(const struct timeline *timeline, FILE *out);
int timeline_draw_trace(const struct timeline *timeline, FILE *out);

/* The number of threads of this process now (/proc/self/status). */
int timeline_count_threads(void);

#endif
