/* The ways of chapter 02 one by one: a thread, a place in a pool, or a process for each client. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "echo_steps.h"
#include "leaks.h"
#include "net.h"
#include "process.h"
#include "unit.h"
#include "ways.h"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define HAS_SANITIZER 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

/* ---- Threads ------------------------------------------------------------------------------- */

static void each_client_has_a_thread(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start_way(BY_THREADS, &port);
    struct usage before = process_usage(server);
    struct client clients[CROWD];
    for (int i = 0; i < CROWD; i++) {
        join(&clients[i], port);
        assert_int_equal(process_count_threads(server), before.threads + i + 1);
    }
    for (int i = 0; i < CROWD; i++)
        client_close(&clients[i]);
    expect_server_idle_again(server, before);
    stop(server);
}

/* Gets the greeting? Else it has been turned away: closed without a word. */
static bool is_served(struct client *client, uint16_t port)
{
    char line[128];
    client_connect(client, port);
    return client_read_line(client, line, sizeof line) > 0;
}

/* With little address space, there are stacks for a few threads only. */
static void a_refused_thread_costs_its_client_only(void **state)
{
    (void)state;
    if (HAS_SANITIZER)
        skip(); /* they need all of the address space */
    const char *const argv[] = {"/bin/sh", "-c",
                                "ulimit -s 8192; ulimit -v 90000; exec \"$0\" --port 0",
                                program_path("02-threaded-server/server"), NULL};
    struct process *server = process_start_argv(argv, NULL);
    uint16_t port = process_serving_port(server);
    struct usage before = process_usage(server);
    struct client clients[64];
    int served = 0;
    while (served < 63 && is_served(&clients[served], port))
        served++;
    assert_in_range(served, 1, 62);
    process_wait_stderr(server, "EAGAIN");
    process_wait_stderr(server, "turned away");
    client_close(&clients[served]);
    ask(&clients[0], "Ada\n", "Hello, Ada");
    for (int i = 0; i < served; i++)
        client_close(&clients[i]);
    expect_server_idle_again(server, before);
    expect_service(port);
    stop(server);
}

/* ---- The pool ------------------------------------------------------------------------------ */

static void a_pool_has_its_threads_and_no_more(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start_with((const char *const[]){"--pool", "2", NULL}, &port);
    struct usage before = process_usage(server);
    struct client first, second, third;
    join(&first, port);
    join(&second, port);
    char came[EVENT_MAX];
    client_connect(&third, port);
    event_of(&third, "connect", came);
    process_wait_stdout(server, came); /* accepted, and in the queue */
    for (int i = 0; i < 100; i++) {
        ask(&first, "I am\n", "Hello, I am");
        ask(&second, "I am, too\n", "Hello, I am, too");
        assert_false(client_is_readable_now(&third));
    }
    assert_int_equal(process_count_threads(server), before.threads);
    client_close(&first);
    client_expect_line(&third, GREETING);
    client_close(&second);
    client_close(&third);
    expect_server_idle_again(server, before);
    stop(server);
}

/* Main waits for room in the queue when the signal comes. */
static void a_signal_ends_a_pool_that_is_full(void **state)
{
    (void)state;
    for (int crowd = 1; crowd <= 25; crowd += 8) {
        uint16_t port;
        struct process *server = start_with((const char *const[]){"--pool", "1", NULL}, &port);
        struct client clients[25];
        for (int i = 0; i < crowd; i++)
            client_connect(&clients[i], port);
        client_expect_line(&clients[0], GREETING);
        process_signal(server, SIGINT);
        expect_good_end(server);
        for (int i = 0; i < crowd; i++)
            client_close(&clients[i]);
    }
}

/* ---- Processes ----------------------------------------------------------------------------- */

static void each_client_has_a_process_that_is_reaped(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start_way(BY_PROCESSES, &port);
    struct usage before = process_usage(server);
    struct client clients[CROWD];
    for (int i = 0; i < CROWD; i++)
        join(&clients[i], port);
    struct usage now = process_usage(server);
    assert_int_equal(now.children, CROWD);
    assert_int_equal(now.threads, before.threads);
    while (process_count_fds(server) > before.fds) /* each child has its own: it closes the last, */
        poll(NULL, 0, 1);                          /* perhaps after that one was greeted */
    for (int i = 0; i < CROWD; i++)
        client_close(&clients[i]);
    expect_server_idle_again(server, before); /* no zombies: they would be counted */
    stop(server);
}

/* A child of the server's, which must have exactly one; skips the test where /proc does not say. */
static pid_t only_child(const struct process *server)
{
    char path[64];
    int child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", process_pid(server),
             process_pid(server));
    FILE *file = fopen(path, "re");
    if (!file)
        skip();
    assert_int_equal(fscanf(file, "%d", &child), 1);
    fclose(file);
    return child;
}

static void a_signal_to_a_child_is_the_childs(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start_way(BY_PROCESSES, &port);
    struct usage before = process_usage(server);
    static const int signals[] = {SIGTERM, SIGINT, SIGKILL};
    for (int i = 0; i < 3; i++) {
        struct client client;
        join(&client, port);
        kill(only_child(server), signals[i]);
        client_expect_end(&client);
        client_close(&client);
        expect_server_idle_again(server, before);
        expect_service(port);
        expect_server_idle_again(server, before);
    }
    stop(server);
}

static void children_do_not_outlive_a_killed_server(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start_way(BY_PROCESSES, &port);
    struct client client;
    join(&client, port);
    process_signal(server, SIGKILL);
    assert_int_equal(process_wait(server), 128 + SIGKILL);
    client_expect_end(&client); /* the child has ended the dialogue */
    client_close(&client);
    process_free(server);
}

#define TEST(name) cmocka_unit_test_teardown(name, process_teardown)

int main(void)
{
    net_ignore_sigpipe();
    const struct CMUnitTest tests[] = {
        TEST(each_client_has_a_thread),
        TEST(a_refused_thread_costs_its_client_only),
        TEST(a_pool_has_its_threads_and_no_more),
        TEST(a_signal_ends_a_pool_that_is_full),
        TEST(each_client_has_a_process_that_is_reaped),
        TEST(a_signal_to_a_child_is_the_childs),
        TEST(children_do_not_outlive_a_killed_server),
    };
    alarm(300);
    return cmocka_run_group_tests_name("02-threaded-server, way by way", tests, NULL, NULL);
}
