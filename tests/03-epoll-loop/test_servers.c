/* The server as a program: its limits of time, descriptors and memory, and its end. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "fd_limit.h"
#include "unit.h"
#include "visits.h"

#define SERVER "03-epoll-loop/server"

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
    uint16_t port;
    int places;
    struct process *server = serve_with_few_descriptors(SERVER, &port, &places);
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

/* The log of so many ends does not go into its pipe: while nobody reads that, the server is at its
 * end and cannot have finished. Then comes the second Ctrl-C. */
static void a_second_ctrl_c_changes_nothing(void **state)
{
    (void)state;
    enum { CLIENTS = 3000 };
    static int fds[CLIENTS];
    uint16_t port;
    if (!may_have(CLIENTS))
        skip();
    struct process *server = serve(SERVER, &port);
    greet_many(server, port, fds, CLIENTS);
    process_signal(server, SIGINT);
    struct client newest;
    client_adopt(&newest, fds[CLIENTS - 1]);
    client_expect_end(&newest);
    process_signal(server, SIGINT);
    process_signal(server, SIGTERM);
    assert_int_equal(process_wait(server), 0);
    close_many(fds, CLIENTS);
    process_free(server);
}

static void idle_tells_what_one_costs(void **state)
{
    (void)state;
    uint16_t port;
    char port_text[8], pid_text[16];
    struct process *server = serve(SERVER, &port);
    snprintf(port_text, sizeof port_text, "%u", port);
    snprintf(pid_text, sizeof pid_text, "%d", process_pid(server));
    struct process *idle = process_start(program_path("02-threaded-server/idle"), "--port",
                                         port_text, "--pid", pid_text, "100", NULL);
    assert_int_equal(process_wait(idle), 0);
    const char *row = strstr(process_stdout(idle), "for each client");
    double threads, kb;
    assert_non_null(row);
    assert_int_equal(sscanf(row, "for each client %lf %lf", &threads, &kb), 2);
    assert_true(threads == 0);
    assert_true(kb <= BYTES_EACH / 1024.0);
    process_free(idle);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_idle_are_shown_out),    TEST(without_descriptors_the_others_are_served),
        TEST(ten_thousand_are_idle),     TEST(a_second_ctrl_c_changes_nothing),
        TEST(idle_tells_what_one_costs),
    };
    return cmocka_run_group_tests_name("the server", tests, NULL, NULL);
}
