/* The echo server by callbacks, as a program. tests/end-to-end sets every rude client on it and on
 * the other chapters' servers; here is what this one does in a way of its own. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "client.h"
#include "leaks.h"
#include "net.h"
#include "process.h"
#include "unit.h"

static struct process *start(uint16_t *port)
{
    struct process *server =
        process_start(program_path("04-callbacks/server"), "--port", "0", NULL);
    *port = process_serving_port(server);
    return server;
}

static void stop(struct process *server)
{
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

static void join(struct client *client, uint16_t port)
{
    client_connect(client, port);
    client_expect_line(client, "Welcome. Type a line, or exit.");
}

static void the_dialogue(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct usage before = process_usage(server);
    struct client silent, client;
    join(&silent, port);
    join(&client, port);
    client_send(&client, "Ada\nwith a return\r\n\nin two ");
    client_expect_line(&client, "Hello, Ada");
    client_expect_line(&client, "Hello, with a return");
    client_expect_line(&client, "Hello, ");
    client_send(&client, "pieces\nexit\n");
    client_expect_line(&client, "Hello, in two pieces");
    client_expect_end(&client);
    client_close(&client);
    client_close(&silent);
    expect_server_idle_again(server, before);
    stop(server);
}

#define LINE "a line that is answered"

/* Sends lines without reading until nobody takes any more. How many whole lines. */
static long send_until_full(struct client *client)
{
    static const char line[] = LINE "\n";
    long bytes = 0;
    size_t place = 0;
    ssize_t count;
    while ((count = client_send_some(client, line + place, sizeof line - 1 - place)) > 0) {
        place = (place + (size_t)count) % (sizeof line - 1);
        bytes += count;
    }
    assert_int_equal(count, -EAGAIN);
    return bytes / (long)(sizeof line - 1);
}

/* Its reading is stopped, and goes on when the client reads at last: nothing is lost. */
static void a_client_that_reads_late(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client stuffed, other;
    client_connect_small(&stuffed, port);
    long lines = send_until_full(&stuffed);
    join(&other, port);
    client_send(&other, "Bob\n");
    client_expect_line(&other, "Hello, Bob");

    client_expect_line(&stuffed, "Welcome. Type a line, or exit.");
    for (long i = 0; i < lines; i++)
        client_expect_line(&stuffed, "Hello, " LINE);
    client_close(&stuffed);
    client_close(&other);
    stop(server);
}

static void send_long_line(struct client *client, size_t length)
{
    static char bytes[8192];
    assert_true(length < sizeof bytes);
    memset(bytes, 'x', length);
    bytes[length] = '\n';
    assert_int_equal(client_send_bytes(client, bytes, length + 1), 0);
}

/* It has got its answer and the end, and does not go. The server does not wait for ever. */
static void a_refused_client_that_stays(void **state)
{
    (void)state;
    uint16_t port;
    char line[8192];
    struct process *server = start(&port);
    struct usage before = process_usage(server);
    struct client client;
    join(&client, port);
    send_long_line(&client, 4096);
    assert_int_equal(client_read_line(&client, line, sizeof line), strlen("Hello, ") + 4096);
    send_long_line(&client, 4097);
    client_expect_line(&client, "Line too long.");
    client_expect_end(&client);
    expect_server_idle_again(server, before);
    client_close(&client);
    stop(server);
}

/* A server that closes at once, with bytes unread, would reset the connection. */
static void a_client_that_goes_on_after_exit(void **state)
{
    (void)state;
    static char bytes[512 * 1024] = "Ada\nexit\nnever answered\nexit\n";
    char byte;
    uint16_t port;
    struct process *server = start(&port);
    struct usage before = process_usage(server);
    struct client client;
    join(&client, port);
    assert_int_equal(client_send_bytes(&client, bytes, sizeof bytes), 0);
    client_expect_line(&client, "Hello, Ada");
    assert_int_equal(client_read_exactly(&client, &byte, 1), -ENODATA); /* and not -ECONNRESET */
    client_close(&client);
    expect_server_idle_again(server, before);
    stop(server);
}

/* At every moment between its first line and the service of a client. */
static void a_signal_ends_it(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        uint16_t port;
        struct process *server = start(&port);
        struct client client, stuffed;
        client_connect(&client, port);
        client_connect_small(&stuffed, port);
        if (i % 3 > 0)
            client_expect_line(&client, "Welcome. Type a line, or exit.");
        if (i % 3 > 1)
            send_until_full(&stuffed);
        process_signal(server, i % 2 ? SIGINT : SIGTERM);
        assert_int_equal(process_wait(server), 0);
        client_wait_closed(&client);
        client_wait_closed(&stuffed);
        client_close(&client);
        client_close(&stuffed);
        process_free(server);
    }
}

static void bad_options_are_named(void **state)
{
    (void)state;
    struct process *server =
        process_start(program_path("04-callbacks/server"), "--port", "http", NULL);
    assert_int_equal(process_wait(server), 2);
    assert_non_null(strstr(process_stderr(server), "\"http\""));
    process_free(server);
    server = process_start(program_path("04-callbacks/server"), "--host", "192.0.2.1", NULL);
    assert_int_equal(process_wait(server), 1);
    assert_non_null(strstr(process_stderr(server), "192.0.2.1"));
    process_free(server);
}

int main(void)
{
    net_ignore_sigpipe();
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_dialogue),
        TEST(a_client_that_reads_late),
        TEST(a_refused_client_that_stays),
        TEST(a_client_that_goes_on_after_exit),
        TEST(a_signal_ends_it),
        TEST(bad_options_are_named),
    };
    return cmocka_run_group_tests_name("04-callbacks server", tests, NULL, NULL);
}
