/* The server of chapter 02 over TCP, in each of its ways: what it survives, and how it ends. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "echo_steps.h"
#include "leaks.h"
#include "net.h"
#include "process.h"
#include "unit.h"
#include "ways.h"

static void nobody_waits_for_a_silent_client(void **state)
{
    (void)state;
    for (enum way way = 0; way < WAY_COUNT; way++) {
        uint16_t port;
        struct process *server = start_way(way, &port);
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
    for (enum way way = 0; way < WAY_COUNT; way++) {
#ifdef THREAD_SANITIZER
        if (way == BY_PROCESSES) /* it holds a signal back until a blocking call returns */
            continue;
#endif
        uint16_t port;
        struct process *server = start_way(way, &port);
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
    for (enum way way = 0; way < WAY_COUNT; way++) {
        uint16_t port;
        struct process *server = start_way(way, &port);
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
        assert_int_equal(send_long_line(&client, (1 << 20) - 1), 0);
        client_expect_line(&client, "Line too long.");
        client_expect_end(&client);
        client_close(&client);
        expect_server_idle_again(server, before);
        stop(server);
    }
}

static void wait_until_stopped(const struct process *server)
{
    char path[64], state = '?';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process_pid(server));
    while (state != 'T') {
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
        fclose(file);
    }
}

/* The kernel has connected him, and he has left, before the server comes to accept: it stands still
 * meanwhile. His name is known all the same. */
static void who_leaves_before_he_is_accepted_is_logged(void **state)
{
    (void)state;
    for (enum way way = 0; way < WAY_COUNT; way++) {
        uint16_t port;
        struct process *server = start_way(way, &port);
        struct usage before = process_usage(server);
        struct client client;
        char came[EVENT_MAX], went[EVENT_MAX];
        process_signal(server, SIGSTOP);
        wait_until_stopped(server);
        client_connect(&client, port);
        event_of(&client, "connect", came);
        event_of(&client, "disconnect", went);
        client_reset(&client);
        process_signal(server, SIGCONT);
        expect_order(server, came, went);
        process_wait_stderr(server, ": E"); /* ECONNRESET or EPIPE, behind his name */
        went[strcspn(went, "\n")] = '\0';
        assert_non_null(strstr(process_stderr(server), went + strlen("disconnect ")));
        expect_server_idle_again(server, before);
        expect_service(port);
        stop(server);
    }
}

static void a_signal_ends_it_with_clients_connected(void **state)
{
    (void)state;
    for (enum way way = 0; way < WAY_COUNT; way++) {
        uint16_t port;
        struct process *server = start_way(way, &port);
        struct client silent[CROWD], stuffed;
        for (int i = 0; i < CROWD; i++)
            join(&silent[i], port);
        client_connect_small(&stuffed, port);
        assert_int_equal(send_until_full(&stuffed), 0);
        process_signal(server, way % 2 ? SIGINT : SIGTERM);
        expect_good_end(server);
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
        struct process *server = start_way((enum way)(i % WAY_COUNT), &port);
        struct client client;
        if (i >= 12)
            client_connect(&client, port);
        process_signal(server, i % 2 ? SIGINT : SIGTERM);
        expect_good_end(server);
        if (i >= 12)
            client_close(&client);
    }
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

#define TEST(name) cmocka_unit_test_teardown(name, process_teardown)

int main(void)
{
    net_ignore_sigpipe();
    const struct CMUnitTest tests[] = {
        TEST(nobody_waits_for_a_silent_client),
        TEST(nobody_waits_for_one_that_does_not_read),
        TEST(resets_and_half_closes_are_survived),
        TEST(who_leaves_before_he_is_accepted_is_logged),
        TEST(a_signal_ends_it_with_clients_connected),
        TEST(a_signal_ends_it_at_any_moment),
        TEST(bad_options_are_named),
    };
    return cmocka_run_group_tests_name("02-threaded-server", tests, NULL, NULL);
}
