/* if_for_while.c - broken on purpose: after a condition was waited for, nobody looks again.
 *
 *     build/02-threaded-server/broken/if_for_while
 *
 * Two threads wait for something to take; one thing comes, and both are woken. The first takes it.
 * The second was woken for the same reason, but when it has the lock the reason is gone. It takes
 * what is not there: in a queue it would read an old entry. The same happens when a third thread,
 * which never waited, comes in between; and pthread_cond_wait may return for no reason at all.
 *
 * The thread sanitizer has nothing to say: all is done with the lock held. It is not a race for the
 * memory; it is a wrong thought.
 */
#include <pthread.h>
#include <stdio.h>

#include "check.h"
#include "options.h"

#define THREADS 2

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all that follows */
static pthread_cond_t has_come = PTHREAD_COND_INITIALIZER;
static int things, taken;

static pthread_cond_t is_told = PTHREAD_COND_INITIALIZER; /* for main, which looks on */
static int waiting, woken;

static void tell(int *count)
{
    ++*count;
    pthread_cond_signal(&is_told);
}

static void *take(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    tell(&waiting);
    if (things == 0) { /* the trap: while is the word */
        pthread_cond_wait(&has_come, &lock);
        tell(&woken);
    }
    things--;
    taken++;
    printf("a thread takes one, and leaves %d\n", things);
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* One comes, for two who wait; and another one if one of them waits still. */
static void bring(void)
{
    pthread_mutex_lock(&lock);
    while (waiting < THREADS)
        pthread_cond_wait(&is_told, &lock);
    things++;
    printf("one comes, and all are told\n");
    pthread_cond_broadcast(&has_come);
    while (woken < THREADS)
        pthread_cond_wait(&is_told, &lock);
    if (taken < THREADS) {
        things++;
        printf("another one comes\n");
        pthread_cond_broadcast(&has_come);
    }
    pthread_mutex_unlock(&lock);
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: an if around a condition wait.", argc, argv);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK_RC(-pthread_create(&threads[i], NULL, take, NULL));
    bring();
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%d are left\n", things);
    return things < 0 ? 1 : 0;
}
