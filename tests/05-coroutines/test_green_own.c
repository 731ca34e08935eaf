/* What a thread has for itself, and what it has not: real threads, then those of green.so. See
 * green_run.h. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "green_run.h"
#include "process.h"
#include "unit.h"

#define CROWD 8

static pthread_key_t key;
static atomic_int destroyed;
static int mine;

static void destroy(void *value)
{
    destroyed += *(int *)value;
}

static void *keep(void *value)
{
    assert_null(pthread_getspecific(key));
    assert_int_equal(pthread_setspecific(key, value), 0);
    sched_yield();
    assert_ptr_equal(pthread_getspecific(key), value);
    return NULL;
}

static void each_thread_has_its_own_values(void **state)
{
    (void)state;
    int values[CROWD] = {1, 2, 4, 8, 16, 32, 64, 128};
    pthread_t threads[CROWD];
    assert_int_equal(pthread_key_create(&key, destroy), 0);
    assert_int_equal(pthread_setspecific(key, &mine), 0);
    for (int i = 0; i < CROWD; i++)
        threads[i] = start(keep, &values[i]);
    for (int i = 0; i < CROWD; i++)
        end_of(threads[i]);
    assert_ptr_equal(pthread_getspecific(key), &mine);
    assert_int_equal(pthread_key_delete(key), 0);
    assert_int_equal(destroyed, 255);
}

static void *fail_at_something(void *arg)
{
    (void)arg;
    return (void *)(intptr_t)close(-1);
}

/* There is one errno for all, and each finds it as he left it. */
static void errno_survives_a_wait(void **state)
{
    (void)state;
    pthread_t thread = start(fail_at_something, NULL);
    errno = ENOTTY;
    sched_yield();
    usleep(1000);
    assert_int_equal(errno, ENOTTY);
    assert_int_equal((intptr_t)end_of(thread), -1);
    assert_int_equal(errno, ENOTTY);
}

/* ---- A stack of 64 KiB ----------------------------------------------------------------------- */

static __attribute__((noinline)) void *need_much(void *arg)
{
    volatile char page[70000];
    (void)arg;
    for (size_t i = 0; i < sizeof page; i++)
        page[i] = (char)i;
    return (void *)(intptr_t)page[1];
}

static void *need_much_by_name(void *name)
{
    pthread_setname_np(pthread_self(), name);
    return need_much(NULL);
}

/* This program, started with an argument. */
static int overflow(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, need_much_by_name, "the large one") != 0 ||
           pthread_join(thread, NULL) != 0;
}

/* A thread of the kernel's has 8 MiB, and never notices. */
static void too_large_a_frame_is_told_by_name(void **state)
{
    (void)state;
    struct process *process = process_start("/proc/self/exe", "overflow", NULL);
    assert_int_equal(process_wait(process), is_green() ? 128 + SIGSEGV : 0);
    assert_true(!is_green() ==
                !strstr(process_stderr(process), "stack overflow in task the large one"));
    process_free(process);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return overflow();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thread_has_its_own_values),
        cmocka_unit_test(errno_survives_a_wait),
        cmocka_unit_test_teardown(too_large_a_frame_is_told_by_name, process_teardown),
    };
    return green_run(argv, "what is its own", tests, sizeof tests / sizeof tests[0]);
}
