/* What the three ways to serve ask of the kernel, counted by strace: the numbers that the lesson
 * tells. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "process.h"
#include "strace.h"
#include "unit.h"

#define CLIENTS      100
#define POOL_THREADS 4

static void visit(uint16_t port)
{
    struct client client;
    client_connect(&client, port);
    client_expect_line(&client, "Welcome. Type a line, or exit.");
    client_send(&client, "Ada\n");
    client_expect_line(&client, "Hello, Ada");
    client_send(&client, "exit\n");
    client_expect_end(&client);
    client_close(&client);
}

static long count_lines(struct process *server, const char *word)
{
    long count = 0;
    for (const char *at = process_stdout(server); (at = strstr(at, word)); at++)
        count++;
    return count;
}

/* A hundred clients, one after another; then its end. */
static void serve(const char *option, const char *value)
{
    struct process *server = strace_start((const char *[]){
        program_path("02-threaded-server/server"), "--port", "0", option, value, NULL});
    uint16_t port = process_serving_port(server);
    for (int i = 0; i < CLIENTS; i++)
        visit(port);
    while (count_lines(server, "disconnect") < CLIENTS)
        poll(NULL, 0, 1);
    assert_int_equal(strace_stop(server), 0);

    /* A line and "exit"; the greeting, the answer and two lines of log; and nobody asks first. */
    assert_in_range(strace_calls("read"), 2 * CLIENTS, 2 * CLIENTS + 10);
    assert_int_equal(strace_calls("write"), 4 * CLIENTS + 1);
    assert_int_equal(strace_calls("poll") + strace_calls("epoll_wait"), 0);
}

static long tasks_made(void)
{
    return strace_calls("clone") + strace_calls("clone3");
}

static void a_thread_for_each(void **state)
{
    (void)state;
    if (!strace_may())
        skip();
    serve(NULL, NULL);
    assert_int_equal(tasks_made(), CLIENTS + 1); /* and the one that waits for the signal */
    assert_int_equal(strace_calls("accept4"), CLIENTS + 1);
    assert_in_range(strace_calls("rt_sigprocmask"), 3 * CLIENTS, 5 * CLIENTS);
}

static void a_pool(void **state)
{
    (void)state;
    if (!strace_may())
        skip();
    serve("--pool", "4");
    assert_int_equal(tasks_made(), POOL_THREADS + 1);
    assert_int_equal(strace_calls("accept4"), CLIENTS + 1);
    assert_in_range(strace_calls("futex"), CLIENTS, 10 * CLIENTS); /* a job given, a thread woken */
    assert_in_range(strace_calls("rt_sigprocmask"), 1, CLIENTS);
}

/* A child that ends interrupts the accept of its parent, which is made again. */
static void a_process_for_each(void **state)
{
    (void)state;
    if (!strace_may())
        skip();
    serve("--processes", NULL);
    assert_int_equal(tasks_made(), CLIENTS);
    assert_in_range(strace_calls("accept4"), CLIENTS + 1, 2 * CLIENTS + 2);
    assert_in_range(strace_calls("wait4"), CLIENTS, 3 * CLIENTS);
    assert_int_equal(strace_calls("futex"), 0);
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thread_for_each),
        TEST(a_pool),
        TEST(a_process_for_each),
    };
    alarm(120);
    return cmocka_run_group_tests_name("system calls", tests, NULL, NULL);
}
