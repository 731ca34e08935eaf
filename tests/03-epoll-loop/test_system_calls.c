/* What the demo asks of the kernel, counted by strace: the number that the lesson tells. (What the
 * server asks: tests/end-to-end.) Left out where strace is not installed, or may not trace. */
#include <stdio.h>

#include "process.h"
#include "strace.h"
#include "unit.h"

static void the_demo(void **state)
{
    (void)state;
    if (!strace_may())
        skip();
    struct process *app =
        process_start(program_path("10-http-server/app"), "--port", "0", "--unit-ms", "10", NULL);
    char url[64];
    snprintf(url, sizeof url, "--url=http://127.0.0.1:%u", process_serving_port(app));
    struct process *demo = strace_start(
        (const char *[]){program_path("03-epoll-loop/demo"), url, "--unit-ms=10", NULL});
    assert_int_equal(process_wait(demo), 0);
    /* The eventfd; and each exchange waits to be connected, waits for the answer, is forgotten. */
    assert_int_equal(strace_calls("epoll_ctl"), 1 + 5 * 3);
    process_free(demo);
    assert_int_equal(process_stop(app), 0);
    process_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_demo, process_teardown),
    };
    return cmocka_run_group_tests_name("system calls", tests, NULL, NULL);
}
