/* never_awaited.c - broken on purpose: a coroutine is made, and nobody runs it.
 *
 *     build/05-coroutines/broken/never_awaited
 *     LOOP_DEBUG=1 build/05-coroutines/broken/never_awaited
 *
 * Ada and Bob are to be greeted. For Bob there is a co_spawn; Ada's coroutine is only made. Nothing
 * fails, no result is missing, and when the program ends the chapter tells where she was forgotten.
 * With LOOP_DEBUG=1 it also names Cleo, who began and was left in the middle.
 *
 * It is not: a leak that a sanitizer would find. The coroutine is on the list of all coroutines.
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "co.h"
#include "options.h"

static int greet(void *arg)
{
    printf("Hello, %s\n", (const char *)arg);
    loop_stop(co_loop());
    return 0;
}

static int wait_for_nobody(void *arg)
{
    (void)arg;
    coro_suspend();
    return 0;
}

static struct coro *make(coro_fn *fn, void *arg, const char *name, const char *place)
{
    struct coro *coro = coro_new_at(fn, arg, name, place);
    if (!coro)
        die_error(errno, "cannot make a coroutine");
    return coro;
}

int main(int argc, char **argv)
{
    no_options_parse("A coroutine that is made and never run.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    make(greet, "Ada", "Ada", CORO_PLACE); /* the trap: co_spawn is the word */
    coro_resume(make(wait_for_nobody, NULL, "Cleo", CORO_PLACE));
    CHECK_RC(co_spawn(loop, greet, "Bob", "Bob"));
    CHECK_RC(loop_run_forever(loop));
    loop_free(loop);
    return 0;
}
