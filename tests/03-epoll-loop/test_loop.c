/* The loop's contract on epoll and on the virtual clock, and what only the virtual clock can do. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "loop.h"
#include "loop_contract.h"
#include "unit.h"

#define HOUR_NS (3600 * NS_PER_S)

static void on_stop_loop(void *arg)
{
    loop_stop(arg);
}

/* ---- The virtual clock --------------------------------------------------------------------- */

static void virtual_time_stands_still_and_jumps(void **state)
{
    (void)state;
    struct loop *loop = loop_new(&backend_virtual);
    struct timer timer;
    timer_init(&timer, on_stop_loop, loop);
    assert_int_equal(loop_time(loop), VIRTUAL_START_NS);
    assert_int_equal(loop_call_later(loop, &timer, 1000 * HOUR_NS + 1), 0);
    assert_int_equal(loop_run_forever(loop), 0);
    assert_int_equal(loop_time(loop), VIRTUAL_START_NS + 1000 * HOUR_NS + 1);
    assert_int_equal(backend_virtual_jumps(loop), 1);
    loop_free(loop);
}

static void virtual_deadlock_is_reported(void **state)
{
    (void)state;
    struct loop *loop = loop_new(&backend_virtual);
    assert_int_equal(loop_run_forever(loop), -EDEADLK);
    loop_free(loop);
}

struct removal {
    struct loop *loop;
    int fd;
};

static void on_remove_reader(void *arg)
{
    struct removal *removal = arg;
    loop_remove_reader(removal->loop, removal->fd);
}

/* The descriptor is still registered with the backend, but nobody waits for it any more. */
static void virtual_deadlock_after_a_reader(void **state)
{
    (void)state;
    int ends[2];
    struct loop *loop = loop_new(&backend_virtual);
    struct callback callback;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    struct removal removal = {loop, ends[0]};
    callback_init(&callback, on_remove_reader, &removal);
    assert_int_equal(loop_add_reader(loop, ends[0], on_stop_loop, loop), 0);
    loop_call_soon(loop, &callback);
    assert_int_equal(loop_run_forever(loop), -EDEADLK);
    loop_forget_fd(loop, ends[0]);
    close(ends[0]);
    close(ends[1]);
    loop_free(loop);
}

static void virtual_descriptors_go_before_time(void **state)
{
    (void)state;
    int ends[2];
    struct loop *loop = loop_new(&backend_virtual);
    struct timer timer;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(loop_add_reader(loop, ends[0], on_stop_loop, loop), 0);
    timer_init(&timer, on_stop_loop, loop);
    assert_int_equal(loop_call_later(loop, &timer, HOUR_NS), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(loop_run_forever(loop), 0);
    assert_int_equal(loop_time(loop), VIRTUAL_START_NS);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(loop_run_forever(loop), 0); /* now the timer */
    assert_int_equal(loop_time(loop), VIRTUAL_START_NS + HOUR_NS);
    loop_forget_fd(loop, ends[0]);
    close(ends[0]);
    close(ends[1]);
    loop_free(loop);
}

static void virtual_forgotten_forget_is_noticed(void **state)
{
    (void)state;
    int ends[2];
    struct loop *loop = loop_new(&backend_virtual);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(loop_add_reader(loop, ends[0], on_stop_loop, loop), 0);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(loop_run_forever(loop), -EBADF);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(virtual_time_stands_still_and_jumps),
        cmocka_unit_test(virtual_deadlock_is_reported),
        cmocka_unit_test(virtual_deadlock_after_a_reader),
        cmocka_unit_test(virtual_descriptors_go_before_time),
        cmocka_unit_test(virtual_forgotten_forget_is_noticed),
    };
    int failed = loop_contract_run(&backend_epoll) + loop_contract_run(&backend_virtual);
    return failed + cmocka_run_group_tests_name("the virtual clock", tests, NULL, NULL);
}
