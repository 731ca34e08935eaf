/* terminal.c - see terminal.h. */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"

FILE *terminal_open(struct terminal *terminal, int rows, int columns)
{
    *terminal = (struct terminal){.rows = rows, .columns = columns};
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    terminal->fd = (int)CHECK(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    CHECK(grantpt(terminal->fd));
    CHECK(unlockpt(terminal->fd));
    CHECK(ioctl(terminal->fd, TIOCSWINSZ, &size));
    CHECK(fcntl(terminal->fd, F_SETFL, O_NONBLOCK));
    int fd = (int)CHECK(open(ptsname(terminal->fd), O_RDWR | O_NOCTTY | O_CLOEXEC));
    terminal->file = fdopen(fd, "w");
    if (terminal->file == NULL)
        die_error(errno, "fdopen");
    return terminal->file;
}

void terminal_close(struct terminal *terminal)
{
    fclose(terminal->file);
    close(terminal->fd);
}

/* ---- What the bytes mean ------------------------------------------------------------------- */

static void trim(char *line)
{
    size_t length = strlen(line);
    while (length > 0 && line[length - 1] == ' ')
        line[--length] = '\0';
}

static void put(struct terminal *terminal, char letter)
{
    char *line = terminal->screen[terminal->row];
    for (size_t i = strlen(line); i < (size_t)terminal->column; i++)
        line[i] = ' ';
    if (terminal->column < terminal->columns)
        line[terminal->column++] = letter;
    else
        terminal->strange = true; /* the line is too long */
}

/* The last row never gets a line below it; the first is lost instead. */
static void feed_line(struct terminal *terminal)
{
    trim(terminal->screen[terminal->row]);
    if (terminal->row + 1 < terminal->rows) {
        terminal->row++;
        return;
    }
    memmove(terminal->screen[0], terminal->screen[1],
            sizeof terminal->screen[0] * (size_t)(terminal->rows - 1));
    terminal->screen[terminal->row][0] = '\0';
}

static void move_up(struct terminal *terminal, int rows)
{
    terminal->row -= rows;
    if (terminal->row < 0) {
        terminal->row = 0;
        terminal->strange = true;
    }
}

static void wipe_below(struct terminal *terminal)
{
    terminal->screen[terminal->row][terminal->column] = '\0';
    for (int row = terminal->row + 1; row < terminal->rows; row++)
        terminal->screen[row][0] = '\0';
}

/* What follows ESC [; returns where it ends. */
static const char *obey(struct terminal *terminal, const char *at)
{
    if (*at == '?')
        terminal->hides_cursor = true;
    char *end;
    long number = strtol(at, &end, 10);
    switch (*end) {
    case 'A':
        move_up(terminal, (int)number);
        break;
    case 'J':
        wipe_below(terminal);
        break;
    case 'K':
        terminal->screen[terminal->row][terminal->column] = '\0';
        break;
    case 'm':
        terminal->has_colours = true;
        break;
    default:
        terminal->strange = true;
        return at;
    }
    return end + 1;
}

static void show(struct terminal *terminal, const char *at)
{
    while (*at != '\0') {
        if (at[0] == '\033' && at[1] == '[') {
            at = obey(terminal, at + 2);
            continue;
        }
        if (*at == '\r')
            terminal->column = 0;
        else if (*at == '\n')
            feed_line(terminal);
        else
            put(terminal, *at);
        at++;
    }
}

/* Each drawing is one write and shorter than this, so no sequence is cut. */
void terminal_read(struct terminal *terminal)
{
    char bytes[65536];
    ssize_t length;
    size_t total = 0;
    while (total < sizeof bytes - 1 &&
           (length = read(terminal->fd, bytes + total, sizeof bytes - 1 - total)) > 0)
        total += (size_t)length;
    bytes[total] = '\0';
    show(terminal, bytes);
}
