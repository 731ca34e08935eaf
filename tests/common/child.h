/* child.h - a function run in a child process, for what ends the process: its exit code, its words.
 *
 * For a test program that has one thread only.
 */
#ifndef TESTS_COMMON_CHILD_H
#define TESTS_COMMON_CHILD_H

#define CHILD_GUARD_S 60

struct child {
    int status; /* the exit code, or 128 + the signal that ended it */
    char out[8192];
    char err[8192];
};

/* Runs body(arg) in a child whose exit code is its result. A signal ends it after CHILD_GUARD_S
 * seconds. */
void run_in_child(struct child *child, int (*body)(void *arg), void *arg);

#endif
