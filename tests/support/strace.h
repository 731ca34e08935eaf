/* strace.h - how often a program asks the kernel for what: strace -c, for tests of the numbers that
 * the lessons tell.
 *
 *     if (!strace_may())
 *         skip();
 *     struct process *server = strace_start((const char *[]){program_path("..."), "--port", "0",
 *                                                            NULL});
 *     ... speak to it ...
 *     assert_int_equal(strace_stop(server), 0);
 *     assert_int_equal(strace_calls("accept4"), 1);
 */
#ifndef SUPPORT_STRACE_H
#define SUPPORT_STRACE_H

#include <stdbool.h>

#include "process.h"

/* False, and said as `left out`: strace is not installed, or may not trace here; or this is a build
 * with a sanitizer, whose own calls would be counted. */
bool strace_may(void);

/* Starts argv[0] with its arguments, ended by NULL, and counts the calls of all its threads and
 * children. One at a time. */
struct process *strace_start(const char *const argv[]);

/* Sends it SIGTERM and waits: its exit code. Then the counts are there, until the next start. (For
 * a program that ends by itself process_wait does.) */
int strace_stop(struct process *process);

/* How often this call was made, those that failed too. */
long strace_calls(const char *name);

#endif
