/* test_backend_uv.c - the loop on libuv does what it does on epoll: the contract of tests/support,
 * scenario by scenario, and then the corners where libuv has ways of its own. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "backend_uv.h"
#include "clock.h"
#include "leaks.h"
#include "loop.h"
#include "loop_contract.h"
#include "unit.h"

#define GUARD_S 60

static const struct loop_backend *const backends[] = {&backend_epoll, &backend_uv};

/* Each test gets a loop on the backend that it names as its first state. */
struct test {
    const struct loop_backend *backend;
    struct loop *loop;
    struct usage before;
    int count;
    int fds[2];
};

static int set_up(void **state)
{
    struct test *test = calloc(1, sizeof *test);
    test->backend = *state;
    test->before = own_usage();
    test->loop = loop_new(test->backend);
    *state = test;
    return test->loop ? 0 : -1;
}

static int tear_down(void **state)
{
    struct test *test = *state;
    loop_free(test->loop);
    expect_own_usage(test->before);
    free(test);
    return 0;
}

static void stop(void *arg)
{
    struct test *test = arg;
    loop_stop(test->loop);
}

static void run(struct test *test)
{
    assert_int_equal(loop_run_forever(test->loop), 0);
}

static void open_pipe(struct test *test)
{
    assert_int_equal(pipe2(test->fds, O_CLOEXEC | O_NONBLOCK), 0);
}

static void close_fd(struct test *test, int fd)
{
    loop_forget_fd(test->loop, fd);
    close(fd);
}

/* ---- An error is told again, until nobody asks --------------------------------------------- */

static void on_broken_pipe(void *arg)
{
    struct test *test = arg;
    if (++test->count < 3)
        return;
    loop_remove_writer(test->loop, test->fds[1]);
    loop_stop(test->loop);
}

static void test_an_error_is_level_triggered(void **state)
{
    struct test *test = *state;
    open_pipe(test);
    close(test->fds[0]);
    assert_int_equal(loop_add_writer(test->loop, test->fds[1], on_broken_pipe, test), 0);
    run(test);
    assert_int_equal(test->count, 3);
    close_fd(test, test->fds[1]);
}

static void test_an_error_counts_as_readable(void **state)
{
    struct test *test = *state;
    open_pipe(test);
    close(test->fds[0]);
    assert_int_equal(loop_add_reader(test->loop, test->fds[1], stop, test), 0);
    run(test);
    close_fd(test, test->fds[1]);
}

/* ---- A number that is used again at once --------------------------------------------------- */

#define GENERATIONS 1000

/* Reads this generation's byte, closes, and opens the next one under the same number, all in one
 * callback: the handle of the old one is still on its way out. */
static void on_generation(void *arg)
{
    struct test *test = arg;
    unsigned char byte;
    int number = test->fds[0];
    assert_int_equal(read(number, &byte, 1), 1);
    assert_int_equal(byte, test->count % 256);
    close(test->fds[1]);
    close_fd(test, number);
    if (++test->count == GENERATIONS) {
        loop_stop(test->loop);
        return;
    }
    open_pipe(test);
    assert_int_equal(test->fds[0], number);
    assert_int_equal(loop_add_reader(test->loop, number, on_generation, test), 0);
    byte = (unsigned char)test->count;
    assert_int_equal(write(test->fds[1], &byte, 1), 1);
}

static void test_a_number_is_used_again_at_once(void **state)
{
    struct test *test = *state;
    open_pipe(test);
    assert_int_equal(write(test->fds[1], "", 1), 1);
    assert_int_equal(loop_add_reader(test->loop, test->fds[0], on_generation, test), 0);
    run(test);
    assert_int_equal(test->count, GENERATIONS);
}

/* ---- What cannot be watched ---------------------------------------------------------------- */

static void test_a_regular_file_is_refused(void **state)
{
    struct test *test = *state;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(loop_add_reader(test->loop, fd, stop, test), -EPERM);
    assert_int_equal(loop_add_writer(test->loop, fd, stop, test), -EPERM);
    close(fd);
    assert_int_equal(loop_add_reader(test->loop, fd, stop, test), -EBADF);
    assert_int_equal(loop_pending(test->loop).readers, 0);
}

static void test_watching_leaves_the_descriptor_as_it_was(void **state)
{
    struct test *test = *state;
    assert_int_equal(pipe2(test->fds, O_CLOEXEC), 0);
    assert_int_equal(loop_add_reader(test->loop, test->fds[0], stop, test), 0);
    assert_false(fcntl(test->fds[0], F_GETFL) & O_NONBLOCK);
    close_fd(test, test->fds[0]);
    close(test->fds[1]);
}

static void test_the_loop_may_end_before_its_descriptors(void **state)
{
    struct test *test = *state;
    open_pipe(test);
    assert_int_equal(loop_add_reader(test->loop, test->fds[0], stop, test), 0);
    assert_int_equal(loop_add_writer(test->loop, test->fds[1], stop, test), 0);
    run(test);
    loop_free(test->loop);
    test->loop = NULL;
    assert_int_equal(write(test->fds[1], "x", 1), 1); /* they are the owner's, and open */
    close(test->fds[0]);
    close(test->fds[1]);
}

/* ---- Wake-ups that become one lose nothing ------------------------------------------------- */

#define SENDERS 4
#define SENDS   1000

struct sender {
    struct test *test;
    pthread_t thread;
    struct callback calls[SENDS];
};

static void on_sent(void *arg)
{
    struct test *test = arg;
    if (++test->count == SENDERS * SENDS)
        loop_stop(test->loop);
}

static void *send_all(void *arg)
{
    struct sender *sender = arg;
    for (int i = 0; i < SENDS; i++)
        loop_call_soon_threadsafe(sender->test->loop, &sender->calls[i]);
    return NULL;
}

static void test_no_call_from_a_thread_is_lost(void **state)
{
    static struct sender senders[SENDERS];
    for (int i = 0; i < SENDERS; i++) {
        senders[i].test = *state;
        for (int j = 0; j < SENDS; j++)
            callback_init(&senders[i].calls[j], on_sent, *state);
        assert_int_equal(pthread_create(&senders[i].thread, NULL, send_all, &senders[i]), 0);
    }
    run(*state);
    for (int i = 0; i < SENDERS; i++)
        pthread_join(senders[i].thread, NULL);
}

/* ---- A timer that is due before libuv begins to wait --------------------------------------- */

/* The Makefile puts this in uv_run's place: our process was not running for two milliseconds just
 * before, as happens on a busy machine. */
static bool is_late;
int __real_uv_run(uv_loop_t *uv, uv_run_mode mode);
int __wrap_uv_run(uv_loop_t *uv, uv_run_mode mode);

int __wrap_uv_run(uv_loop_t *uv, uv_run_mode mode)
{
    if (is_late)
        clock_sleep(2 * NS_PER_MS);
    return __real_uv_run(uv, mode);
}

static void test_a_timer_that_is_due_already_does_not_hang(void **state)
{
    struct test *test = *state;
    struct timer timer;
    timer_init(&timer, stop, test);
    int64_t begin = loop_time(test->loop);
    assert_int_equal(loop_call_later(test->loop, &timer, NS_PER_MS), 0);
    is_late = true;
    run(test);
    is_late = false;
    assert_true(loop_time(test->loop) - begin >= NS_PER_MS);
}

/* libuv's clock stands still while nobody is in uv_run: a poll that counted from there would be
 * over before it began. libuv may lose a millisecond on a kernel whose coarse clock has that step;
 * the loop looks at the clock itself and polls again. */
static void test_a_poll_counts_from_now(void **state)
{
    struct test *test = *state;
    assert_int_equal(test->backend->poll(test->loop, 0), 0);
    clock_sleep(10 * NS_PER_MS);
    int64_t begin = clock_now();
    assert_int_equal(test->backend->poll(test->loop, 5 * NS_PER_MS), 0);
    assert_true(clock_now() - begin >= 4 * NS_PER_MS);
}

/* ---- Both backends, one after the other ---------------------------------------------------- */

#define ON(backend, test)                                 \
    {                                                     \
#test, test, set_up, tear_down, (void *)(backend) \
    }

static int run_corners(const struct loop_backend *backend)
{
    const struct CMUnitTest tests[] = {
        ON(backend, test_an_error_is_level_triggered),
        ON(backend, test_an_error_counts_as_readable),
        ON(backend, test_a_number_is_used_again_at_once),
        ON(backend, test_a_regular_file_is_refused),
        ON(backend, test_watching_leaves_the_descriptor_as_it_was),
        ON(backend, test_the_loop_may_end_before_its_descriptors),
        ON(backend, test_no_call_from_a_thread_is_lost),
        ON(backend, test_a_timer_that_is_due_already_does_not_hang),
        ON(backend, test_a_poll_counts_from_now),
    };
    return cmocka_run_group_tests_name(backend->name, tests, NULL, NULL);
}

static void *do_nothing(void *arg)
{
    return arg;
}

/* What is opened once and stays with the process is no leak: a pipe for signals by libuv's first
 * loop, a thread of its own by TSan at the first pthread_create. */
static void warm_up(void)
{
    pthread_t thread;
    loop_free(loop_new(&backend_uv));
    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
        pthread_join(thread, NULL);
}

int main(void)
{
    warm_up();
    int failed = 0;
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        alarm(GUARD_S);
        failed += run_corners(backends[i]);
        alarm(GUARD_S);
        failed += loop_contract_run(backends[i]);
    }
    return failed != 0;
}
