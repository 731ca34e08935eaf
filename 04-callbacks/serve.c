/* serve.c - see serve.h. */
#include "serve.h"

#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "end_signals.h"
#include "net.h"

struct loop *serve_begin(struct listener *listener, const struct server_options *options,
                         protocol_factory *make_protocol, callback_fn *on_stop_signal, void *server)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int rc = listener_open(listener, loop, options->host, options->port, make_protocol, server);
    if (rc < 0)
        server_cannot_listen(options, rc);
    rc = end_signals_handle(loop, on_stop_signal, server);
    if (rc < 0)
        die_error(rc, "cannot wait for signals");
    return loop;
}

void serve_run(struct listener *listener)
{
    struct loop *loop = listener->loop;
    server_announce(listener->fd);
    CHECK_RC(loop_run_forever(loop));
    end_signals_ignore(); /* a second Ctrl-C finds nothing to interrupt */
    loop_free(loop);
}
