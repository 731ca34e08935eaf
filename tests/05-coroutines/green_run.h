/* green_run.h - one test program, two kinds of threads: the kernel's, then green.so's.
 *
 * The tests are written against pthreads and sockets as the manual pages have them. The program
 * runs them, then starts itself anew with green.so preloaded, and runs them again. (Under a
 * sanitizer there is no green.so: then only the first, and that is said.)
 */
#ifndef GREEN_RUN_H
#define GREEN_RUN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct CMUnitTest;

/* The whole of main: both runs. An exit code. */
int green_run(char **argv, const char *name, const struct CMUnitTest *tests, size_t count);

/* Is this the second run? */
bool is_green(void);

/* pthread_create, and pthread_join with the result; they fail the test. */
pthread_t start(void *(*fn)(void *), void *arg);
void *end_of(pthread_t thread);

/* The path of green.so, or NULL: this build has none; then it is said that the test is left out. */
const char *green_so(void);

#endif
