/* terminal.h - a pseudo-terminal, and what stands on its screen: enough of one for the timeline.
 *
 *     struct terminal terminal;
 *     FILE *file = terminal_open(&terminal, 24, 80);
 *     ... something writes to file ...
 *     terminal_read(&terminal);
 *     ... terminal.screen[0] is the first line, without blanks at its end ...
 */
#ifndef TESTS_COMMON_TERMINAL_H
#define TESTS_COMMON_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

#define TERMINAL_MAX_ROWS    40
#define TERMINAL_MAX_COLUMNS 100

struct terminal {
    int fd;     /* the master's side */
    FILE *file; /* the other one */
    int rows, columns;
    int row, column; /* of the cursor */
    char screen[TERMINAL_MAX_ROWS][TERMINAL_MAX_COLUMNS + 1];
    bool has_colours;  /* one was used */
    bool hides_cursor; /* DECTCEM was used */
    bool strange;      /* something came that this terminal does not know */
};

/* Dies when the system has none. */
FILE *terminal_open(struct terminal *terminal, int rows, int columns);
void terminal_close(struct terminal *terminal);

/* Takes what has been written so far and puts it on the screen. Does not wait. */
void terminal_read(struct terminal *terminal);

#endif
