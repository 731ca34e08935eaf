/* check.h - what to do when the set-up of a program fails: say which call, why, and end.
 *
 * For the set-up of programs only. A client's error is never a reason to end a server, and a
 * brick never dies: it returns -errno and lets its caller decide.
 */
#ifndef COMMON_CHECK_H
#define COMMON_CHECK_H

#include <errno.h>

/* Prints "PROGRAM: message" on stderr and exits with status 1. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Prints "PROGRAM: message: NAME (text)" for an errno value, "ECONNREFUSED (Connection refused)",
 * and exits with status 1. `error` may be errno or -errno. What helps is said too, if it follows
 * from the error: EMFILE (Too many open files); ulimit -n allows more. */
void die_error(int error, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* "ECONNREFUSED (Connection refused)" for errno or -errno. The text belongs to the calling thread
 * and lasts until its next call. */
const char *error_text(int error);

/* A POSIX call (-1 and errno) that must succeed during set-up; gives its result. */
#define CHECK(call) check_posix((call), #call, __FILE__, __LINE__)

/* A call of ours (-errno) that must succeed during set-up; gives its result. */
#define CHECK_RC(call) check_rc((call), #call, __FILE__, __LINE__)

long check_posix(long result, const char *call, const char *file, int line);
long check_rc(long result, const char *call, const char *file, int line);

#endif
