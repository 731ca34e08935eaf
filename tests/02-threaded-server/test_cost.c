/* What a process costs, measured on our own and on a child. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cost.h"
#include "unit.h"

#define THREADS 7

static sem_t may_end;

static void *wait_for_the_end(void *arg)
{
    sem_wait(&may_end);
    return arg;
}

static struct cost own_cost(void)
{
    struct cost cost;
    assert_int_equal(cost_measure(getpid(), &cost), 0);
    return cost;
}

static void threads_are_counted(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    assert_int_equal(sem_init(&may_end, 0, 1), 0);
    assert_int_equal(pthread_create(&threads[0], NULL, wait_for_the_end, NULL), 0);
    pthread_join(threads[0], NULL); /* with the first one a sanitizer starts one of its own */
    struct cost before = own_cost();
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_the_end, NULL), 0);
    struct cost now = own_cost();
    assert_int_equal(now.threads - before.threads, THREADS);
    assert_true(now.address_kb - before.address_kb >= THREADS * 64);
    assert_true(now.switches >= before.switches);
    for (int i = 0; i < THREADS; i++)
        sem_post(&may_end);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    sem_destroy(&may_end);
}

/* What is set aside is not used; what is written to is. */
static void memory_counts_when_it_is_used(void **state)
{
    (void)state;
    enum { SIZE = 64 << 20 };
    struct cost before = own_cost();
    volatile char *bytes = malloc(SIZE);
    assert_non_null((void *)bytes);
    struct cost set_aside = own_cost();
    for (size_t i = 0; i < SIZE; i += 1024)
        bytes[i] = 1;
    struct cost used = own_cost();
    assert_true(set_aside.memory_kb - before.memory_kb < SIZE / 1024 / 2);
    assert_true(used.memory_kb - before.memory_kb >= SIZE / 1024 * 9 / 10);
    free((void *)bytes);
}

static void descriptors_are_counted(void **state)
{
    (void)state;
    int pipes[2];
    struct cost before = own_cost();
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    assert_int_equal(own_cost().descriptors - before.descriptors, 2);
    close(pipes[0]);
    close(pipes[1]);
}

static void children_are_counted(void **state)
{
    (void)state;
    int pipes[2];
    if (access("/proc/thread-self/children", F_OK) < 0)
        skip();
    struct cost before = own_cost();
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(pipes[1]);
        _exit(read(pipes[0], &byte, 1) == 0 ? 0 : 1); /* until the parent closes */
    }
    assert_true(child > 0);
    close(pipes[0]);
    assert_true(own_cost().threads > before.threads);
    close(pipes[1]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct cost cost;
    assert_int_equal(cost_measure(child, &cost), -ENOENT);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_are_counted),
        cmocka_unit_test(memory_counts_when_it_is_used),
        cmocka_unit_test(descriptors_are_counted),
        cmocka_unit_test(children_are_counted),
    };
    return cmocka_run_group_tests_name("what a process costs", tests, NULL, NULL);
}
