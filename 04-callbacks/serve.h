/* serve.h - what the mains of this chapter's servers have in common: a loop with a listener on it,
 * from the options to the end.
 *
 * For a program's main only: where there is no going on without it, it dies, with a clear line and
 * exit code 1.
 */
#ifndef SERVE_H
#define SERVE_H

#include "options.h"
#include "protocol.h"

/* Makes a loop, and opens `listener` on it where the options say: connections get a protocol of
 * make_protocol(server). Ctrl-C, or kill, will call on_stop_signal(server) from the loop. SIGPIPE
 * is ignored from here on, and stdout written line by line. The loop is serve_run's to free. */
struct loop *serve_begin(struct listener *listener, const struct server_options *options,
                         protocol_factory *make_protocol, callback_fn *on_stop_signal,
                         void *server);

/* Says on stdout where it listens, runs the loop until loop_stop, and frees it. The listener and
 * all connections are closed by then: that is the business of who calls loop_stop. */
void serve_run(struct listener *listener);

#endif
