/* fake_demo.h - a demo that fetches nothing and says that all took as long as it should.
 *
 * It is a program, since a demo may end at any line; but not one of its own: the test program
 * starts itself again. So its main begins with
 *
 *     if (fake_demo_wanted())
 *         return fake_demo_main(argc, argv);
 */
#ifndef TESTS_COMMON_FAKE_DEMO_H
#define TESTS_COMMON_FAKE_DEMO_H

#include <stdbool.h>

#include "process.h"

/* Its own options, besides those of every demo:
 *     --tell         prints "HOST PORT URL UNIT_NS COUNT" before it begins
 *     --fail N       request N ends with ECONNRESET
 *     --forget N     request N never ends
 *     --threads      each request begins and ends in a thread of its own
 *     --backwards    the last request begins first
 *     --second NAME  a second run
 *     --stdout FILE  its stdout goes there */
bool fake_demo_wanted(void);
int fake_demo_main(int argc, char **argv);

/* Runs it to its end with these options, separated by blanks; `url` is AIO_URL, or NULL. Fails the
 * test when it does not end. To be freed by process_free or process_teardown. */
struct process *fake_demo_run(const char *url, const char *options);

/* It must have ended so, with nothing on stderr but "PROGRAM: " and the sentence; "": nothing. */
void fake_demo_expect(struct process *demo, int status, const char *sentence);

#endif
