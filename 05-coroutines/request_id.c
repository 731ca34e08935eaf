/* request_id.c - log lines that say which request they belong to, and nobody hands that down.
 *
 *     build/05-coroutines/request_id
 *
 * Two requests are handled at the same time. `log_line` is called three functions deep, and from a
 * coroutine that was started on the way, and knows each time whose line it writes. The number is no
 * argument of those functions. In a server of threads it would be a variable of the thread; here
 * all requests share one thread, so each coroutine has its own (co_local.h). Watch the lines of the
 * two requests alternate, and the auditor, who is told apart by the request that has started it.
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "co_local.h"
#include "options.h"

static struct co_local request = CO_LOCAL;
static int left; /* coroutines that have not ended */

static void log_line(const char *text)
{
    const char *name = co_local_get(&request);
    printf("[%s] %s\n", name ? name : "-", text);
}

static void leave(void)
{
    if (--left == 0)
        loop_stop(co_loop());
}

static int audit(void *arg)
{
    (void)arg;
    log_line("audited");
    leave();
    return 0;
}

static int charge(void)
{
    int rc = co_yield(); /* the bank is asked */
    if (rc < 0)
        return rc;
    log_line("the card is charged");
    left++;
    return co_spawn(co_loop(), audit, NULL, "audit");
}

static int order(void)
{
    log_line("ordered");
    int rc = charge();
    if (rc == 0)
        log_line("done");
    return rc;
}

/* A coroutine for each request: the one place where the name is known. */
static int handle(void *arg)
{
    int rc = co_local_set(&request, arg);
    if (rc == 0)
        rc = order();
    if (rc < 0)
        fprintf(stderr, "a request failed: %s\n", error_text(rc));
    leave();
    return rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Log lines that know their request.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    left = 2;
    log_line("two requests come");
    CHECK_RC(co_spawn(loop, handle, "request 1", "handle"));
    CHECK_RC(co_spawn(loop, handle, "request 2", "handle"));
    CHECK_RC(loop_run_forever(loop));
    log_line("both are done");
    loop_free(loop);
    coro_trim();
    return 0;
}
