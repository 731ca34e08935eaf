/* lost_wakeup.c - broken on purpose: it looks first, and takes the lock afterwards.
 *
 *     build/02-threaded-server/broken/lost_wakeup
 *
 * A thread looks whether there is something, sees that there is not, and goes to sleep until it is
 * told. Between its look and its sleep something comes: the other thread says so, to nobody, since
 * a condition variable remembers nothing. Then the first one goes to sleep, with the thing before
 * its eyes. The look and the sleep have to be one step, and that is what the lock is for:
 * pthread_cond_wait gives it back only when it sleeps.
 *
 * Between the look and the lock this one takes a rest of up to 200 ms, until the other is done, so
 * that it shows each time. It sleeps for 500 ms at most; with pthread_cond_wait it would be for
 * ever.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "check.h"
#include "clock.h"
#include "options.h"

#define REST_NS  (200 * NS_PER_MS)
#define SLEEP_NS (500 * NS_PER_MS)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of `is_there` */
static pthread_cond_t has_come = PTHREAD_COND_INITIALIZER;
static bool is_there;
static sem_t has_looked, is_done; /* for the order of events, and for that alone */

static struct timespec in(int64_t ns)
{
    int64_t moment = clock_now() + ns;
    return (struct timespec){.tv_sec = moment / NS_PER_S, .tv_nsec = moment % NS_PER_S};
}

static bool look(void)
{
    bool seen = is_there;
    struct timespec end_of_rest = in(REST_NS);
    printf("the first looks: %s\n", seen ? "it is there" : "nothing");
    sem_post(&has_looked);
    sem_clockwait(&is_done, CLOCK_MONOTONIC, &end_of_rest);
    return seen;
}

static void *bring(void *arg)
{
    (void)arg;
    sem_wait(&has_looked);
    pthread_mutex_lock(&lock);
    is_there = true;
    pthread_cond_signal(&has_come);
    pthread_mutex_unlock(&lock);
    printf("the other brings it, and says so\n");
    sem_post(&is_done);
    return NULL;
}

/* 0, or ETIMEDOUT. */
static int await_it(void)
{
    int error = 0;
    bool seen = look(); /* the trap: this and the next line are in the wrong order */
    pthread_mutex_lock(&lock);
    struct timespec end_of_sleep = in(SLEEP_NS);
    while (!seen && error == 0) {
        error = pthread_cond_clockwait(&has_come, &lock, CLOCK_MONOTONIC, &end_of_sleep);
        seen = is_there && error == 0;
    }
    pthread_mutex_unlock(&lock);
    return error;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a wake-up that comes too early.", argc, argv);
    pthread_t other;
    CHECK(sem_init(&has_looked, 0, 0));
    CHECK(sem_init(&is_done, 0, 0));
    CHECK_RC(-pthread_create(&other, NULL, bring, NULL));
    int error = await_it();
    pthread_join(other, NULL);
    printf("the first %s\n", error == 0 ? "was woken" : "slept on, and it was there");
    sem_destroy(&has_looked);
    sem_destroy(&is_done);
    return error == 0 ? 0 : 1;
}
