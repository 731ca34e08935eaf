/* The servers as programs: the echo on select, poll and edges; and the server's limits of time,
 * descriptors and memory. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "client.h"
#include "fd_limit.h"
#include "leaks.h"
#include "process.h"
#include "unit.h"

#define SERVER "03-epoll-loop/server"

static const char *const tiny_servers[] = {
    "03-epoll-loop/echo_select",
    "03-epoll-loop/echo_poll",
    "03-epoll-loop/echo_edge",
};
#define TINY_SERVERS 3

static struct process *serve(const char *program, uint16_t *port)
{
    struct process *server = process_start(program_path(program), "--port", "0", NULL);
    *port = process_serving_port(server);
    return server;
}

static void greet(struct client *client, uint16_t port)
{
    client_connect(client, port);
    client_expect_line(client, "Welcome. Type a line, or exit.");
}

static void polite_visit(uint16_t port)
{
    struct client client;
    greet(&client, port);
    client_send(&client, "Ada\r\nexit\n");
    client_expect_line(&client, "Hello, Ada");
    client_expect_end(&client);
    client_close(&client);
}

/* ---- On select, poll and edges --------------------------------------------------------------- */

static void each_serves_many_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < TINY_SERVERS; i++) {
        uint16_t port;
        struct process *server = serve(tiny_servers[i], &port);
        struct usage before = process_usage(server);
        struct client silent, half;
        greet(&silent, port);
        greet(&half, port);
        client_send(&half, "Bo");
        polite_visit(port);
        client_send(&half, "b\n");
        client_expect_line(&half, "Hello, Bob");
        client_reset(&half);
        polite_visit(port);
        client_close(&silent);
        expect_server_idle_again(server, before);
        assert_int_equal(process_stop(server), 0);
        process_free(server);
    }
}

/* More than one read brings: on edges, all of it has to be read for the one event. */
static void each_reads_all_that_has_come(void **state)
{
    (void)state;
    for (int i = 0; i < TINY_SERVERS; i++) {
        uint16_t port;
        char lines[2001] = "", line[32];
        struct process *server = serve(tiny_servers[i], &port);
        struct client client;
        greet(&client, port);
        for (int k = 0; k < 100; k++)
            snprintf(lines + strlen(lines), sizeof lines - strlen(lines), "line number %d\n", k);
        client_send(&client, lines);
        for (int k = 0; k < 100; k++) {
            snprintf(line, sizeof line, "Hello, line number %d", k);
            client_expect_line(&client, line);
        }
        client_close(&client);
        assert_int_equal(process_stop(server), 0);
        process_free(server);
    }
}

static void each_closes_who_says_too_much(void **state)
{
    (void)state;
    for (int i = 0; i < TINY_SERVERS; i++) {
        uint16_t port;
        char line[1001];
        struct process *server = serve(tiny_servers[i], &port);
        struct client client;
        greet(&client, port);
        memset(line, 'x', sizeof line - 1);
        line[sizeof line - 1] = '\0';
        client_send_bytes(&client, line, strlen(line));
        client_wait_closed(&client);
        client_close(&client);
        polite_visit(port);
        process_wait_stderr(server, "EMSGSIZE");
        assert_int_equal(process_stop(server), 0);
        process_free(server);
    }
}

/* Connects `count` clients and keeps only their descriptors. */
static void greet_many(struct process *server, uint16_t port, int *fds, int count)
{
    for (int i = 0; i < count; i++) {
        struct client client;
        greet(&client, port);
        fds[i] = client.fd;
        if (i % 100 == 99)
            process_stdout(server); /* or its pipe would be full */
    }
}

static void close_many(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

static bool may_have(int fds)
{
    int limit = raise_fd_limit();
    if (limit >= fds + 200)
        return true;
    print_message("left out: the hard limit of descriptors is %d (ulimit -Hn)\n", limit);
    return false;
}

static void select_refuses_what_it_cannot_watch(void **state)
{
    (void)state;
    static int fds[FD_SETSIZE];
    uint16_t port;
    if (!may_have(FD_SETSIZE))
        skip();
    struct process *server = serve(tiny_servers[0], &port);
    int count = FD_SETSIZE - process_count_fds(server);
    greet_many(server, port, fds, count);
    struct client one_more, first;
    greet(&one_more, port);
    client_expect_end(&one_more);
    process_wait_stderr(server, "descriptor 1024: select can only watch those below 1024; refused");
    client_adopt(&first, fds[0]);
    client_send(&first, "still here\n");
    client_expect_line(&first, "Hello, still here");
    client_close(&one_more);
    close_many(fds, count);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

static void poll_and_edges_know_no_such_limit(void **state)
{
    (void)state;
    static int fds[FD_SETSIZE];
    if (!may_have(FD_SETSIZE))
        skip();
    for (int i = 1; i < TINY_SERVERS; i++) {
        uint16_t port;
        struct process *server = serve(tiny_servers[i], &port);
        greet_many(server, port, fds, FD_SETSIZE);
        polite_visit(port);
        close_many(fds, FD_SETSIZE);
        assert_int_equal(process_stop(server), 0);
        process_free(server);
    }
}

/* ---- The server ------------------------------------------------------------------------------ */

static void the_idle_are_shown_out(void **state)
{
    (void)state;
    struct process *server =
        process_start(program_path(SERVER), "--port", "0", "--idle", "1", NULL);
    uint16_t port = process_serving_port(server);
    struct client idle;
    greet(&idle, port);
    client_expect_end(&idle);
    process_wait_stdout(server, "disconnect");
    client_close(&idle);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

/* Twelve more than it has descriptors for. Who is in is served; who waits is let in later. */
static void without_descriptors_the_others_are_served(void **state)
{
    (void)state;
    enum { CLIENTS = 32 };
    struct client clients[CLIENTS];
    struct process *server = process_start("/bin/sh", "-c", "ulimit -n 30; exec $0 --port 0",
                                           program_path(SERVER), NULL);
    uint16_t port = process_serving_port(server);
    int places = 30 - process_count_fds(server);
    assert_in_range(places, 5, CLIENTS - 5);
    for (int i = 0; i < CLIENTS; i++)
        client_connect(&clients[i], port);
    process_wait_stderr(server, "new clients have to wait");
    client_expect_line(&clients[0], "Welcome. Type a line, or exit.");
    client_send(&clients[0], "Ada\n");
    client_expect_line(&clients[0], "Hello, Ada");
    assert_false(client_is_readable_now(&clients[CLIENTS - 1]));
    for (int i = 0; i < places; i++)
        client_close(&clients[i]);
    for (int i = places; i < CLIENTS; i++) {
        client_expect_line(&clients[i], "Welcome. Type a line, or exit.");
        client_close(&clients[i]);
    }
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
#define IDLE_CLIENTS 1000
#define BYTES_EACH   1000000 /* the sanitizers' memory is not the server's */
#else
#define IDLE_CLIENTS 10000
#define BYTES_EACH   1536
#endif

static void ten_thousand_are_idle(void **state)
{
    (void)state;
    static int fds[IDLE_CLIENTS];
    int limit = raise_fd_limit();
    int count = limit < IDLE_CLIENTS + 200 ? limit - 200 : IDLE_CLIENTS;
    uint16_t port;
    assert_true(count > 0);
    struct process *server = serve(SERVER, &port);
    polite_visit(port);
    long before_kib = process_rss_kib(server);
    greet_many(server, port, fds, count);
    long each = (process_rss_kib(server) - before_kib) * 1024 / count;
    print_message("%d idle clients, %ld bytes of the server's memory each\n", count, each);
    assert_true(each <= BYTES_EACH);
    polite_visit(port);
    process_signal(server, SIGTERM);
    assert_int_equal(process_wait(server), 0);
    close_many(fds, count);
    process_free(server);
}

static void idle_tells_what_one_costs(void **state)
{
    (void)state;
    uint16_t port;
    char port_text[8], pid_text[16], of[32];
    struct process *server = serve(SERVER, &port);
    snprintf(port_text, sizeof port_text, "%u", port);
    snprintf(pid_text, sizeof pid_text, "%d", process_pid(server));
    struct process *idle = process_start(program_path("03-epoll-loop/idle"), "--port", port_text,
                                         "--pid", pid_text, "100", NULL);
    assert_int_equal(process_wait(idle), 0);
    double each;
    assert_int_equal(sscanf(process_stdout(idle), "100 idle clients, %lf KB of %20s", &each, of),
                     2);
    assert_true(each <= BYTES_EACH / 1024.0);
    process_free(idle);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_serves_many_at_once),
        TEST(each_reads_all_that_has_come),
        TEST(each_closes_who_says_too_much),
        TEST(select_refuses_what_it_cannot_watch),
        TEST(poll_and_edges_know_no_such_limit),
        TEST(the_idle_are_shown_out),
        TEST(without_descriptors_the_others_are_served),
        TEST(ten_thousand_are_idle),
        TEST(idle_tells_what_one_costs),
    };
    return cmocka_run_group_tests_name("the servers", tests, NULL, NULL);
}
