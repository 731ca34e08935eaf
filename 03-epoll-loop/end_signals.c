/* end_signals.c - see end_signals.h. */
#include "end_signals.h"

#include <signal.h>

int end_signals_handle(struct loop *loop, callback_fn *fn, void *arg)
{
    int rc = loop_add_signal_handler(loop, SIGINT, fn, arg);
    return rc < 0 ? rc : loop_add_signal_handler(loop, SIGTERM, fn, arg);
}

void end_signals_remove(struct loop *loop)
{
    loop_remove_signal_handler(loop, SIGINT);
    loop_remove_signal_handler(loop, SIGTERM);
}

void end_signals_ignore(void)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
}
