/* The small echo on select, poll and edges, as programs. */
#include <stdio.h>
#include <string.h>
#include <sys/select.h>

#include "clock.h"
#include "leaks.h"
#include "unit.h"
#include "visits.h"

static const char *const tiny_servers[] = {
    "03-epoll-loop/echo_select",
    "03-epoll-loop/echo_poll",
    "03-epoll-loop/echo_edge",
};
#define TINY_SERVERS 3

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

/* Sleeping, by the kernel's word: one that spins is always running. */
static void wait_until_it_sleeps(const struct process *server)
{
    int64_t deadline = clock_now() + 60 * NS_PER_S;
    char path[64], is = '?';
    snprintf(path, sizeof path, "/proc/%d/stat", process_pid(server));
    while (is != 'S' && clock_now() < deadline) {
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &is), 1);
        fclose(file);
    }
    assert_int_equal(is, 'S');
}

/* Nobody new connects when one leaves: on edges, no event says that somebody waits. */
static void each_lets_in_who_had_no_descriptor(void **state)
{
    (void)state;
    enum { CLIENTS = 32 };
    for (int i = 0; i < TINY_SERVERS; i++) {
        struct client clients[CLIENTS];
        uint16_t port;
        int places;
        struct process *server = serve_with_few_descriptors(tiny_servers[i], &port, &places);
        assert_in_range(places, 5, CLIENTS - 5);
        for (int k = 0; k < CLIENTS; k++)
            client_connect(&clients[k], port);
        for (int k = 0; k < CLIENTS; k++) {
            wait_until_it_sleeps(server);
            client_expect_line(&clients[k], "Welcome. Type a line, or exit.");
            client_close(&clients[k]);
        }
        assert_int_equal(process_stop(server), 0);
        process_free(server);
    }
}

static void each_names_who_was_reset(void **state)
{
    (void)state;
    for (int i = 0; i < TINY_SERVERS; i++) {
        uint16_t port;
        char name[64], line[80];
        struct process *server = serve(tiny_servers[i], &port);
        struct client client;
        greet(&client, port);
        client_name(&client, name, sizeof name);
        client_reset(&client);
        snprintf(line, sizeof line, "disconnect %s\n", name);
        process_wait_stdout(server, line);
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

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_serves_many_at_once),           TEST(each_reads_all_that_has_come),
        TEST(each_lets_in_who_had_no_descriptor), TEST(each_names_who_was_reset),
        TEST(each_closes_who_says_too_much),      TEST(select_refuses_what_it_cannot_watch),
        TEST(poll_and_edges_know_no_such_limit),
    };
    return cmocka_run_group_tests_name("the small echo servers", tests, NULL, NULL);
}
