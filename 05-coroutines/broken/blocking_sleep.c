/* blocking_sleep.c - broken on purpose: a coroutine that sleeps as one does in a program of its
 * own.
 *
 *     build/05-coroutines/broken/blocking_sleep
 *
 * Three coroutines sleep for 100 ms each. It should take 100 ms, and it takes 300: sleep(3),
 * nanosleep(2) and all that waits inside the kernel stop the thread, and there is one thread for
 * everybody. The loop can do nothing about it; it does not run. Watch the order of the lines. The
 * same goes for read(2) of a socket that blocks, for getaddrinfo(3), and for a library that does
 * such things inside. It compiles, it works, and nobody says a word. (LOOP_DEBUG=1 would, from 100
 * ms on.)
 */
#include <errno.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "co.h"
#include "options.h"

#define SLEEPERS 3
#define NAP_NS   (100 * NS_PER_MS)

static const char *const names[SLEEPERS] = {"Ada", "Bob", "Cleo"};
static int asleep, most_asleep, left = SLEEPERS;

static int take_a_nap(void *arg)
{
    const char *name = arg;
    printf("%s falls asleep\n", name);
    if (++asleep > most_asleep)
        most_asleep = asleep;
    int rc = 0;
    clock_sleep(NAP_NS); /* the trap: it blocks the thread; co_sleep is the word */
    asleep--;
    printf("%s is awake\n", name);
    if (--left == 0)
        loop_stop(co_loop());
    return rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: coroutines that block their thread.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    for (int i = 0; i < SLEEPERS; i++)
        CHECK_RC(co_spawn(loop, take_a_nap, (void *)names[i], names[i]));
    CHECK_RC(loop_run_forever(loop));
    printf("%d sleepers, at most %d asleep at a time\n", SLEEPERS, most_asleep);
    loop_free(loop);
    coro_trim();
    return 0;
}
