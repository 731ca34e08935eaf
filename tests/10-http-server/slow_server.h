/* slow_server.h - a server whose handlers take their time, and clients that say what they hear and
 * when: on the virtual clock, where every time is exact. */
#ifndef SLOW_SERVER_H
#define SLOW_SERVER_H

#include "talk.h"

/*   GET  /hour, /second   say (trace.h) "begin", wait, and say how that went
 *   GET  /hello           at once
 *   GET  /huge            4 MB
 *   POST /body            reads its body
 */
extern struct talk slow_talk;

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

int slow_set_up(void **state); /* of each test */

/* Runs the client against the server; then the trace must be this. */
void slow_expect(int (*client)(struct talk *talk), const char *expected);

/* ---- For clients --------------------------------------------------------------------------- */

extern int64_t slow_begin_ns; /* when slow_begin was called */
int slow_elapsed_ms(void);    /* since then */

/* Connects and sends; the descriptor or -errno. */
int slow_begin(struct talk *talk, const char *text);

/* Hears to the end, and says the status line and when that was. `fd` may be an error of begin. */
int slow_hear(struct talk *talk, int fd);

/* Waits until so long after the begin, and says how many connections the server has. */
int slow_say_count_at(struct talk *talk, int64_t at_ms);

#endif
