/* What the server asks of the kernel, counted by strace: the numbers that the lesson tells. */
#include "client.h"
#include "process.h"
#include "strace.h"
#include "unit.h"

#define LINES 100

static void says_lines(uint16_t port)
{
    struct client client;
    client_connect(&client, port);
    client_expect_line(&client, "Welcome. Type a line, or exit.");
    for (int i = 0; i < LINES; i++) {
        client_send(&client, "Ada\n");
        client_expect_line(&client, "Hello, Ada");
    }
    client_send(&client, "exit\n");
    client_expect_end(&client);
    client_close(&client);
}

/* A line is a read and a write; and nobody asks who is ready. */
static void a_hundred_lines(void **state)
{
    (void)state;
    if (!strace_may())
        skip();
    struct process *server = strace_start(
        (const char *[]){program_path("01-blocking-server/server"), "--port", "0", NULL});
    says_lines(process_serving_port(server));
    process_wait_stdout(server, "disconnect");
    assert_int_equal(strace_stop(server), 0);
    /* The lines, and "exit"; the dynamic linker reads a file or some. */
    assert_in_range(strace_calls("read"), LINES + 1, LINES + 10);
    assert_int_equal(strace_calls("write"), LINES + 1 + 3); /* a greeting, and three lines of log */
    /* The client; and the one that the signal ended, which is made again, and refused. */
    assert_in_range(strace_calls("accept4"), 2, 3);
    assert_int_equal(strace_calls("clone") + strace_calls("clone3"), 0);
    static const char *const none[] = {"poll",        "ppoll",       "select", "pselect6",
                                       "epoll_wait",  "epoll_pwait", "futex",  "recvfrom",
                                       "getpeername", "epoll_ctl"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(strace_calls(none[i]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_hundred_lines, process_teardown),
    };
    return cmocka_run_group_tests_name("system calls", tests, NULL, NULL);
}
