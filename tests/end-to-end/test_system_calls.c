/* What a line costs the servers with a loop in system calls, counted by strace: the numbers that
 * the lessons tell. Left out where strace is not installed, or may not trace. */
#include "client.h"
#include "process.h"
#include "strace.h"
#include "unit.h"

#define LINES 100

/* A line is a read, a write and a wait; the interest stays as it is. `state` is the program. */
static void a_hundred_lines(void **state)
{
    if (!strace_may())
        skip();
    struct process *server =
        strace_start((const char *[]){program_path(*state), "--port", "0", NULL});
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
    assert_in_range(strace_calls("write") + strace_calls("sendto"), LINES, LINES + 20);
    assert_in_range(strace_calls("read") + strace_calls("recvfrom"), LINES,
                    LINES + 60); /* with those that load libraries */
    assert_in_range(strace_calls("epoll_ctl"), 1, 10);
    process_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"03", a_hundred_lines, NULL, process_teardown, "03-epoll-loop/server"},
        {"04", a_hundred_lines, NULL, process_teardown, "04-callbacks/server"},
        {"05", a_hundred_lines, NULL, process_teardown, "05-coroutines/server"},
    };
    return cmocka_run_group_tests_name("system calls", tests, NULL, NULL);
}
