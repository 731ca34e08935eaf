/* co_run.c - a loop for one coroutine. */
#include "co_run.h"

#include <errno.h>
#include <signal.h>

#include "backend.h"
#include "co.h"

struct run {
    struct co co; /* first */
    int result;
};

static void on_end(struct co *co, int result)
{
    ((struct run *)co)->result = result;
    loop_stop(co->loop);
}

static void on_interrupt(void *arg)
{
    co_cancel(arg);
}

static int run_on(struct loop *loop, coro_fn *fn, void *arg, const char *name)
{
    struct run run = {.result = -EINTR}; /* until it ends: somebody may stop the loop before */
    int rc = loop_add_signal_handler(loop, SIGINT, on_interrupt, &run.co);
    if (rc == 0)
        rc = co_start(&run.co, loop, fn, arg, name, on_end);
    if (rc == 0)
        rc = loop_run_forever(loop);
    return rc < 0 ? rc : run.result;
}

int co_run(coro_fn *fn, void *arg, const char *name)
{
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        return -errno;
    int rc = run_on(loop, fn, arg, name);
    loop_free(loop);
    coro_trim();
    return rc;
}
