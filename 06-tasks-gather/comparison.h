/* comparison.h - gather, wait and wait_for in the same situations: what each does, measured.
 *
 * A cell of the table is one run: three tasks that sleep 3, 1 and 2 units, one tool that waits for
 * them (wait_for: for the first alone), one situation. All cells can run at the same time.
 */
#ifndef COMPARISON_H
#define COMPARISON_H

#include "task.h"

enum tool {
    TOOL_GATHER,
    TOOL_GATHER_ERRORS, /* with GATHER_RETURN_ERRORS */
    TOOL_WAIT_ALL,
    TOOL_WAIT_FIRST,
    TOOL_WAIT_ERROR,
    TOOL_WAIT_FOR,
    TOOLS,
};

enum situation {
    ALL_END_WELL,
    ONE_FAILS,           /* the second task, after its 1 unit */
    TIME_IS_OVER,        /* after 1.5 units: the tool's own timeout, or a timeout scope around it */
    CALLER_IS_CANCELLED, /* after 1.5 units */
    SITUATIONS,
};

struct cell {
    enum tool tool;
    enum situation situation;
    int64_t unit_ns;
    /* What was measured when the tool returned: */
    int64_t elapsed_ns;
    int result;    /* its own */
    int ended;     /* tasks that had a result */
    int failed;    /* or an error */
    int cancelled; /* or were cancelled */
    int running;   /* or still ran */
};

/* A coroutine function of a struct cell, in a task: measures the cell, and ends what is left. 0 or
 * -errno. */
int compare_cell(void *cell);

const char *tool_name(enum tool tool);
const char *situation_name(enum situation situation);

#endif
