/* Clients that are accepted, and their names: also of those who have left before. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "leaks.h"
#include "net.h"
#include "unit.h"

static int listening;

static int set_up(void **state)
{
    (void)state;
    listening = net_listen("127.0.0.1", 0, 8);
    return listening < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    return close(listening);
}

static int connect_one(char name[NET_NAME_MAX])
{
    int fd = (int)CHECK_RC(net_connect("127.0.0.1", (uint16_t)net_port(listening)));
    net_local_name(fd, name);
    return fd;
}

static void reset(int fd)
{
    struct linger at_once = {.l_onoff = 1};
    CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
    close(fd);
}

static bool is_nonblocking(int fd)
{
    return CHECK(fcntl(fd, F_GETFL)) & O_NONBLOCK;
}

static void test_the_client_and_his_name(void **state)
{
    (void)state;
    char name[NET_NAME_MAX], expected[NET_NAME_MAX];
    int client = connect_one(expected);
    int server = net_accept_blocking(listening, name);
    assert_true(server >= 0);
    assert_string_equal(name, expected);
    assert_false(is_nonblocking(server));
    assert_true(CHECK(fcntl(server, F_GETFD)) & FD_CLOEXEC);
    close(server);
    close(client);
}

static void test_who_has_reset_has_a_name(void **state)
{
    (void)state;
    char name[NET_NAME_MAX], gone[NET_NAME_MAX], expected[NET_NAME_MAX];
    reset(connect_one(expected));
    int server = net_accept_blocking(listening, name);
    assert_true(server >= 0);
    assert_string_equal(name, expected);
    net_peer_name(server, gone);
    assert_string_equal(gone, "?"); /* the socket itself does not know it any more */
    close(server);
}

static void test_without_blocking(void **state)
{
    (void)state;
    char name[NET_NAME_MAX], expected[NET_NAME_MAX];
    assert_int_equal(net_set_nonblocking(listening, true), 0);
    assert_int_equal(net_accept(listening, name), -EAGAIN);
    int client = connect_one(expected), server = net_accept(listening, name);
    assert_true(server >= 0);
    assert_string_equal(name, expected);
    assert_true(is_nonblocking(server));
    close(server);
    close(client);
    client = connect_one(expected);
    server = net_accept(listening, NULL);
    assert_true(server >= 0);
    close(server);
    close(client);
}

static void test_one_that_was_shut_down(void **state)
{
    (void)state;
    char name[NET_NAME_MAX];
    assert_true(net_is_listening(listening));
    CHECK(shutdown(listening, SHUT_RDWR));
    assert_false(net_is_listening(listening));
    assert_int_equal(net_accept_blocking(listening, name), -EINVAL);
    assert_false(net_is_listening(STDERR_FILENO));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_the_client_and_his_name),
        TEST(test_who_has_reset_has_a_name),
        TEST(test_without_blocking),
        TEST(test_one_that_was_shut_down),
    };
    alarm(60);
    return cmocka_run_group_tests_name("accepting", tests, NULL, NULL);
}
