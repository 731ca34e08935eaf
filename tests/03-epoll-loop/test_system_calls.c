/* What the demo and the server ask of the kernel, counted by strace: the numbers that the lesson
 * tells. Left out where strace is not installed, or may not trace. */
#include <stdio.h>

#include "client.h"
#include "process.h"
#include "strace.h"
#include "unit.h"

#define LINES 100

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

/* A line is a read, a write and a wait; the interest stays as it is. */
static void a_hundred_lines(void **state)
{
    (void)state;
    if (!strace_may())
        skip();
    struct process *server =
        strace_start((const char *[]){program_path("03-epoll-loop/server"), "--port", "0", NULL});
    struct client client;
    client_connect(&client, process_serving_port(server));
    client_expect_line(&client, "Welcome. Type a line, or exit.");
    for (int i = 0; i < LINES; i++) {
        client_send(&client, "Ada\n");
        client_expect_line(&client, "Hello, Ada");
    }
    client_close(&client);
    process_wait_stdout(server, "disconnect");
    assert_int_equal(strace_stop(server), 0);
    assert_in_range(strace_calls("epoll_wait"), LINES, LINES + 20);
    assert_in_range(strace_calls("write"), LINES, LINES + 20);
    assert_in_range(strace_calls("read"), LINES, LINES + 60); /* with those that load libraries */
    assert_in_range(strace_calls("epoll_ctl"), 1, 10);
    process_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_demo, process_teardown),
        cmocka_unit_test_teardown(a_hundred_lines, process_teardown),
    };
    return cmocka_run_group_tests_name("system calls", tests, NULL, NULL);
}
