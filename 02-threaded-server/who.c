/* who.c - a variable that each thread has for itself: _Thread_local.
 *
 *     build/02-threaded-server/who
 *
 * Three threads, each with a client of its own, call a function deep down that wants to know whose
 * request this is, and has no parameter for it. An ordinary global variable is one for all: when
 * the last thread has set it, all see the last one's. With _Thread_local in front of it each thread
 * has its own. So web frameworks with a thread for each request keep "the current request".
 *
 * Then the trap: a pool's thread serves one client after another, and its variable stays what it
 * was. Bob's job sets nothing, and sees Ada.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include "check.h"
#include "options.h"
#include "pool.h"

#define CLIENTS 3

static const char *const names[CLIENTS] = {"Ada", "Bob", "Cleo"};

static const char *one_for_all;
static _Thread_local const char *one_for_each;

/* Threads take turns, in the order of their numbers, so that the output is always the same. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_changed = PTHREAD_COND_INITIALIZER;
static int turn;

static void await_turn(int wanted)
{
    pthread_mutex_lock(&lock);
    while (turn != wanted)
        pthread_cond_wait(&has_changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void end_turn(void)
{
    pthread_mutex_lock(&lock);
    turn++;
    pthread_cond_broadcast(&has_changed);
    pthread_mutex_unlock(&lock);
}

/* Nobody has told it for whom it works. */
static void deep_down(const char *name)
{
    printf("%s's thread: one for all says %s, one for each says %s\n", name, one_for_all,
           one_for_each);
}

static void *serve(void *arg)
{
    int number = (int)((const char *const *)arg - names);
    await_turn(number); /* first each sets the two, */
    one_for_all = one_for_each = names[number];
    end_turn();
    await_turn(CLIENTS + number); /* then each looks */
    deep_down(names[number]);
    end_turn();
    return NULL;
}

static void by_threads(void)
{
    pthread_t threads[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        CHECK_RC(-pthread_create(&threads[i], NULL, serve, (void *)&names[i]));
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
}

static void serve_ada(void *arg)
{
    (void)arg;
    one_for_each = "Ada";
    printf("a pool's thread, Ada's job: it sets %s\n", one_for_each);
}

static void serve_bob(void *arg)
{
    (void)arg; /* forgets to set it */
    printf("the same thread, Bob's job: it finds %s\n", one_for_each);
}

static void by_a_pool(void)
{
    struct pool *pool = pool_new(1, 2);
    if (!pool)
        die_error(errno, "a pool of one thread");
    pool_submit(pool, serve_ada, NULL);
    pool_submit(pool, serve_bob, NULL);
    pool_wait(pool);
    pool_free(pool);
}

int main(int argc, char **argv)
{
    no_options_parse("A variable that each thread has for itself.", argc, argv);
    by_threads();
    by_a_pool();
    return 0;
}
