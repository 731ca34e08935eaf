/* typing.h - a client program whose stdin and whose server are both the test. */
#ifndef TYPING_H
#define TYPING_H

#include "client.h"
#include "process.h"

struct typing {
    struct process *program;
    struct client peer; /* what the program is connected to */
};

/* Listens, starts the program (named as for program_path) with its --port and with stdin opened
 * from `path` (NULL: closed), and takes its connection. */
void typing_begin(struct typing *typing, const char *program, const char *path);

/* The program must end with this exit code. */
void typing_end(struct typing *typing, int exit_code);

/* How much of a file the program has read. */
long typing_place(const struct typing *typing);

/* A new named pipe, opened for writing (and reading, so that it needs no reader); `path` names it.
 * Whoever reads there sees the end after pipe_close. */
int pipe_make(char *path, size_t size);
void pipe_close(int fd, const char *path);

/* A new terminal: the end of the one who types. `path` names the other end. */
int terminal_make(char *path, size_t size);

/* A file with this in it. */
void file_make(char *path, size_t size, const char *text, size_t length);

/* Writes all of it, or fails the test. */
void type(int fd, const char *text);

#endif
