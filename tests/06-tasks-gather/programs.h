/* programs.h - the chapter's programs against the /aio server. The steps fail the test. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "process.h"

/* The server's unit here. Delays of LONG units and more do not end while a test runs. */
#define SERVER_UNIT_MS "20"
#define LONG           "3600"

struct aio {
    struct process *server;
    uint16_t port;
    char entry[64]; /* "AIO_URL=http://127.0.0.1:4000" */
};

void aio_start(struct aio *aio);
void aio_stop(struct aio *aio);

/* Starts build/06-tasks-gather/NAME (or build/NAME, if there is a slash in it), which finds the
 * server by AIO_URL. `words` are its arguments, cut at the blanks. */
struct process *program_start(const struct aio *aio, const char *name, const char *words);

/* Waits for its end, and expects exit code 0, just this on stdout ("*" in a place stands for a
 * number), and nothing on stderr. Frees it. */
void program_expect(struct process *program, const char *printed);

/* The same for a program whose output depends on what is over first, a timeout or a delay: it asks
 * a server of its own, and if it prints something else, or fails, it gets another chance with a
 * unit that is four times as long. A wrong program is wrong with every unit; a busy machine needs a
 * long one. */
void program_expect_in_time(const char *name, const char *words, const char *printed);

/* Waits until a counter of the server has this value. */
void aio_wait(const struct aio *aio, const char *counter, long value);

#endif
