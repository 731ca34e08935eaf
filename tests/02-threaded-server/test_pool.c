/* The pool: how many jobs run, in which order, who waits, and that nothing is lost at the end. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "leaks.h"
#include "pool.h"
#include "unit.h"

/* ---- What the pool asks of POSIX threads (ld --wrap) --------------------------------------- */

static __thread atomic_int *waits; /* counts the waits of this thread, when it is set */
static atomic_int cond_waits;      /* of all */
static int threads_left = -1;      /* how many may be made; -1: no limit */

int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock)
{
    if (waits)
        atomic_fetch_add(waits, 1);
    if (atomic_fetch_add(&cond_waits, 1) % 2 == 1)
        return 0; /* awake for no reason, as POSIX allows */
    return __real_pthread_cond_wait(cond, lock);
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg)
{
    if (threads_left == 0)
        return EAGAIN;
    if (threads_left > 0)
        threads_left--;
    return __real_pthread_create(thread, attributes, fn, arg);
}

/* ---- Jobs that can be held ----------------------------------------------------------------- */

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    int inside;     /* jobs that have begun and not ended */
    int inside_max; /* the most that there were at a time */
    int ended;
};

static void gate_init(struct gate *gate, bool open)
{
    *gate = (struct gate){.open = open};
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->changed, NULL);
}

static void pass(void *arg)
{
    struct gate *gate = arg;
    pthread_mutex_lock(&gate->lock);
    gate->inside++;
    if (gate->inside > gate->inside_max)
        gate->inside_max = gate->inside;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->lock);
    gate->inside--;
    gate->ended++;
    pthread_mutex_unlock(&gate->lock);
}

static void wait_inside(struct gate *gate, int count)
{
    pthread_mutex_lock(&gate->lock);
    while (gate->inside < count)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static void open_gate(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

/* ---- The tests ----------------------------------------------------------------------------- */

static void as_many_run_as_there_are_threads(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate, false);
    struct pool *pool = pool_new(3, 20);
    assert_non_null(pool);
    for (int i = 0; i < 20; i++)
        pool_submit(pool, pass, &gate);
    wait_inside(&gate, 3); /* not one less */
    open_gate(&gate);
    pool_wait(pool);
    assert_int_equal(gate.ended, 20);
    assert_int_equal(gate.inside_max, 3); /* not one more */
    pool_free(pool);
}

struct order {
    int seen[100];
    int count;
};

struct numbered {
    struct order *order;
    int number;
};

static void note_number(void *arg)
{
    struct numbered *numbered = arg;
    numbered->order->seen[numbered->order->count++] = numbered->number; /* one thread: no lock */
}

static void the_first_in_is_the_first_out(void **state)
{
    (void)state;
    struct order order = {.count = 0};
    struct numbered jobs[100];
    struct pool *pool = pool_new(1, 7); /* the ring goes round many times */
    assert_non_null(pool);
    for (int i = 0; i < 100; i++) {
        jobs[i] = (struct numbered){&order, i};
        pool_submit(pool, note_number, &jobs[i]);
    }
    pool_wait(pool);
    assert_int_equal(order.count, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(order.seen[i], i);
    pool_free(pool);
}

struct submitter {
    struct pool *pool;
    struct gate *gate;
    atomic_int waits;
    atomic_bool has_submitted;
};

static void *submit_one(void *arg)
{
    struct submitter *submitter = arg;
    waits = &submitter->waits;
    pool_submit(submitter->pool, pass, submitter->gate);
    atomic_store(&submitter->has_submitted, true);
    return NULL;
}

static void who_submits_to_a_full_queue_waits(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate, false);
    struct pool *pool = pool_new(1, 2);
    assert_non_null(pool);
    pool_submit(pool, pass, &gate);
    wait_inside(&gate, 1); /* it has left the queue */
    pool_submit(pool, pass, &gate);
    pool_submit(pool, pass, &gate);

    struct submitter submitter = {.pool = pool, .gate = &gate};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, submit_one, &submitter), 0);
    while (atomic_load(&submitter.waits) < 2) /* one of two in a row is a real one */
        sched_yield();
    assert_false(atomic_load(&submitter.has_submitted));
    open_gate(&gate);
    pthread_join(thread, NULL);
    pool_wait(pool);
    assert_int_equal(gate.ended, 4);
    pool_free(pool);
}

static void wait_means_done(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate, true);
    struct pool *pool = pool_new(4, 3);
    assert_non_null(pool);
    pool_wait(pool); /* nothing was submitted: nothing to wait for */
    for (int round = 1; round <= 50; round++) {
        for (int i = 0; i < 10; i++)
            pool_submit(pool, pass, &gate);
        pool_wait(pool);
        assert_int_equal(gate.ended, 10 * round); /* no lock: nobody is running */
    }
    pool_free(pool);
}

static void free_runs_what_is_queued(void **state)
{
    (void)state;
    struct usage before = own_usage();
    for (int round = 0; round < 20; round++) {
        struct gate gate;
        gate_init(&gate, round % 2 == 0);
        struct pool *pool = pool_new(2, 10);
        assert_non_null(pool);
        for (int i = 0; i < 10; i++)
            pool_submit(pool, pass, &gate);
        open_gate(&gate);
        pool_free(pool);
        assert_int_equal(gate.ended, 10);
    }
    pool_free(pool_new(2, 1)); /* nothing was ever queued */
    pool_free(NULL);
    expect_own_usage(before);
}

static void note_mask(void *arg)
{
    pthread_sigmask(SIG_BLOCK, NULL, arg);
}

static void its_threads_take_no_signals(void **state)
{
    (void)state;
    sigset_t before, after, inside;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    struct pool *pool = pool_new(1, 1);
    assert_non_null(pool);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    pool_submit(pool, note_mask, &inside);
    pool_free(pool);
    assert_int_equal(sigismember(&inside, SIGINT), 1);
    assert_int_equal(sigismember(&inside, SIGTERM), 1);
    assert_int_equal(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
}

static void what_cannot_be_had_is_said(void **state)
{
    (void)state;
    struct usage before = own_usage();
    errno = 0;
    assert_null(pool_new(0, 1));
    assert_int_equal(errno, EINVAL);
    assert_null(pool_new(1, 0));
    assert_int_equal(errno, EINVAL);
    for (threads_left = 0; threads_left < 4; threads_left++) {
        int allowed = threads_left;
        errno = 0;
        assert_null(pool_new(5, 1));
        assert_int_equal(errno, EAGAIN);
        threads_left = allowed;
    }
    threads_left = -1;
    expect_own_usage(before); /* the threads that there were have ended */
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_run_as_there_are_threads),
        cmocka_unit_test(the_first_in_is_the_first_out),
        cmocka_unit_test(who_submits_to_a_full_queue_waits),
        cmocka_unit_test(wait_means_done),
        cmocka_unit_test(free_runs_what_is_queued),
        cmocka_unit_test(its_threads_take_no_signals),
        cmocka_unit_test(what_cannot_be_had_is_said),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
