/* leaks.h - nothing is left: descriptors and threads, counted before and after.
 *
 * The counts are waited for, not slept for: a thread that has been joined stays in /proc for a
 * moment, and a server notices the end of a client a moment later. A count that does not come back
 * is a failure after LEAKS_GUARD_S seconds.
 */
#ifndef SUPPORT_LEAKS_H
#define SUPPORT_LEAKS_H

#include <stdbool.h>

#include "process.h"

#define LEAKS_GUARD_S 20

struct usage {
    int fds;
    int threads;
    int children; /* of another process only */
};

/* ---- Of this process ----------------------------------------------------------------------- */

struct usage own_usage(void);

/* Fails the test when there are more than before, and says which descriptors there are. */
void expect_own_usage(struct usage before);

/* ---- Of a program -------------------------------------------------------------------------- */

/* Fails the test when the program does not run. */
struct usage process_usage(const struct process *server);

/* Waits until the server has no more descriptors, threads and children than before. False: it did
 * not within the guard, or has ended. */
bool server_is_idle_again(const struct process *server, struct usage before);

/* The same, failing the test with the counts. */
void expect_server_idle_again(struct process *server, struct usage before);

#endif
