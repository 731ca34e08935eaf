/* test_co_server.c - the server brick: how clients come, and how long they may take to go. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"
#include "co_io.h"
#include "co_server.h"
#include "leaks.h"
#include "trace.h"
#include "unit.h"

static struct loop *loop;
static struct usage usage_before;
static struct co_server server;
static int clients[2];

static int set_up(void **state)
{
    (void)state;
    usage_before = own_usage();
    net_ignore_sigpipe();
    trace_clear();
    loop = loop_new(&backend_epoll);
    clients[0] = clients[1] = -1;
    return loop ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    struct loop_pending left = loop_pending(loop);
    loop_free(loop);
    for (int i = 0; i < 2; i++)
        if (clients[i] >= 0)
            close(clients[i]);
    expect_own_usage(usage_before);
    return coro_count() + left.timers + left.readers + left.callbacks;
}

static void open_server(co_serve_fn *serve, int count)
{
    assert_int_equal(co_server_open(&server, loop, "127.0.0.1", 0, serve), 0);
    for (int i = 0; i < count; i++) {
        clients[i] = net_connect("127.0.0.1", (uint16_t)net_port(server.listening));
        assert_true(clients[i] >= 0);
    }
}

static void run(void)
{
    alarm(60);
    assert_int_equal(co_server_run(&server), 0);
    alarm(0);
    assert_true(LIST_EMPTY(&server.clients));
}

/* ---- Stopping ------------------------------------------------------------------------------ */

static const char *name_of(ssize_t result)
{
    return result < 0 ? strerrorname_np((int)-result) : "well";
}

static int64_t patience;

static int count_clients(void)
{
    int count = 0;
    for (struct co_client *c = LIST_FIRST(&server.clients); c; c = LIST_NEXT(c, link))
        count++;
    return count;
}

/* The second one stops the server; both clean up, for ever, if they may. */
static int clean_up_for_ever(struct co_client *client)
{
    char byte;
    if (count_clients() == 2 && client == LIST_FIRST(&server.clients))
        co_server_stop(&server, patience);
    ssize_t count = co_read(client->fd, &byte, 1);
    say("read %s", name_of(count));
    int rc = co_sleep(3600 * NS_PER_S);
    say("cleaned up %s", name_of(rc));
    return rc;
}

static void who_cleans_up_too_long_is_cancelled_again(void **state)
{
    (void)state;
    open_server(clean_up_for_ever, 2);
    patience = NS_PER_MS;
    run();
    assert_string_equal(trace_text(), "read ECANCELED, read ECANCELED, cleaned up ECANCELED, "
                                      "cleaned up ECANCELED");
}

static void without_patience_it_is_the_same(void **state)
{
    (void)state;
    open_server(clean_up_for_ever, 2);
    patience = 0;
    run();
    assert_string_equal(trace_text(), "read ECANCELED, read ECANCELED, cleaned up ECANCELED, "
                                      "cleaned up ECANCELED");
}

static int clean_up_in_time(struct co_client *client)
{
    char byte;
    if (count_clients() == 2)
        co_server_stop(&server, 3600 * NS_PER_S);
    ssize_t count = co_read(client->fd, &byte, 1);
    say("read %s", name_of(count));
    int rc = co_yield();
    say("cleaned up %s", name_of(rc));
    return rc;
}

static void an_hour_of_patience_is_not_waited_for(void **state)
{
    (void)state;
    open_server(clean_up_in_time, 2);
    run();
    assert_non_null(strstr(trace_text(), "cleaned up well"));
    assert_null(strstr(trace_text(), "cleaned up ECANCELED"));
}

static void stop_at_once(void *arg)
{
    (void)arg;
    co_server_stop(&server, 0);
}

static int never_run(struct co_client *client)
{
    (void)client;
    say("ran");
    return 0;
}

/* It is in the kernel's queue when the server stops: nobody serves it, and nothing of it is left.
 */
static void who_comes_too_late_is_not_served(void **state)
{
    (void)state;
    struct callback callback;
    callback_init(&callback, stop_at_once, NULL);
    open_server(never_run, 1);
    loop_call_soon(loop, &callback);
    run();
    assert_string_equal(trace_text(), "");
}

/* ---- Serving ------------------------------------------------------------------------------- */

static int raise_signal(struct co_client *client)
{
    char name[NET_NAME_MAX];
    net_local_name(clients[0], name);
    say("%s", strcmp(name, client->name) == 0 ? "its name" : client->name);
    raise(SIGTERM);
    char byte;
    ssize_t count = co_read(client->fd, &byte, 1);
    say("read %s", name_of(count));
    return 0;
}

static void a_signal_stops_it(void **state)
{
    (void)state;
    open_server(raise_signal, 1);
    run();
    assert_string_equal(trace_text(), "its name, read ECANCELED");
}

static char gone[NET_NAME_MAX]; /* the name of one who has reset before he was accepted */

static int read_from_who_has_gone(struct co_client *client)
{
    char byte;
    say("%s", strcmp(client->name, gone) == 0 ? "its name" : client->name);
    ssize_t count = co_read(client->fd, &byte, 1);
    say("read %s", name_of(count));
    co_server_stop(&server, 0);
    return 0;
}

static void who_has_gone_already_has_a_name(void **state)
{
    (void)state;
    struct linger at_once = {.l_onoff = 1};
    open_server(read_from_who_has_gone, 1);
    net_local_name(clients[0], gone);
    assert_int_equal(setsockopt(clients[0], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(clients[0]);
    clients[0] = -1;
    run();
    assert_string_equal(trace_text(), "its name, read ECONNRESET");
}

static int close_it_oneself(struct co_client *client)
{
    co_close(client->fd);
    client->fd = dup(STDERR_FILENO); /* what has its number now is not to be closed */
    int number = client->fd;
    client->fd = -1;
    say("closed");
    co_server_stop(&server, 0);
    clients[1] = number;
    return 0;
}

static void who_has_closed_it_says_so(void **state)
{
    (void)state;
    open_server(close_it_oneself, 1);
    run();
    assert_string_equal(trace_text(), "closed");
    assert_int_equal(fcntl(clients[1], F_GETFD), 0);
}

static void a_port_that_is_taken_is_an_error(void **state)
{
    (void)state;
    int listening = net_listen("127.0.0.1", 0, 1);
    uint16_t port = (uint16_t)net_port(listening);
    assert_int_equal(co_server_open(&server, loop, "127.0.0.1", port, never_run), -EADDRINUSE);
    close(listening);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_cleans_up_too_long_is_cancelled_again),
        TEST(without_patience_it_is_the_same),
        TEST(an_hour_of_patience_is_not_waited_for),
        TEST(who_comes_too_late_is_not_served),
        TEST(a_signal_stops_it),
        TEST(who_has_gone_already_has_a_name),
        TEST(who_has_closed_it_says_so),
        TEST(a_port_that_is_taken_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
