/* Threads, mutexes, conditions and keys: real ones, then those of green.so. See green_run.h. */
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "green_run.h"
#include "timeline.h"
#include "unit.h"

#define CROWD 8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int inside, most_inside, entered, stage;

/* So many nanoseconds from now on a clock. */
static struct timespec in(clockid_t clock, int64_t ns)
{
    struct timespec moment;
    assert_int_equal(clock_gettime(clock, &moment), 0);
    ns += moment.tv_sec * NS_PER_S + moment.tv_nsec;
    return (struct timespec){ns / NS_PER_S, ns % NS_PER_S};
}

static void set_stage(int to)
{
    pthread_mutex_lock(&lock);
    stage = to;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void await_stage(int wanted)
{
    pthread_mutex_lock(&lock);
    while (stage < wanted)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static int reset(void **state)
{
    (void)state;
    inside = most_inside = entered = stage = 0;
    return 0;
}

/* ---- One OS thread --------------------------------------------------------------------------- */

static void *look(void *arg)
{
    (void)arg;
    await_stage(1);
    return (void *)(intptr_t)timeline_count_threads();
}

static void the_kernel_sees_one_thread_or_all(void **state)
{
    (void)state;
    pthread_t threads[CROWD];
    for (int i = 0; i < CROWD; i++)
        threads[i] = start(look, NULL);
    int count = timeline_count_threads();
    set_stage(1);
    for (int i = 0; i < CROWD; i++)
        end_of(threads[i]);
    assert_int_equal(count, is_green() ? 1 : CROWD + 1);
}

/* ---- Mutexes ------------------------------------------------------------------------------- */

static void *go_in_and_out(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&lock);
        inside++;
        most_inside = inside > most_inside ? inside : most_inside;
        usleep(100); /* the others would like to come in */
        entered++;
        inside--;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void one_at_a_time_holds_a_mutex(void **state)
{
    (void)state;
    pthread_t threads[CROWD];
    for (int i = 0; i < CROWD; i++)
        threads[i] = start(go_in_and_out, NULL);
    for (int i = 0; i < CROWD; i++)
        end_of(threads[i]);
    assert_int_equal(most_inside, 1);
    assert_int_equal(entered, 20 * CROWD);
}

static void *try_to_lock(void *mutex)
{
    struct timespec soon = in(CLOCK_REALTIME, 5 * NS_PER_MS);
    int tried = pthread_mutex_trylock(mutex);
    int timed = pthread_mutex_timedlock(mutex, &soon);
    return (void *)(intptr_t)(tried == EBUSY && timed == ETIMEDOUT);
}

static void *lock_and_unlock(void *mutex)
{
    return (void *)(intptr_t)(pthread_mutex_lock(mutex) + pthread_mutex_unlock(mutex));
}

/* Refused while it is held, wherever; then it is free, and no waiter that gave up is its heir. */
static void a_mutex_of_each_kind_keeps_its_rules(void **state)
{
    (void)state;
    static const int kinds[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE,
                                PTHREAD_MUTEX_ERRORCHECK};
    for (int i = 0; i < 3; i++) {
        pthread_mutexattr_t attributes;
        pthread_mutex_t mutex;
        pthread_mutexattr_init(&attributes);
        pthread_mutexattr_settype(&attributes, kinds[i]);
        assert_int_equal(pthread_mutex_init(&mutex, &attributes), 0);
        assert_int_equal(pthread_mutex_lock(&mutex), 0);
        assert_int_equal(pthread_mutex_trylock(&mutex), i == 1 ? 0 : EBUSY);
        if (i == 1)
            assert_int_equal(pthread_mutex_unlock(&mutex), 0);
        if (i == 2)
            assert_int_equal(pthread_mutex_lock(&mutex), EDEADLK);
        assert_true((intptr_t)end_of(start(try_to_lock, &mutex)));
        assert_int_equal(pthread_mutex_unlock(&mutex), 0);
#ifndef THREAD_SANITIZER /* which reports it: rightly, as a rule */
        if (i > 0)
            assert_int_equal(pthread_mutex_unlock(&mutex), EPERM);
#endif
        assert_int_equal((intptr_t)end_of(start(lock_and_unlock, &mutex)), 0);
        assert_int_equal(pthread_mutex_destroy(&mutex), 0);
        pthread_mutexattr_destroy(&attributes);
    }
}

/* Holds it for 5 ms. */
static void *hold_a_while(void *mutex)
{
    pthread_mutex_lock(mutex);
    set_stage(1);
    usleep(5000);
    return (void *)(intptr_t)pthread_mutex_unlock(mutex);
}

/* Waits for it for 10 ms at most. */
static void *ask_a_while(void *mutex)
{
    await_stage(1);
    struct timespec moment = in(CLOCK_REALTIME, 10 * NS_PER_MS);
    set_stage(2);
    int error = pthread_mutex_timedlock(mutex, &moment);
    return (void *)(intptr_t)(error ? error : pthread_mutex_unlock(mutex));
}

/* Both times come while main calculates: then the one is let go by who does not want it any more,
 * before he has left the queue. */
static void nobody_inherits_a_mutex_too_late(void **state)
{
    (void)state;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_t holder = start(hold_a_while, &mutex), other = start(ask_a_while, &mutex);
    await_stage(2);
    usleep(1000);
    for (int64_t end = clock_now() + 20 * NS_PER_MS; clock_now() < end;)
        ;
    assert_int_equal((intptr_t)end_of(holder), 0);
    intptr_t error = (intptr_t)end_of(other);
    assert_true(error == 0 || error == ETIMEDOUT);
    assert_int_equal(pthread_mutex_trylock(&mutex), 0);
}

/* ---- Conditions ---------------------------------------------------------------------------- */

static void *wait_for_stage_1(void *arg)
{
    (void)arg;
    await_stage(1);
    return (void *)1;
}

static void a_broadcast_wakes_all(void **state)
{
    (void)state;
    pthread_t threads[CROWD];
    for (int i = 0; i < CROWD; i++)
        threads[i] = start(wait_for_stage_1, NULL);
    set_stage(1);
    for (int i = 0; i < CROWD; i++)
        assert_ptr_equal(end_of(threads[i]), (void *)1);
}

static void a_wait_ends_at_its_time_and_not_before(void **state)
{
    (void)state;
    static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC};
    for (int i = 0; i < 2; i++) {
        pthread_condattr_t attributes;
        pthread_cond_t never;
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, clocks[i]);
        pthread_cond_init(&never, &attributes);
        pthread_mutex_lock(&lock);
        int64_t begin = clock_now();
        struct timespec moment = in(clocks[i], 20 * NS_PER_MS);
        assert_int_equal(pthread_cond_timedwait(&never, &lock, &moment), ETIMEDOUT);
        assert_true(clock_now() - begin >= 19 * NS_PER_MS); /* two clocks may differ a little */
        assert_int_equal(pthread_cond_clockwait(&never, &lock, clocks[i], &moment), ETIMEDOUT);
        pthread_mutex_unlock(&lock);
        assert_int_equal(pthread_cond_destroy(&never), 0);
        pthread_condattr_destroy(&attributes);
    }
}

/* ---- The end ------------------------------------------------------------------------------- */

static void leave(void *value)
{
    pthread_exit(value);
}

static void *leave_from_within(void *value)
{
    leave(value);
    return NULL;
}

static void *join_myself(void *arg)
{
    (void)arg;
    return (void *)(intptr_t)pthread_join(pthread_self(), NULL);
}

static void *announce(void *arg)
{
    (void)arg;
    set_stage(1);
    return NULL;
}

static void an_end_is_told_once(void **state)
{
    (void)state;
    assert_ptr_equal(end_of(start(leave_from_within, &stage)), &stage);
    assert_int_equal((intptr_t)end_of(start(join_myself, NULL)), EDEADLK);
    pthread_t thread = start(announce, NULL);
    assert_false(pthread_equal(thread, pthread_self()));
    assert_int_equal(pthread_detach(thread), 0);
    await_stage(1);
}

/* ---- Keys ---------------------------------------------------------------------------------- */

static int destroyed;

static void destroy(void *value)
{
    (void)value;
    destroyed++;
}

/* The new key has the old one's number, as a rule, and none of its values. */
static void *delete_and_make_anew(void *arg)
{
    pthread_key_t key;
    (void)arg;
    if (pthread_key_create(&key, NULL) != 0 || pthread_setspecific(key, &destroyed) != 0 ||
        pthread_key_delete(key) != 0 || pthread_key_create(&key, destroy) != 0)
        return NULL;
    void *value = pthread_getspecific(key);
    return value ? NULL : (void *)(intptr_t)(key + 1);
}

static void a_new_key_has_no_old_values(void **state)
{
    (void)state;
    pthread_key_t key = (pthread_key_t)(intptr_t)end_of(start(delete_and_make_anew, NULL));
    assert_int_not_equal(key, 0);
    assert_int_equal(destroyed, 0);
    assert_int_equal(pthread_key_delete(key - 1), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        TEST(the_kernel_sees_one_thread_or_all),
        TEST(one_at_a_time_holds_a_mutex),
        TEST(a_mutex_of_each_kind_keeps_its_rules),
        TEST(nobody_inherits_a_mutex_too_late),
        TEST(a_broadcast_wakes_all),
        TEST(a_wait_ends_at_its_time_and_not_before),
        TEST(an_end_is_told_once),
        TEST(a_new_key_has_no_old_values),
    };
    return green_run(argv, "threads", tests, sizeof tests / sizeof tests[0]);
}
