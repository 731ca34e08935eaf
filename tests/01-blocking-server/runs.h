/* runs.h - programs that run, print and end. The steps fail the test. */
#ifndef RUNS_H
#define RUNS_H

#include "process.h"

/* The program ("01-blocking-server/backlog") ends with this exit code, having printed just this,
 * and nothing on stderr. */
void expect_run(const char *program, int code, const char *printed);

/* The program with this argument (NULL: none) is refused: exit code 2, and one line on stderr that
 * has `named` in it. */
void expect_refused(const char *program, const char *argument, const char *named);

/* It answers --help. */
void expect_help(const char *program);

/* `text` is in what it has printed. */
void expect_printed(struct process *process, const char *text);

/* The /aio server with a short unit, and its address as an entry of an environment. */
struct process *start_aio(char entry[64]);

#endif
