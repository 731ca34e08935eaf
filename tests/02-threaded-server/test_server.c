/* The servers of chapter 02 over TCP: a thread, a place in a pool, or a process for each client. */
#include <errno.h>
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

#define CROWD 10

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

/* The ways to serve: the server's further arguments. */
static const char *const *const ways[] = {
    (const char *const[]){NULL},
    (const char *const[]){"--pool", "12", NULL},
    (const char *const[]){"--processes", NULL},
};
#define WAY_COUNT (sizeof ways / sizeof *ways)

static struct process *start(const char *const *arguments, uint16_t *port)
{
    const char *argv[8] = {program_path("02-threaded-server/server"), "--port", "0"};
    for (int i = 0; arguments[i]; i++)
        argv[3 + i] = arguments[i];
    struct process *server = process_start_argv(argv, NULL);
    *port = process_serving_port(server);
    return server;
}

/* It ends well, and nobody stays behind. */
static void expect_end(struct process *server)
{
    assert_int_equal(process_wait(server), 0);
    assert_true(process_group_is_empty(server));
    process_free(server);
}

static void stop(struct process *server)
{
    process_signal(server, SIGTERM);
    expect_end(server);
}

/* ---- All three ways ------------------------------------------------------------------------ */

static void nobody_waits_for_a_silent_client(void **state)
{
    (void)state;
    for (size_t way = 0; way < WAY_COUNT; way++) {
        uint16_t port;
        struct process *server = start(ways[way], &port);
        struct client silent[CROWD];
        for (int i = 0; i < CROWD; i++)
            join(&silent[i], port);
        expect_service(port);
        for (int i = CROWD - 1; i >= 0; i--) {
            ask(&silent[i], "I was here first\n", "Hello, I was here first");
            client_close(&silent[i]);
        }
        stop(server);
    }
}

static void nobody_waits_for_one_that_does_not_read(void **state)
{
    (void)state;
    for (size_t way = 0; way < WAY_COUNT; way++) {
        uint16_t port;
        struct process *server = start(ways[way], &port);
        struct client stuffed;
        client_connect_small(&stuffed, port);
        assert_int_equal(send_until_full(&stuffed), 0);
        expect_service(port);
        client_reset(&stuffed);
        expect_service(port);
        stop(server);
    }
}

static void resets_and_half_closes_are_survived(void **state)
{
    (void)state;
    for (size_t way = 0; way < WAY_COUNT; way++) {
        uint16_t port;
        struct process *server = start(ways[way], &port);
        struct usage before = process_usage(server);
        for (int i = 0; i < 2 * CROWD; i++) {
            struct client client;
            client_connect(&client, port);
            if (i % 2 == 1)
                client_expect_line(&client, GREETING);
            client_send(&client, "a line\nanother\nand half of");
            client_reset(&client);
        }
        struct client client;
        join(&client, port);
        client_send(&client, "Ada\nno end of line");
        client_half_close(&client);
        client_expect_line(&client, "Hello, Ada");
        client_expect_line(&client, "Hello, no end of line");
        client_expect_end(&client);
        client_close(&client);

        join(&client, port);
        send_long_line(&client, (1 << 20) - 1);
        client_expect_line(&client, "Line too long.");
        client_expect_end(&client);
        client_close(&client);
        expect_server_idle_again(server, before);
        stop(server);
    }
}

static void a_signal_ends_it_with_clients_connected(void **state)
{
    (void)state;
    for (size_t way = 0; way < WAY_COUNT; way++) {
        uint16_t port;
        struct process *server = start(ways[way], &port);
        struct client silent[CROWD], stuffed;
        for (int i = 0; i < CROWD; i++)
            join(&silent[i], port);
        client_connect_small(&stuffed, port);
        assert_int_equal(send_until_full(&stuffed), 0);
        process_signal(server, way % 2 ? SIGINT : SIGTERM);
        expect_end(server);
        for (int i = 0; i < CROWD; i++) {
            client_wait_closed(&silent[i]);
            client_close(&silent[i]);
        }
        client_close(&stuffed);
    }
}

/* While a client comes, at whatever point of its coming. */
static void a_signal_ends_it_at_any_moment(void **state)
{
    (void)state;
    for (int i = 0; i < 24; i++) {
        uint16_t port;
        struct process *server = start(ways[(size_t)i % WAY_COUNT], &port);
        struct client client;
        if (i >= 12)
            client_connect(&client, port);
        process_signal(server, i % 2 ? SIGINT : SIGTERM);
        expect_end(server);
        if (i >= 12)
            client_close(&client);
    }
}

/* ---- Threads ------------------------------------------------------------------------------- */

static void each_client_has_a_thread(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(ways[0], &port);
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
    struct process *server = start((const char *const[]){"--pool", "2", NULL}, &port);
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
        struct process *server = start((const char *const[]){"--pool", "1", NULL}, &port);
        struct client clients[25];
        for (int i = 0; i < crowd; i++)
            client_connect(&clients[i], port);
        client_expect_line(&clients[0], GREETING);
        process_signal(server, SIGINT);
        expect_end(server);
        for (int i = 0; i < crowd; i++)
            client_close(&clients[i]);
    }
}

/* ---- Processes ----------------------------------------------------------------------------- */

static void each_client_has_a_process_that_is_reaped(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(ways[2], &port);
    struct usage before = process_usage(server);
    struct client clients[CROWD];
    for (int i = 0; i < CROWD; i++)
        join(&clients[i], port);
    struct usage now = process_usage(server);
    assert_int_equal(now.children, CROWD);
    assert_int_equal(now.threads, before.threads);
    assert_int_equal(now.fds, before.fds); /* each child has its own */
    for (int i = 0; i < CROWD; i++)
        client_close(&clients[i]);
    expect_server_idle_again(server, before); /* no zombies: they would be counted */
    stop(server);
}

static void children_do_not_outlive_a_killed_server(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(ways[2], &port);
    struct client client;
    join(&client, port);
    process_signal(server, SIGKILL);
    assert_int_equal(process_wait(server), 128 + SIGKILL);
    client_expect_end(&client); /* the child has ended the dialogue */
    client_close(&client);
    process_free(server);
}

/* ---- Options ------------------------------------------------------------------------------- */

static void bad_options_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[4];
        const char *named;
    } bad[] = {
        {{"--pool", "0"}, "\"0\""},
        {{"--pool", "many"}, "\"many\""},
        {{"--pool", "2", "--processes"}, "choose one"},
        {{"--treads"}, "--treads"},
        {{"extra"}, "\"extra\""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *argv[6] = {program_path("02-threaded-server/server")};
        memcpy(argv + 1, bad[i].arguments, sizeof bad[i].arguments);
        struct process *server = process_start_argv(argv, NULL);
        assert_int_equal(process_wait(server), 2);
        assert_non_null(strstr(process_stderr(server), bad[i].named));
        process_free(server);
    }
}

int main(void)
{
    net_ignore_sigpipe();
#define TEST(name) cmocka_unit_test_teardown(name, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(nobody_waits_for_a_silent_client),
        TEST(nobody_waits_for_one_that_does_not_read),
        TEST(resets_and_half_closes_are_survived),
        TEST(a_signal_ends_it_with_clients_connected),
        TEST(a_signal_ends_it_at_any_moment),
        TEST(each_client_has_a_thread),
        TEST(a_refused_thread_costs_its_client_only),
        TEST(a_pool_has_its_threads_and_no_more),
        TEST(a_signal_ends_a_pool_that_is_full),
        TEST(each_client_has_a_process_that_is_reaped),
        TEST(children_do_not_outlive_a_killed_server),
        TEST(bad_options_are_named),
    };
    return cmocka_run_group_tests_name("02-threaded-server", tests, NULL, NULL);
}
