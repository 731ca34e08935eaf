/* counter.c - broken on purpose: a counter that is shared, without a lock.
 *
 *     build/02-threaded-server/broken/counter
 *     make -C 02-threaded-server SANITIZE=thread && build/thread/02-threaded-server/broken/counter
 *
 * Two threads count to 10,000 each, into one counter. To add one is three steps: read, add, write.
 * When both have read the same number, both write the same number, and one step is lost. The line
 * `count++` hides the three steps, and may run right for weeks; here they stand apart, with an
 * invitation to the other thread in between, so that it shows each time. The thread sanitizer needs
 * no such luck: it names the two lines whether or not a step was lost.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include "check.h"
#include "options.h"

#define THREADS 2
#define STEPS   10000

static pthread_barrier_t begin; /* both start together */
static long count;

static void *count_up(void *arg)
{
    (void)arg;
    pthread_barrier_wait(&begin);
    for (int i = 0; i < STEPS; i++) {
        long seen = count; /* the trap: nobody holds a lock, */
        sched_yield();
        count = seen + 1; /* and this may be old */
    }
    return NULL;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: two threads count without a lock.", argc, argv);
    pthread_t threads[THREADS];
    CHECK_RC(-pthread_barrier_init(&begin, NULL, THREADS));
    for (int i = 0; i < THREADS; i++)
        CHECK_RC(-pthread_create(&threads[i], NULL, count_up, NULL));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&begin);
    printf("%d threads counted to %d each: %s\n", THREADS, STEPS,
           count == THREADS * STEPS ? "all is there" : "some is lost");
    return count == THREADS * STEPS ? 0 : 1;
}
