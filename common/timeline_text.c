/* timeline_text.c - the picture in letters: a bar for each span, an axis under them.
 *
 *     five coroutines, one thread
 *     1 delay 5  |#################################            |  5.0
 *     2 delay 7  |xxxxxxxxxxxxxx                               |  2.0 ECONNRESET
 *                 +------+------+------+------+------+------+--
 *
 * ASCII only, so that a lesson can quote it; no colours but on a terminal, live.
 */
#include <errno.h>
#include <string.h>

#include "timeline_parts.h"

#define MIN_COLUMNS     20
#define MAX_COLUMNS     240
#define DEFAULT_COLUMNS 80
#define MIN_BAR         6 /* columns; labels and notes are cut before the bars are */

struct picture {
    const struct timeline *timeline;
    FILE *out;
    int64_t now_ns;
    const char *line_end;
    bool colours;
    int columns;
    int label_width, gap, number_width, note_width;
    struct timeline_axis axis;
};

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static double units_of(const struct picture *picture, const struct span *span)
{
    int64_t ns = timeline_span_end(span, picture->now_ns) - span->begin_ns;
    return (double)ns / (double)picture->timeline->unit_ns;
}

/* ---- How wide is what ---------------------------------------------------------------------- */

static void measure_texts(struct picture *picture)
{
    char spare[TIMELINE_NOTE_MAX];
    for (int i = 0; i < picture->timeline->count; i++) {
        const struct span *span = &picture->timeline->spans[i];
        int note = (int)strlen(timeline_note(span, spare));
        int number = snprintf(NULL, 0, "%.1f", units_of(picture, span));
        picture->label_width = larger(picture->label_width, (int)strlen(span->label));
        picture->number_width = larger(picture->number_width, number);
        picture->note_width = larger(picture->note_width, note > 0 ? note + 1 : 0);
    }
}

/* A line is: label, gap, '|', bar, '|', gap, number, note. */
static void lay_out(struct picture *picture)
{
    picture->gap = picture->columns < 40 ? 1 : 2;
    picture->number_width = 3;
    measure_texts(picture);
    int room = picture->columns - 2 * picture->gap - 2 - picture->number_width;
    int label_room = smaller(picture->columns / 3, room - MIN_BAR);
    picture->label_width = smaller(picture->label_width, larger(label_room, 1));
    room -= picture->label_width;
    picture->note_width =
        smaller(picture->note_width, smaller(room / 2, larger(room - MIN_BAR, 0)));
    room -= picture->note_width;
    timeline_axis_init(&picture->axis, picture->timeline, picture->now_ns, larger(room, 1));
}

/* ---- Lines --------------------------------------------------------------------------------- */

static void repeat(FILE *out, char letter, int times)
{
    while (times-- > 0)
        putc(letter, out);
}

static char letter_of(const struct span *span)
{
    if (span->end_ns == 0)
        return '>';
    return span->result < 0 ? 'x' : '#';
}

static const char *colour_of(char letter)
{
    switch (letter) {
    case '>':
        return "\033[33m";
    case 'x':
        return "\033[31m";
    default:
        return "\033[32m";
    }
}

/* However short a span is, one column is its own. */
static void draw_bar(const struct picture *picture, const struct span *span)
{
    const struct timeline_axis *axis = &picture->axis;
    int from = smaller(timeline_axis_at(axis, span->begin_ns), axis->width - 1);
    int end = timeline_axis_at(axis, timeline_span_end(span, picture->now_ns));
    int to = larger(end, from + 1);
    char letter = letter_of(span);
    repeat(picture->out, ' ', from);
    if (picture->colours)
        fputs(colour_of(letter), picture->out);
    repeat(picture->out, letter, to - from);
    if (picture->colours)
        fputs("\033[0m", picture->out);
    repeat(picture->out, ' ', axis->width - to);
}

static void draw_span(const struct picture *picture, const struct span *span)
{
    char spare[TIMELINE_NOTE_MAX];
    const char *note = timeline_note(span, spare);
    FILE *out = picture->out;
    fprintf(out, "%-*.*s%*s|", picture->label_width, picture->label_width, span->label,
            picture->gap, "");
    draw_bar(picture, span);
    fprintf(out, "|%*s%*.1f", picture->gap, "", picture->number_width, units_of(picture, span));
    if (note[0] != '\0' && picture->note_width > 1)
        fprintf(out, " %.*s", picture->note_width - 1, note);
    fputs(picture->line_end, out);
}

static void draw_axis(const struct picture *picture)
{
    const struct timeline_axis *axis = &picture->axis;
    int left = picture->label_width + picture->gap + 1;
    long step = timeline_axis_step(axis, 1);
    char rule[MAX_COLUMNS + 2] = "";
    char numbers[MAX_COLUMNS + 32] = "";
    memset(rule, '-', (size_t)axis->width);
    int used = 0;
    for (long tick = 0; tick <= axis->units; tick += step) {
        int at = timeline_axis_tick(axis, tick);
        rule[at] = '+';
        used +=
            snprintf(numbers + used, sizeof numbers - (size_t)used, "%*s%ld", at - used, "", tick);
    }
    bool fits = left + used + (int)strlen(" units") <= picture->columns;
    fprintf(picture->out, "%*s%s%s", left, "", rule, picture->line_end);
    fprintf(picture->out, "%*s%s%s%s", left, "", numbers, fits ? " units" : "", picture->line_end);
}

static int draw(struct picture *picture, int first)
{
    const struct timeline *timeline = picture->timeline;
    picture->columns = smaller(larger(picture->columns, MIN_COLUMNS), MAX_COLUMNS);
    lay_out(picture);
    fprintf(picture->out, "%.*s%s", picture->columns, timeline->title, picture->line_end);
    for (int i = first; i < timeline->count; i++)
        draw_span(picture, &timeline->spans[i]);
    draw_axis(picture);
    return timeline->count - first + 3;
}

int timeline_draw_frame(const struct timeline *timeline, FILE *out, int columns, int first,
                        int64_t now_ns, bool colours)
{
    struct picture picture = {
        .timeline = timeline,
        .out = out,
        .now_ns = now_ns,
        .line_end = "\033[K\n", /* wipes what an older frame left to the right */
        .colours = colours,
        .columns = columns,
    };
    return draw(&picture, first);
}

int timeline_draw_text(const struct timeline *timeline, FILE *out, int columns)
{
    int rows;
    if (columns == 0 && !timeline_terminal_size(out, &columns, &rows))
        columns = DEFAULT_COLUMNS;
    struct picture picture = {
        .timeline = timeline,
        .out = out,
        .now_ns = timeline_last_event(timeline),
        .line_end = "\n",
        .columns = columns,
    };
    draw(&picture, 0);
    return timeline_written(out);
}
