/* process_internal.h - shared by process.c (a program's life) and process_output.c (its words). */
#ifndef SUPPORT_PROCESS_INTERNAL_H
#define SUPPORT_PROCESS_INTERNAL_H

#include "process.h"

struct captured {
    int fd;     /* our end of the pipe, non-blocking; -1 after its end */
    char *text; /* NUL-terminated once anything was read; owned */
    size_t length, capacity;
};

struct process {
    pid_t pid;
    int pidfd;  /* readable when it has ended */
    char *name; /* its path, for messages; owned */
    bool ended;
    int status; /* after that: its exit code, or 128 + signal */
    struct captured out, err;
    struct process *next; /* in the list of all that were started */
};

/* A pipe whose writing end is given back, for the program. */
int captured_open(struct captured *captured, int *writing_end);
void captured_close(struct captured *captured);

/* Takes what the pipes hold now. */
void process_drain(struct process *process);

/* Waits until something happens (output, or the program's end) and takes the output. Fails the test
 * at `deadline` (clock_now), saying what it waited for. */
void process_wait_event(struct process *process, int64_t deadline, const char *what);

/* Kills all that were started. For atexit. */
void process_kill_all(void);

/* Fails the test after showing what the program wrote on stderr. */
void process_fail(struct process *process, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

#endif
