/* timeline_trace.c - the timeline as a trace: open it in Perfetto or in chrome://tracing.
 *
 * The format is "Trace Event Format" of the Chromium project: metadata events ("M") name the lanes,
 * and a complete event ("X") is a span, in microseconds. Each span has a lane of its own, as in
 * the other pictures. An event is a line of the file.
 */
#include <errno.h>
#include <jansson.h>

#include "clock.h"
#include "timeline_parts.h"

#define PROCESS 1

static int put_event(FILE *out, json_t *event, bool last)
{
    if (event == NULL)
        return -ENOMEM;
    int rc = json_dumpf(event, out, JSON_COMPACT);
    json_decref(event);
    if (rc < 0)
        return ferror(out) ? timeline_written(out) : -ENOMEM;
    fputs(last ? "\n" : ",\n", out);
    return 0;
}

static json_t *name_event(const char *what, int lane, const char *name)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:{s:s}}", "ph", "M", "name", what, "pid", PROCESS,
                     "tid", lane, "args", "name", name);
}

/* The lanes in the order of the spans, whatever their names are. */
static json_t *order_event(int lane)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:{s:i}}", "ph", "M", "name", "thread_sort_index", "pid",
                     PROCESS, "tid", lane, "args", "sort_index", lane);
}

static json_t *span_event(const struct timeline *timeline, int lane, const struct span *span,
                          int64_t now_ns)
{
    int64_t end_ns = timeline_span_end(span, now_ns);
    json_int_t begin_us = (span->begin_ns - timeline->zero_ns) / NS_PER_US;
    json_int_t duration_us = (end_ns - span->begin_ns) / NS_PER_US;
    char spare[TIMELINE_NOTE_MAX];
    const char *outcome = span->end_ns == 0 ? "running" : timeline_note(span, spare);
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:i, s:i, s:{s:s}}", "ph", "X", "name", span->label,
                     "cat", "span", "ts", begin_us, "dur", duration_us, "pid", PROCESS, "tid", lane,
                     "args", "outcome", outcome[0] != '\0' ? outcome : "done");
}

static int put_lane(const struct timeline *timeline, int i, int64_t now_ns, FILE *out)
{
    const struct span *span = &timeline->spans[i];
    int lane = i + 1;
    int rc = put_event(out, name_event("thread_name", lane, span->label), false);
    if (rc == 0)
        rc = put_event(out, order_event(lane), false);
    if (rc == 0)
        rc = put_event(out, span_event(timeline, lane, span, now_ns), lane == timeline->count);
    return rc;
}

int timeline_draw_trace(const struct timeline *timeline, FILE *out)
{
    int64_t now_ns = timeline_last_event(timeline);
    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n", out);
    json_t *process = name_event("process_name", 0, timeline->title);
    int rc = put_event(out, process, timeline->count == 0);
    for (int i = 0; i < timeline->count && rc == 0; i++)
        rc = put_lane(timeline, i, now_ns, out);
    fputs("]}\n", out);
    return rc < 0 ? rc : timeline_written(out);
}
