/* programs.h - every server of the course as a program, and what a visitor expects of it: for tests
 * in which something is refused to it. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "process.h"

#define PROGRAM_ARGUMENTS 8 /* "--port", "0", its own, and NULL */

struct program {
    const char *title, *path;
    const char *arguments[3];
    bool (*visit)(uint16_t port); /* true: the visitor was served as he should be */
};

/* Runs test for each program, whose pointer is its state, as one cmocka group. */
int programs_run(const char *group, void (*test)(void **state));

/* argv: the program's path, "--port", "0" and its own arguments. */
void program_arguments(const struct program *program, const char *argv[PROGRAM_ARGUMENTS]);

/* Waits until it serves: true; or until it has ended. */
bool program_is_serving(struct process *process);

/* It has ended with `code`, and this is all that it said on stderr: that must be exit 1, and one
 * line that says what it could not have. */
void program_expect_refusal(const struct program *program, const char *said, int code);

#endif
