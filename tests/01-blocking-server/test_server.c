/* The server of chapter 01 over TCP: what it survives, and what freezes it.
 *
 * That it is frozen is shown by the order of events, not by a clock: a client that has got no
 * greeting is served the moment the other one has left, and the server's own log tells the same.
 */
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

static struct process *start(uint16_t *port)
{
    struct process *server =
        process_start(program_path("01-blocking-server/server"), "--port", "0", NULL);
    *port = process_serving_port(server);
    return server;
}

static void stop(struct process *server)
{
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

/* ---- The dialogue -------------------------------------------------------------------------- */

static void the_dialogue(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct usage before = process_usage(server);
    struct client client;
    join(&client, port);
    ask(&client, "Ada\n", "Hello, Ada");
    ask(&client, "with a return\r\n", "Hello, with a return");
    ask(&client, "\n", "Hello, ");
    client_send(&client, "one\ntwo\nexit\nthree\n");
    client_expect_line(&client, "Hello, one");
    client_expect_line(&client, "Hello, two");
    client_wait_closed(&client); /* "three" is not answered, and may make the end a reset */
    client_close(&client);
    expect_server_idle_again(server, before);
    stop(server);
}

static void the_events_are_logged(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client client;
    join(&client, port);
    char came[EVENT_MAX], left[EVENT_MAX];
    event_of(&client, "connect", came);
    event_of(&client, "disconnect", left);
    client_close(&client);
    expect_order(server, came, left);
    stop(server);
}

static void a_half_closed_client_is_answered(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client client;
    join(&client, port);
    client_send(&client, "Ada\nno end of line");
    client_half_close(&client);
    client_expect_line(&client, "Hello, Ada");
    client_expect_line(&client, "Hello, no end of line");
    client_expect_end(&client);
    client_close(&client);
    stop(server);
}

static void a_line_has_a_limit(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    char line[8192];
    struct client client;
    join(&client, port);
    assert_int_equal(send_long_line(&client, 4096), 0);
    assert_int_equal(client_read_line(&client, line, sizeof line), 4096 + strlen("Hello, "));
    assert_int_equal(send_long_line(&client, 4097), 0);
    client_expect_line(&client, "Line too long.");
    client_expect_end(&client);
    client_close(&client);

    join(&client, port);
    assert_int_equal(send_long_line(&client, (1 << 20) - 1), 0); /* all of it is taken, */
    client_expect_line(&client, "Line too long.");
    assert_int_equal(client_read_line(&client, line, sizeof line), -ENODATA); /* and no reset */
    client_close(&client);
    expect_service(port);
    stop(server);
}

/* ---- What freezes it ----------------------------------------------------------------------- */

static void a_silent_client_freezes_it(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client silent, second;
    join(&silent, port);
    client_connect(&second, port); /* by the kernel: it has a queue */
    client_send(&second, "Bob\n");
    for (int i = 0; i < 100; i++) { /* the server serves, but only the one that it has */
        ask(&silent, "I am\n", "Hello, I am");
        assert_false(client_is_readable_now(&second));
    }
    char left[EVENT_MAX], came[EVENT_MAX];
    event_of(&silent, "disconnect", left);
    event_of(&second, "connect", came);
    client_close(&silent);
    client_expect_line(&second, GREETING);
    client_expect_line(&second, "Hello, Bob");
    expect_order(server, left, came);
    client_close(&second);
    stop(server);
}

static void a_client_that_does_not_read_freezes_it(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client stuffed, second;
    client_connect_small(&stuffed, port);
    assert_int_equal(send_until_full(&stuffed), 0);
    client_connect(&second, port);
    char left[EVENT_MAX], came[EVENT_MAX];
    event_of(&stuffed, "disconnect", left);
    event_of(&second, "connect", came);
    assert_false(client_is_readable_now(&second));
    client_reset(&stuffed);
    client_expect_line(&second, GREETING);
    expect_order(server, left, came);
    client_close(&second);
    stop(server);
}

/* ---- What it survives ---------------------------------------------------------------------- */

static void it_survives_resets(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct usage before = process_usage(server);
    for (int i = 0; i < 20; i++) {
        struct client client;
        client_connect(&client, port);
        if (i % 2 == 1)
            client_expect_line(&client, GREETING);
        client_send(&client, "a line\nanother\nand half of");
        client_reset(&client);
    }
    expect_service(port);
    expect_server_idle_again(server, before);
    stop(server);
}

/* ---- The end ------------------------------------------------------------------------------- */

static void a_signal_ends_it(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        uint16_t port;
        struct process *server = start(&port);
        process_signal(server, i % 2 ? SIGINT : SIGTERM); /* in accept, or just before */
        assert_int_equal(process_wait(server), 0);
        assert_string_equal(process_stderr(server), "");
        process_free(server);
    }
}

/* The signal comes while the server is anywhere between accept and read. */
static void a_signal_ends_it_while_it_serves(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        uint16_t port;
        struct process *server = start(&port);
        struct client client;
        client_connect(&client, port);
        if (i % 2 == 1)
            client_expect_line(&client, GREETING);
        process_signal(server, SIGINT);
        assert_int_equal(process_wait(server), 0);
        client_wait_closed(&client);
        client_close(&client);
        process_free(server);
    }
}

static void a_signal_ends_it_in_a_blocked_write(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client client;
    client_connect_small(&client, port);
    assert_int_equal(send_until_full(&client), 0);
    stop(server);
    client_close(&client);
}

static void bad_options_are_named(void **state)
{
    (void)state;
    struct process *server =
        process_start(program_path("01-blocking-server/server"), "--port", "70000", NULL);
    assert_int_equal(process_wait(server), 2);
    assert_non_null(strstr(process_stderr(server), "70000"));
    process_free(server);

    uint16_t port;
    struct process *first = start(&port);
    char text[16];
    snprintf(text, sizeof text, "%u", port);
    server = process_start(program_path("01-blocking-server/server"), "--port", text, NULL);
    assert_int_equal(process_wait(server), 1);
    assert_non_null(strstr(process_stderr(server), text));
    assert_non_null(strstr(process_stderr(server), "EADDRINUSE"));
    process_free(server);
    stop(first);
}

int main(void)
{
    net_ignore_sigpipe();
#define TEST(name) cmocka_unit_test_teardown(name, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_dialogue),
        TEST(the_events_are_logged),
        TEST(a_half_closed_client_is_answered),
        TEST(a_line_has_a_limit),
        TEST(a_silent_client_freezes_it),
        TEST(a_client_that_does_not_read_freezes_it),
        TEST(it_survives_resets),
        TEST(a_signal_ends_it),
        TEST(a_signal_ends_it_while_it_serves),
        TEST(a_signal_ends_it_in_a_blocked_write),
        TEST(bad_options_are_named),
    };
    return cmocka_run_group_tests_name("01-blocking-server", tests, NULL, NULL);
}
