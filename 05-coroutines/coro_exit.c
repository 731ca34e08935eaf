/* coro_exit.c - "coroutine NAME was never awaited": told when the program ends, with the place
 * where it was made.
 *
 * To make a coroutine is not to run it, and one that was forgotten leaves no other trace. A program
 * that fails has said already what was wrong, and what it had no time for is no news: then nothing
 * is told. With LOOP_DEBUG=1 it is told all the same, and also who has begun and is suspended
 * still. Told are the coroutines of the thread that ends the program. Python: RuntimeWarning, "was
 * never awaited".
 */
#include "coro_exit.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coro.h"

static bool wants_to_know_all(void)
{
    const char *debug = getenv("LOOP_DEBUG");
    return debug && strcmp(debug, "1") == 0;
}

static void tell_if_forgotten(const struct coro *coro, void *arg)
{
    const bool *all = arg;
    if (!coro_has_begun(coro))
        fprintf(stderr, "coroutine %s was never awaited: made at %s\n", coro_name(coro),
                coro_place(coro));
    else if (*all && !coro_is_done(coro) && coro != coro_current())
        fprintf(stderr, "coroutine %s is suspended still: made at %s\n", coro_name(coro),
                coro_place(coro));
}

static void on_program_end(int status, void *arg)
{
    (void)arg;
    bool all = wants_to_know_all();
    if (status != 0 && !all)
        return;
    fflush(stdout); /* what was printed before stands before it */
    coro_each(tell_if_forgotten, &all);
}

/* on_exit(3), which tells how it ends, as atexit does not. Without memory for it nothing is told.
 */
static void register_it(void)
{
    on_exit(on_program_end, NULL);
}

void coro_exit_watch(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_it);
}
