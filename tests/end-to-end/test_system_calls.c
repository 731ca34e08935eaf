/* What a line costs the servers with a loop in system calls, and what a demo asks of epoll, counted
 * by strace: the numbers that the lessons tell. Left out where strace is not installed, or may not
 * trace. */
#include <stdio.h>

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

/* Calls of epoll_ctl: the eventfd's, and those of each exchange. */
struct demo {
    const char *program;
    int least, most;
};

static void a_demo(void **state)
{
    const struct demo *demo = *state;
    if (!strace_may())
        skip();
    struct process *app =
        process_start(program_path("10-http-server/app"), "--port", "0", "--unit-ms", "10", NULL);
    char url[64];
    snprintf(url, sizeof url, "--url=http://127.0.0.1:%u", process_serving_port(app));
    struct process *process =
        strace_start((const char *[]){program_path(demo->program), url, "--unit-ms=10", NULL});
    assert_int_equal(process_wait(process), 0);
    assert_in_range(strace_calls("epoll_ctl"), demo->least, demo->most);
    process_free(process);
    assert_int_equal(process_stop(app), 0);
    process_free(app);
}

/* An exchange of ours: wait to be connected, wait for the answer, forget. libcurl's has one more,
 * and who knows what its next version will ask. */
static struct demo demos[] = {
    {"03-epoll-loop/demo", 1 + 5 * 3, 1 + 5 * 3},
    {"04-callbacks/demo", 1 + 5 * 3 + 5 * 2, 1 + 5 * 3 + 5 * 6},
};

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"03", a_hundred_lines, NULL, process_teardown, "03-epoll-loop/server"},
        {"04", a_hundred_lines, NULL, process_teardown, "04-callbacks/server"},
        {"05", a_hundred_lines, NULL, process_teardown, "05-coroutines/server"},
        {"03: the demo", a_demo, NULL, process_teardown, &demos[0]},
        {"04: the demo", a_demo, NULL, process_teardown, &demos[1]},
    };
    return cmocka_run_group_tests_name("system calls", tests, NULL, NULL);
}
