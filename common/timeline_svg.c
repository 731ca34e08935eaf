/* timeline_svg.c - the picture as a drawing: a complete SVG 1.1 document.
 *
 * It has no background, and its colours are of middle lightness: they can be read on white and on
 * black alike. Nothing in it comes from elsewhere, no font, no style sheet.
 */
#include <string.h>

#include "timeline_parts.h"

/* All in pixels. */
#define WIDTH        720
#define MARGIN       16
#define TITLE_HEIGHT 40
#define ROW_HEIGHT   24
#define BAR_HEIGHT   16
#define AXIS_HEIGHT  32
#define LETTER_WIDTH 8 /* of the monospaced font at 13 px, and a little */

struct drawing {
    const struct timeline *timeline;
    FILE *out;
    int64_t now_ns;
    int left; /* where the axis begins */
    int height;
    struct timeline_axis axis;
};

static double units_between(const struct drawing *drawing, int64_t from_ns, int64_t to_ns)
{
    return (double)(to_ns - from_ns) / (double)drawing->timeline->unit_ns;
}

/* The five characters that mean something to XML. */
static void put_escaped(FILE *out, const char *text)
{
    static const char special[] = "&<>\"'";
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (; *text != '\0'; text++) {
        const char *found = strchr(special, *text);
        if (found != NULL)
            fputs(names[found - special], out);
        else
            putc(*text, out);
    }
}

/* The widest label stands to the left of the axis; a number and the widest note to its right. */
static void lay_out(struct drawing *drawing)
{
    char spare[TIMELINE_NOTE_MAX];
    size_t label = 0, note = 0;
    for (int i = 0; i < drawing->timeline->count; i++) {
        const struct span *span = &drawing->timeline->spans[i];
        size_t label_length = strlen(span->label), note_length = strlen(timeline_note(span, spare));
        label = label_length > label ? label_length : label;
        note = note_length > note ? note_length : note;
    }
    drawing->left = MARGIN + (int)(label + 1) * LETTER_WIDTH;
    int right = MARGIN + (int)(note + strlen(" 10000.0 ")) * LETTER_WIDTH;
    drawing->height = TITLE_HEIGHT + drawing->timeline->count * ROW_HEIGHT + AXIS_HEIGHT;
    timeline_axis_init(&drawing->axis, drawing->timeline, drawing->now_ns,
                       WIDTH - drawing->left - right);
}

static void draw_head(const struct drawing *drawing)
{
    FILE *out = drawing->out;
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" role=\"img\">\n<title>",
            WIDTH, drawing->height, WIDTH, drawing->height);
    put_escaped(out, drawing->timeline->title);
    fputs("</title>\n"
          "<style>\n"
          "text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #777; }\n"
          ".title { font-weight: bold; font-size: 15px; }\n"
          ".tick { stroke: #777; stroke-opacity: 0.35; }\n"
          ".done { fill: #3b82f6; }\n"
          ".failed { fill: #dc4c4c; }\n"
          ".running { fill: #d97706; }\n"
          "</style>\n",
          out);
    fprintf(out, "<text class=\"title\" x=\"%d\" y=\"24\">", MARGIN);
    put_escaped(out, drawing->timeline->title);
    fputs("</text>\n", out);
}

static void draw_axis(const struct drawing *drawing)
{
    int bottom = drawing->height - AXIS_HEIGHT;
    long step = timeline_axis_step(&drawing->axis, LETTER_WIDTH);
    for (long tick = 0; tick <= drawing->axis.units; tick += step) {
        int x = drawing->left + timeline_axis_tick(&drawing->axis, tick);
        fprintf(drawing->out,
                "<line class=\"tick\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%ld</text>\n",
                x, TITLE_HEIGHT, x, bottom, x, bottom + 18, tick);
    }
    fprintf(drawing->out, "<text x=\"%d\" y=\"%d\">units</text>\n",
            drawing->left + drawing->axis.width + 3 * LETTER_WIDTH, bottom + 18);
}

static const char *class_of(const struct span *span)
{
    if (span->end_ns == 0)
        return "running";
    return span->result < 0 ? "failed" : "done";
}

static void draw_bar(const struct drawing *drawing, const struct span *span, int y)
{
    int64_t zero_ns = drawing->timeline->zero_ns;
    int64_t end_ns = timeline_span_end(span, drawing->now_ns);
    int from = timeline_axis_at(&drawing->axis, span->begin_ns);
    int width = timeline_axis_at(&drawing->axis, end_ns) - from;
    fprintf(drawing->out,
            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\"><title>",
            class_of(span), drawing->left + from, y + (ROW_HEIGHT - BAR_HEIGHT) / 2,
            width > 0 ? width : 1, BAR_HEIGHT);
    put_escaped(drawing->out, span->label);
    fprintf(drawing->out, ": from %.2f to %.2f units</title></rect>\n",
            units_between(drawing, zero_ns, span->begin_ns),
            units_between(drawing, zero_ns, end_ns));
}

static void draw_span(const struct drawing *drawing, const struct span *span, int y)
{
    char spare[TIMELINE_NOTE_MAX];
    int64_t end_ns = timeline_span_end(span, drawing->now_ns);
    int baseline = y + ROW_HEIGHT - 8;
    fprintf(drawing->out, "<text x=\"%d\" y=\"%d\">", MARGIN, baseline);
    put_escaped(drawing->out, span->label);
    fputs("</text>", drawing->out);
    draw_bar(drawing, span, y);
    fprintf(drawing->out, "<text x=\"%d\" y=\"%d\">%.1f %s</text>\n",
            drawing->left + drawing->axis.width + LETTER_WIDTH, baseline,
            units_between(drawing, span->begin_ns, end_ns), timeline_note(span, spare));
}

int timeline_draw_svg(const struct timeline *timeline, FILE *out)
{
    struct drawing drawing = {
        .timeline = timeline,
        .out = out,
        .now_ns = timeline_last_event(timeline),
    };
    lay_out(&drawing);
    draw_head(&drawing);
    draw_axis(&drawing);
    for (int i = 0; i < timeline->count; i++)
        draw_span(&drawing, &timeline->spans[i], TITLE_HEIGHT + i * ROW_HEIGHT);
    fputs("</svg>\n", out);
    return timeline_written(out);
}
