/* A signal that has come, and whose handler goes before it was called: it must not end the process.
 */
#include <signal.h>

#include "backend.h"
#include "loop.h"
#include "unit.h"

static void count(void *arg)
{
    int *calls = arg;
    ++*calls;
}

static void stop(void *arg)
{
    loop_stop(arg);
}

static void dropped_with_its_loop(void **state)
{
    (void)state;
    int calls = 0;
    struct loop *loop = loop_new(&backend_epoll);
    assert_int_equal(loop_add_signal_handler(loop, SIGINT, count, &calls), 0);
    assert_int_equal(loop_add_signal_handler(loop, SIGTERM, count, &calls), 0);
    raise(SIGINT);
    raise(SIGTERM);
    loop_free(loop);
    assert_int_equal(calls, 0);
}

static void dropped_with_its_handler(void **state)
{
    (void)state;
    int calls = 0;
    struct loop *loop = loop_new(&backend_epoll);
    assert_int_equal(loop_add_signal_handler(loop, SIGINT, count, &calls), 0);
    assert_int_equal(loop_add_signal_handler(loop, SIGTERM, stop, loop), 0);
    raise(SIGINT);
    loop_remove_signal_handler(loop, SIGINT);
    raise(SIGTERM); /* that of the other handler is not dropped */
    assert_int_equal(loop_run_forever(loop), 0);
    assert_int_equal(calls, 0);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dropped_with_its_loop),
        cmocka_unit_test(dropped_with_its_handler),
    };
    return cmocka_run_group_tests_name("signals that wait", tests, NULL, NULL);
}
