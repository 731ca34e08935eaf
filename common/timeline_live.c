/* timeline_live.c - the picture while it is being made: redrawn in place at each event.
 *
 * The cursor always waits below the picture and is never hidden, and a frame is one write: whenever
 * a signal ends the program, the terminal is in order.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "options.h"
#include "timeline_parts.h"

#define OTHER_LINES 5 /* of a frame: title, axis; and the cursor's own */

static int environment_number(const char *name, int otherwise)
{
    const char *text = getenv(name);
    long number;
    if (text == NULL || parse_number(text, 1, 1000, &number) < 0)
        return otherwise;
    return (int)number;
}

bool timeline_terminal_size(FILE *file, int *columns, int *rows)
{
    int fd = fileno(file); /* -1 for a FILE in memory */
    if (fd < 0 || !isatty(fd))
        return false;
    struct winsize size = {0};
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0) {
        size.ws_col = (unsigned short)environment_number("COLUMNS", 80);
        size.ws_row = (unsigned short)environment_number("LINES", 24);
    }
    *columns = size.ws_col > 1 ? size.ws_col - 1 : 1; /* writing in the last one may wrap */
    *rows = size.ws_row;
    return true;
}

void timeline_go_live(struct timeline *timeline, FILE *terminal)
{
    const char *kind = getenv("TERM");
    if (!isatty(fileno(terminal)) || kind == NULL || strcmp(kind, "dumb") == 0)
        return;
    pthread_mutex_lock(&timeline->lock);
    timeline->live = terminal;
    timeline->live_rows = 0;
    pthread_mutex_unlock(&timeline->lock);
}

/* A frame that could not be shown is no error: the drawing at the end tells of those. */
static void show(FILE *terminal, const char *bytes, size_t size)
{
    fflush(terminal);
    while (size > 0) {
        ssize_t written = write(fileno(terminal), bytes, size);
        if (written < 0)
            return;
        bytes += written;
        size -= (size_t)written;
    }
}

static void move_up(FILE *frame, int rows)
{
    if (rows > 0)
        fprintf(frame, "\033[%dA", rows);
}

/* The newest spans, as many as the terminal has room for. */
static int first_shown(const struct timeline *timeline, int terminal_rows)
{
    int room = terminal_rows > OTHER_LINES ? terminal_rows - OTHER_LINES : 1;
    return timeline->count > room ? timeline->count - room : 0;
}

static bool colours_wanted(void)
{
    const char *refused = getenv("NO_COLOR");
    return refused == NULL || refused[0] == '\0';
}

void timeline_redraw(struct timeline *timeline)
{
    int columns, rows;
    if (timeline->live == NULL || !timeline_terminal_size(timeline->live, &columns, &rows))
        return;
    char *bytes;
    size_t size;
    FILE *frame = open_memstream(&bytes, &size);
    if (frame == NULL)
        return;
    move_up(frame, timeline->live_rows);
    timeline->live_rows = timeline_draw_frame(timeline, frame, columns, first_shown(timeline, rows),
                                              clock_now(), colours_wanted());
    if (fclose(frame) == 0)
        show(timeline->live, bytes, size);
    free(bytes);
}

void timeline_end_live(struct timeline *timeline, bool wipe)
{
    pthread_mutex_lock(&timeline->lock);
    if (timeline->live != NULL && wipe) {
        move_up(timeline->live, timeline->live_rows);
        fputs("\033[J", timeline->live);
        fflush(timeline->live);
    }
    timeline->live = NULL;
    timeline->live_rows = 0;
    pthread_mutex_unlock(&timeline->lock);
}
