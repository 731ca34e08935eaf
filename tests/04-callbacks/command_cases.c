/* command_cases.c - the command server as a program: its words on stdout, its framing, its totals,
 * its end. */
#include "command_cases.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "leaks.h"
#include "net.h"
#include "process.h"
#include "unit.h"

#define UNKNOWN \
    "Unknown command. Available commands: add <number>, multiply <number>, reset, shutdown"

static const char *program; /* for program_path */

static struct process *start(uint16_t *port)
{
    struct process *server = process_start(program_path(program), "--port", "0", NULL);
    *port = process_serving_port(server);
    return server;
}

static void stop(struct process *server)
{
    assert_int_equal(process_stop(server), 0);
    assert_string_equal(process_stderr(server), "");
    process_free(server);
}

/* Its part of a name "127.0.0.1:40000" is printed as the server prints it. */
static void expect_connection_line(struct process *server, const struct client *client)
{
    char name[NET_NAME_MAX], line[100];
    client_name(client, name, sizeof name);
    snprintf(line, sizeof line, "Connection from ('127.0.0.1', %s)\n", strchr(name, ':') + 1);
    process_wait_stdout(server, line);
}

/* ---- The table of replies, over a socket --------------------------------------------------- */

static void every_reply(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client client;
    client_connect(&client, port);
    expect_connection_line(server, &client);
    static const char *const dialogue[][2] = {
        {"add 5\n", "Current total: 5"},
        {"add -2\n", "Current total: 3"},
        {"add 4 5 6\n", "Current total: 7"},
        {"  add   1\r\n", "Current total: 8"},
        {"add\n", "Invalid add command. Usage: add <number>"},
        {"add x\n", "Invalid add command. Usage: add <number>"},
        {"add 1.5\n", "Invalid add command. Usage: add <number>"},
        {"multiply 3\n", "Current total after multiplication: 24"},
        {"multiply -1\n", "Current total after multiplication: -24"},
        {"multiply\n", "Invalid multiply command. Usage: multiply <number>"},
        {"multiply x\n", "Invalid multiply command. Usage: multiply <number>"},
        {"add 9223372036854775807\n", "Current total: 9223372036854775783"},
        {"add 25\n", "Overflow. The total is still 9223372036854775783"},
        {"reset please\n", "Total has been reset to 0."},
        {"multiply 0\n", "Current total after multiplication: 0"},
        {"ADD 1\n", UNKNOWN},
        {"\n\r\n \nadd 1\n", "Current total: 1"},
    };
    for (size_t i = 0; i < sizeof dialogue / sizeof dialogue[0]; i++) {
        client_send(&client, dialogue[i][0]);
        client_expect_line(&client, dialogue[i][1]);
    }
    client_close(&client);
    process_wait_stdout(server, "Connection closed\n");
    stop(server);
}

/* ---- Framing ------------------------------------------------------------------------------- */

static void lines_count_and_not_reads(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client client;
    client_connect(&client, port);
    client_send(&client, "add 1\nadd 2\nad");
    client_expect_line(&client, "Current total: 1");
    client_expect_line(&client, "Current total: 3");
    client_send(&client, "d 4\nadd 5");
    client_expect_line(&client, "Current total: 7");
    client_half_close(&client);
    client_expect_line(&client, "Current total: 12");
    client_expect_end(&client);
    client_close(&client);
    stop(server);
}

static void bytes_that_are_no_text(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client client;
    client_connect(&client, port);
    static const char bytes[] = "add\0 5\n\xFF\xC3\x28\n\0\nadd 1\n";
    assert_int_equal(client_send_bytes(&client, bytes, sizeof bytes - 1), 0);
    for (int i = 0; i < 3; i++)
        client_expect_line(&client, UNKNOWN);
    client_expect_line(&client, "Current total: 1");
    client_close(&client);
    stop(server);
}

static void two_totals_for_two_clients(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client one, two;
    client_connect(&one, port);
    client_connect(&two, port);
    client_send(&one, "add 5\n");
    client_expect_line(&one, "Current total: 5");
    client_send(&two, "add 1\n");
    client_expect_line(&two, "Current total: 1");
    client_send(&one, "reset\n");
    client_expect_line(&one, "Total has been reset to 0.");
    client_send(&two, "add 1\n");
    client_expect_line(&two, "Current total: 2");
    client_close(&one);
    client_close(&two);
    stop(server);
}

static void the_longest_line_and_one_more(void **state)
{
    (void)state;
    uint16_t port;
    char line[514];
    struct process *server = start(&port);
    struct client client;
    client_connect(&client, port);
    memset(line, ' ', sizeof line);
    memcpy(line, "add 7", 5);
    memcpy(line + 512, "\r\n", 2);
    assert_int_equal(client_send_bytes(&client, line, 514), 0);
    client_expect_line(&client, "Current total: 7");
    memcpy(line + 512, " \n", 2);
    assert_int_equal(client_send_bytes(&client, line, 514), 0);
    client_expect_line(&client, "Line too long.");
    client_expect_end(&client);
    client_close(&client);
    stop(server);
}

/* ---- Rude clients -------------------------------------------------------------------------- */

/* It is told, and does not lose the answer to a reset, though it sends on and on. */
static void a_line_of_a_megabyte(void **state)
{
    (void)state;
    static char megabyte[1024 * 1024];
    uint16_t port;
    char line[100];
    struct process *server = start(&port);
    struct usage before = process_usage(server);
    struct client client;
    memset(megabyte, 'x', sizeof megabyte);
    client_connect(&client, port);
    assert_int_equal(client_send_bytes(&client, megabyte, sizeof megabyte), 0);
    client_expect_line(&client, "Line too long.");
    assert_int_equal(client_read_line(&client, line, sizeof line), -ENODATA); /* no reset */
    client_close(&client);
    expect_server_idle_again(server, before);
    stop(server);
}

static void send_until_full(struct client *client)
{
    static char unknown[4096];
    ssize_t count;
    for (size_t i = 0; i < sizeof unknown; i++)
        unknown[i] = i % 2 ? '\n' : '?';
    while ((count = client_send_some(client, unknown, sizeof unknown)) > 0)
        continue;
    assert_int_equal(count, -EAGAIN);
}

/* One is silent, one sends half a line, one resets, one never reads, one vanishes at once: the
 * last one is served among them. */
static void rude_clients_disturb_nobody(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct usage before = process_usage(server);
    long memory_before = process_rss_kib(server);
    assert_true(memory_before > 0);
    struct client silent, dribbler, resetter, stuffed, vanishing, polite;
    client_connect(&silent, port);
    client_connect(&dribbler, port);
    client_connect(&resetter, port);
    client_connect_small(&stuffed, port);
    client_connect(&vanishing, port);
    client_close(&vanishing);
    send_until_full(&stuffed);
    client_send(&resetter, "add 1\nadd 2\n");
    client_reset(&resetter);

    client_connect(&polite, port);
    static const char slowly[] = "add 41\n";
    for (int i = 0; slowly[i]; i++) {
        char byte[2] = {slowly[i], '\0'};
        client_send(&dribbler, byte);
        client_send(&polite, "add 1\n");
        char expected[40];
        snprintf(expected, sizeof expected, "Current total: %d", i + 1);
        client_expect_line(&polite, expected);
    }
    client_expect_line(&dribbler, "Current total: 41");
#if !defined ADDRESS_SANITIZER && !defined THREAD_SANITIZER /* their memory is not the server's */
    assert_in_range(process_rss_kib(server), 1, memory_before + 1024);
#endif
    client_close(&silent);
    client_close(&dribbler);
    client_close(&stuffed);
    client_close(&polite);
    expect_server_idle_again(server, before);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

/* ---- The end ------------------------------------------------------------------------------- */

/* Replies before it in the same piece still come; commands after it do nothing. */
static void shutdown_ends_it_for_all(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client one, other, late;
    client_connect(&other, port);
    client_send(&other, "add 1\n");
    client_expect_line(&other, "Current total: 1");
    client_connect(&one, port);
    client_send(&one, "add 5\nshutdown\nadd 6\n");
    client_expect_line(&one, "Current total: 5");
    client_expect_end(&one);
    client_expect_end(&other);
    assert_int_equal(process_wait(server), 0);
    const char *out = process_stdout(server);
    const char *word = strstr(out, "Shutting down the server...\n");
    assert_non_null(word);
    assert_string_equal(word, "Shutting down the server...\nConnection closed\n"
                              "Connection closed\n");
    assert_string_equal(process_stderr(server), "");
    assert_int_equal(client_try_connect(&late, port), -ECONNREFUSED);
    client_close(&one);
    client_close(&other);
    process_free(server);
}

/* What is kept for it would never go out: it is thrown away after a second. */
static void shutdown_does_not_wait_for_a_never_reader(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start(&port);
    struct client stuffed, one;
    client_connect_small(&stuffed, port);
    send_until_full(&stuffed);
    client_connect(&one, port);
    client_send(&one, "shutdown now\n");
    client_expect_end(&one);
    assert_int_equal(process_wait(server), 0);
    client_close(&one);
    client_close(&stuffed);
    process_free(server);
}

static void a_signal_ends_it(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        uint16_t port;
        struct process *server = start(&port);
        struct client client, stuffed;
        client_connect(&client, port);
        client_connect_small(&stuffed, port);
        if (i % 2)
            send_until_full(&stuffed);
        process_signal(server, i / 2 ? SIGINT : SIGTERM);
        assert_int_equal(process_wait(server), 0);
        client_close(&client);
        client_close(&stuffed);
        process_free(server);
    }
}

static void bad_options_are_named(void **state)
{
    (void)state;
    struct process *server = process_start(program_path(program), "--port", "http", NULL);
    assert_int_equal(process_wait(server), 2);
    assert_non_null(strstr(process_stderr(server), "\"http\""));
    process_free(server);
}

int run_command_cases(const char *name)
{
    program = name;
    net_ignore_sigpipe();
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_reply),
        TEST(lines_count_and_not_reads),
        TEST(bytes_that_are_no_text),
        TEST(two_totals_for_two_clients),
        TEST(the_longest_line_and_one_more),
        TEST(a_line_of_a_megabyte),
        TEST(rude_clients_disturb_nobody),
        TEST(shutdown_ends_it_for_all),
        TEST(shutdown_does_not_wait_for_a_never_reader),
        TEST(a_signal_ends_it),
        TEST(bad_options_are_named),
    };
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
