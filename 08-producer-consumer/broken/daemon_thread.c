/* daemon_thread.c - broken on purpose: main returns, and the loop's thread is cut off.
 *
 *     build/08-producer-consumer/broken/daemon_thread
 *
 * In Python it is a daemon thread: one that the end of the program does not wait for. Here it is
 * simply that nobody calls loop_thread_stop. Main hands in three orders, each of which writes a
 * line when it has begun and another one at its end, however it ends. Then main has nothing more to
 * do, and returns. The second lines are never written: not even those of a cancel.
 *
 * The mend: loop_thread_stop before main returns; or wait for the results first, if they matter.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "loop_thread.h"
#include "options.h"

#define ORDERS 3

static atomic_int begun;

static int order(void *arg)
{
    const char *name = arg;
    printf("%s: booked\n", name);
    begun++;
    int rc = co_sleep(3600 * NS_PER_S); /* the payment */
    printf("%s: %s\n", name, rc < 0 ? "given back" : "paid");
    return rc;
}

int main(int argc, char **argv)
{
    static char *const names[ORDERS] = {"order 1", "order 2", "order 3"};
    static struct loop_thread thread; /* it outlives main, if nothing else does */
    static struct concurrent_future *futures[ORDERS];
    no_options_parse("Broken on purpose: a loop in a thread that nobody ends.", argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    CHECK_RC(loop_thread_start(&thread, &backend_epoll, false));
    for (int i = 0; i < ORDERS; i++)
        CHECK_RC(run_coroutine_threadsafe(thread.submitter, order, names[i], "order", &futures[i]));
    while (begun < ORDERS)
        clock_sleep(NS_PER_MS);
    printf("main has handed in all, and returns\n");
    return 0; /* the trap */
}
