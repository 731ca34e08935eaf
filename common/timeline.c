/* timeline.c - spans, begun and ended from any thread. See timeline.h. */
#include "timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "timeline_parts.h"

#define FIRST_CAPACITY 16

static void keep_printable(char *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

int timeline_init(struct timeline *timeline, const char *title, int64_t unit_ns)
{
    *timeline = (struct timeline){.unit_ns = unit_ns, .capacity = FIRST_CAPACITY};
    snprintf(timeline->title, sizeof timeline->title, "%s", title);
    keep_printable(timeline->title);
    timeline->spans = calloc(FIRST_CAPACITY, sizeof *timeline->spans);
    if (timeline->spans == NULL)
        return -ENOMEM;
    int error = pthread_mutex_init(&timeline->lock, NULL);
    if (error != 0)
        free(timeline->spans);
    return -error;
}

void timeline_fini(struct timeline *timeline)
{
    pthread_mutex_destroy(&timeline->lock);
    free(timeline->spans);
}

/* ---- Events -------------------------------------------------------------------------------- */

static int make_room(struct timeline *timeline)
{
    if (timeline->count < timeline->capacity)
        return 0;
    int capacity = timeline->capacity * 2;
    struct span *spans = reallocarray(timeline->spans, (size_t)capacity, sizeof *spans);
    if (spans == NULL)
        return -ENOMEM;
    timeline->spans = spans;
    timeline->capacity = capacity;
    return 0;
}

/* With the lock held, so that spans are in the order of their begin. */
static int add_span(struct timeline *timeline, const struct span *span)
{
    int rc = make_room(timeline);
    if (rc < 0)
        return rc;
    int number = timeline->count++;
    timeline->spans[number] = *span;
    timeline->spans[number].begin_ns = clock_now();
    if (number == 0)
        timeline->zero_ns = timeline->spans[0].begin_ns;
    timeline_redraw(timeline);
    return number;
}

int timeline_begin(struct timeline *timeline, const char *format, ...)
{
    struct span span = {0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(span.label, sizeof span.label, format, arguments);
    va_end(arguments);
    keep_printable(span.label);
    int threads = timeline_count_threads();

    pthread_mutex_lock(&timeline->lock);
    if (threads > timeline->threads_seen)
        timeline->threads_seen = threads;
    int number = add_span(timeline, &span);
    pthread_mutex_unlock(&timeline->lock);
    return number;
}

void timeline_end(struct timeline *timeline, int number, int result)
{
    pthread_mutex_lock(&timeline->lock);
    if (number >= 0 && number < timeline->count) {
        timeline->spans[number].end_ns = clock_now();
        timeline->spans[number].result = result;
        timeline_redraw(timeline);
    }
    pthread_mutex_unlock(&timeline->lock);
}

/* ---- Questions ----------------------------------------------------------------------------- */

int64_t timeline_elapsed(const struct timeline *timeline)
{
    int64_t last_ns = timeline->zero_ns;
    for (int i = 0; i < timeline->count; i++)
        if (timeline->spans[i].end_ns > last_ns)
            last_ns = timeline->spans[i].end_ns;
    return last_ns - timeline->zero_ns;
}

int64_t timeline_last_event(const struct timeline *timeline)
{
    int64_t last_ns = timeline->zero_ns + timeline_elapsed(timeline);
    for (int i = 0; i < timeline->count; i++)
        if (timeline->spans[i].begin_ns > last_ns)
            last_ns = timeline->spans[i].begin_ns;
    return last_ns;
}

int64_t timeline_span_end(const struct span *span, int64_t now_ns)
{
    return span->end_ns != 0 ? span->end_ns : now_ns;
}

const char *timeline_note(const struct span *span, char spare[TIMELINE_NOTE_MAX])
{
    if (span->end_ns == 0 || span->result >= 0)
        return "";
    const char *name = strerrorname_np(-span->result);
    if (name != NULL)
        return name;
    snprintf(spare, TIMELINE_NOTE_MAX, "error %d", -span->result);
    return spare;
}

/* A build with ThreadSanitizer has a thread of its own, from the first one that we make on. */
static int without_sanitizer(int threads)
{
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
    return threads > 1 ? threads - 1 : threads;
#else
    return threads;
#endif
}

int timeline_count_threads(void)
{
    char status[4096];
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t length = read(fd, status, sizeof status - 1);
    int error = errno;
    close(fd);
    if (length < 0)
        return -error;
    status[length] = '\0';
    const char *line = strstr(status, "\nThreads:");
    int threads;
    if (line == NULL || sscanf(line, "\nThreads: %d", &threads) != 1)
        return -EPROTO;
    return without_sanitizer(threads);
}

/* ---- Drawing ------------------------------------------------------------------------------- */

int timeline_written(FILE *out)
{
    bool failed = ferror(out); /* then errno is still that of the write that failed last */
    if (fflush(out) == 0 && !failed)
        return 0;
    return errno > 0 ? -errno : -EIO;
}

int timeline_draw(const struct timeline *timeline, enum timeline_format format, FILE *out,
                  int columns)
{
    switch (format) {
    case TIMELINE_TEXT:
        return timeline_draw_text(timeline, out, columns);
    case TIMELINE_SVG:
        return timeline_draw_svg(timeline, out);
    case TIMELINE_TRACE:
        return timeline_draw_trace(timeline, out);
    }
    return -EINVAL;
}
