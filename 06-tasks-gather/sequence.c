/* sequence.c - a line is an array of characters: the lanes' bars, then what crosses them. */
#include "sequence.h"

#include <stdarg.h>
#include <string.h>

#define LEFT  10 /* columns, to the first lane's bar */
#define LANE  12 /* from bar to bar */
#define RIGHT 5  /* from the last bar to the words */
#define WIDTH (LEFT + SEQUENCE_LANES_MAX * LANE + RIGHT + 1)

static int column_of(int lane)
{
    return LEFT + lane * LANE;
}

static void draw_bars(const struct sequence *sequence, char line[WIDTH])
{
    int end = column_of(sequence->lane_count - 1) + RIGHT;
    memset(line, ' ', WIDTH);
    line[end] = '\0';
    for (int lane = 0; lane < sequence->lane_count; lane++)
        line[column_of(lane)] = '|';
}

static void draw_arrow(char line[WIDTH], int from, int to, const char *word)
{
    int left = column_of(from < to ? from : to) + 1, right = column_of(from < to ? to : from) - 1;
    int length = (int)strlen(word), room = right - left - 1;
    memset(line + left, '-', (size_t)(right - left + 1));
    line[from < to ? right : left] = from < to ? '>' : '<';
    if (length <= room)
        memcpy(line + left + (room - length + 1) / 2, word, (size_t)length);
}

static void print_step(struct sequence *sequence, const char *line, const char *format,
                       va_list arguments)
{
    fprintf(sequence->to, "%4d%s", ++sequence->step, line + 4);
    vfprintf(sequence->to, format, arguments);
    fputc('\n', sequence->to);
}

void sequence_begin(struct sequence *sequence, FILE *to, const char *const names[])
{
    char line[WIDTH];
    *sequence = (struct sequence){.to = to};
    for (int lane = 0, column = 0; names[lane] && lane < SEQUENCE_LANES_MAX; lane++) {
        int begin = column_of(lane) - (int)strlen(names[lane]) / 2;
        fprintf(to, "%*s%s", begin - column, "", names[lane]);
        column = begin + (int)strlen(names[lane]);
        sequence->lanes[sequence->lane_count++] = names[lane];
    }
    fputc('\n', to);
    draw_bars(sequence, line);
    fprintf(to, "%.*s\n", column_of(sequence->lane_count - 1) + 1, line);
}

void sequence_heading(struct sequence *sequence, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(sequence->to, format, arguments);
    va_end(arguments);
    fputc('\n', sequence->to);
}

void sequence_arrow(struct sequence *sequence, int from, int to, const char *word,
                    const char *format, ...)
{
    char line[WIDTH];
    va_list arguments;
    draw_bars(sequence, line);
    draw_arrow(line, from, to, word);
    va_start(arguments, format);
    print_step(sequence, line, format, arguments);
    va_end(arguments);
}

void sequence_note(struct sequence *sequence, int lane, const char *format, ...)
{
    char line[WIDTH];
    va_list arguments;
    draw_bars(sequence, line);
    line[column_of(lane)] = 'o';
    va_start(arguments, format);
    print_step(sequence, line, format, arguments);
    va_end(arguments);
}
