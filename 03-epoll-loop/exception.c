/* exception.c - where an error goes that no return code can carry to anybody. */
#include <stdio.h>

#include "check.h"
#include "loop_internal.h"

void loop_default_exception_handler(const struct loop_exception *exception, void *arg)
{
    (void)arg;
    const char *name = exception->name ? exception->name : "loop";
    if (exception->error < 0)
        fprintf(stderr, "%s: %s: %s\n", name, exception->message, error_text(exception->error));
    else
        fprintf(stderr, "%s: %s\n", name, exception->message);
}

void loop_set_exception_handler(struct loop *loop, loop_exception_fn *handler, void *arg)
{
    loop->on_exception = handler;
    loop->on_exception_arg = arg;
}

void loop_call_exception_handler(struct loop *loop, const struct loop_exception *exception)
{
    loop_exception_fn *handler = loop->on_exception;
    if (!handler)
        handler = loop_default_exception_handler;
    handler(exception, loop->on_exception_arg);
}
