/* Sockets: opened, named, refused. Ports are the kernel's choice throughout. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "leaks.h"
#include "net.h"
#include "unit.h"

static int listen_somewhere(const char *host, uint16_t *port)
{
    int fd = net_listen(host, 0, 8);
    assert_true(fd >= 0);
    int chosen = net_port(fd);
    assert_in_range(chosen, 1, UINT16_MAX);
    *port = (uint16_t)chosen;
    return fd;
}

/* A port on which nobody listens: it is bound, so that nobody else gets it. */
static int reserve_port(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = (int)CHECK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address));
    *port = (uint16_t)net_port(fd);
    return fd;
}

static void expect_cloexec(int fd)
{
    assert_true(CHECK(fcntl(fd, F_GETFD)) & FD_CLOEXEC);
}

static bool is_nonblocking(int fd)
{
    return CHECK(fcntl(fd, F_GETFL)) & O_NONBLOCK;
}

static int option_of(int fd, int level, int name)
{
    int value = 0;
    socklen_t size = sizeof value;
    CHECK(getsockopt(fd, level, name, &value, &size));
    return value;
}

/* ---- Blocking ------------------------------------------------------------------------------ */

static void test_listen_and_connect(void **state)
{
    (void)state;
    uint16_t port;
    int listening = listen_somewhere("127.0.0.1", &port);
    int client = net_connect("127.0.0.1", port);
    assert_true(client >= 0);
    int server = (int)CHECK(accept4(listening, NULL, NULL, SOCK_CLOEXEC));
    assert_int_equal(write(client, "hello", 5), 5);
    char text[8];
    assert_int_equal(recv(server, text, 5, MSG_WAITALL), 5);
    assert_memory_equal(text, "hello", 5);

    expect_cloexec(listening);
    expect_cloexec(client);
    assert_false(is_nonblocking(listening));
    assert_false(is_nonblocking(client));
    assert_int_equal(option_of(listening, SOL_SOCKET, SO_REUSEADDR), 1);
    assert_int_equal(option_of(client, IPPROTO_TCP, TCP_NODELAY), 1);
    close(server);
    close(client);
    close(listening);
}

static void test_a_name_is_tried_on_all_its_addresses(void **state)
{
    (void)state;
    uint16_t port;
    int listening = listen_somewhere("localhost", &port);
    char name[NET_NAME_MAX], expected[NET_NAME_MAX];
    net_local_name(listening, name);
    snprintf(expected, sizeof expected, "127.0.0.1:%d", port); /* IPv4 first */
    assert_string_equal(name, expected);
    int client = net_connect("localhost", port);
    assert_true(client >= 0);
    close(client);
    close(listening);
}

static void test_refused(void **state)
{
    (void)state;
    uint16_t port;
    int reserved = reserve_port(&port);
    assert_int_equal(net_connect("127.0.0.1", port), -ECONNREFUSED);
    assert_int_equal(net_connect("localhost", port), -ECONNREFUSED);
    close(reserved);
}

static void test_port_in_use(void **state)
{
    (void)state;
    uint16_t port;
    int listening = listen_somewhere("127.0.0.1", &port);
    assert_int_equal(net_listen("127.0.0.1", port, 8), -EADDRINUSE);
    close(listening);
}

static void test_unresolved(void **state)
{
    (void)state;
    assert_int_equal(net_connect("nothing.invalid", 80), -ENXIO);
    assert_int_equal(net_listen("", 0, 8), -ENXIO);
    assert_int_equal(net_connect_start("", 80), -ENXIO);
}

/* ---- Non-blocking -------------------------------------------------------------------------- */

static int wait_for_connection(int fd)
{
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    CHECK(poll(&writable, 1, -1));
    return net_connect_finish(fd);
}

static void test_start_and_finish(void **state)
{
    (void)state;
    uint16_t port;
    int listening = listen_somewhere("127.0.0.1", &port);
    int client = net_connect_start("127.0.0.1", port);
    assert_true(client >= 0);
    assert_true(is_nonblocking(client));
    expect_cloexec(client);
    assert_int_equal(wait_for_connection(client), 0);
    assert_int_equal(net_connect_finish(client), 0);
    close(client);
    close(listening);
}

static void test_start_and_be_refused(void **state)
{
    (void)state;
    uint16_t port;
    int reserved = reserve_port(&port);
    int client = net_connect_start("127.0.0.1", port);
    if (client >= 0) { /* loopback may also be refused at once */
        assert_int_equal(wait_for_connection(client), -ECONNREFUSED);
        assert_true(net_connect_finish(client) < 0); /* and it stays so */
        close(client);
    } else {
        assert_int_equal(client, -ECONNREFUSED);
    }
    close(reserved);
}

/* A full backlog leaves a connection in the making. */
static void test_not_yet(void **state)
{
    (void)state;
    uint16_t port;
    int listening = net_listen("127.0.0.1", 0, 0);
    assert_true(listening >= 0);
    port = (uint16_t)net_port(listening);
    int clients[16], count = 0, last = 0;
    while (count < 16 && last != -EINPROGRESS) {
        clients[count] = net_connect_start("127.0.0.1", port);
        assert_true(clients[count] >= 0);
        struct pollfd writable = {.fd = clients[count], .events = POLLOUT};
        CHECK(poll(&writable, 1, 100)); /* time enough on loopback, if there is room */
        last = net_connect_finish(clients[count++]);
    }
    assert_int_equal(last, -EINPROGRESS);
    while (count > 0)
        close(clients[--count]);
    close(listening);
}

static void test_set_nonblocking(void **state)
{
    (void)state;
    uint16_t port;
    int fd = listen_somewhere("127.0.0.1", &port);
    assert_int_equal(net_set_nonblocking(fd, true), 0);
    assert_true(is_nonblocking(fd));
    assert_int_equal(net_set_nonblocking(fd, true), 0);
    assert_int_equal(net_set_nonblocking(fd, false), 0);
    assert_false(is_nonblocking(fd));
    close(fd);
    assert_int_equal(net_set_nonblocking(-1, true), -EBADF);
    assert_int_equal(net_set_nodelay(-1), -EBADF);
}

/* ---- Names --------------------------------------------------------------------------------- */

static void test_names_of_both_ends(void **state)
{
    (void)state;
    uint16_t port;
    int listening = listen_somewhere("127.0.0.1", &port);
    int client = net_connect("127.0.0.1", port);
    int server = (int)CHECK(accept4(listening, NULL, NULL, SOCK_CLOEXEC));
    char ours[NET_NAME_MAX], theirs[NET_NAME_MAX], expected[NET_NAME_MAX];
    snprintf(expected, sizeof expected, "127.0.0.1:%d", port);
    net_peer_name(client, theirs);
    assert_string_equal(theirs, expected);
    net_local_name(client, ours);
    net_peer_name(server, theirs);
    assert_string_equal(ours, theirs);
    close(server);
    close(client);
    close(listening);
}

static void test_ipv6_name_is_in_brackets(void **state)
{
    (void)state;
    int fd = net_listen("::1", 0, 8);
    if (fd == -EADDRNOTAVAIL || fd == -EAFNOSUPPORT) { /* a machine without IPv6 */
        skip();
        return;
    }
    assert_true(fd >= 0);
    char name[NET_NAME_MAX], expected[NET_NAME_MAX];
    net_local_name(fd, name);
    snprintf(expected, sizeof expected, "[::1]:%d", net_port(fd));
    assert_string_equal(name, expected);
    close(fd);
}

static void test_no_name(void **state)
{
    (void)state;
    char name[NET_NAME_MAX];
    uint16_t port;
    int listening = listen_somewhere("127.0.0.1", &port);
    net_peer_name(listening, name);
    assert_string_equal(name, "?");
    net_local_name(-1, name);
    assert_string_equal(name, "?");
    close(listening);
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
    net_peer_name(pair[0], name);
    assert_string_equal(name, "?");
    assert_int_equal(net_port(pair[0]), -EAFNOSUPPORT);
    assert_int_equal(net_port(-1), -EBADF);
    close(pair[0]);
    close(pair[1]);
}

static void test_sigpipe_is_an_error(void **state)
{
    (void)state;
    int pair[2];
    net_ignore_sigpipe();
    CHECK(pipe2(pair, O_CLOEXEC));
    close(pair[0]);
    assert_int_equal(write(pair[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    close(pair[1]);
}

/* ---- Nothing is left ----------------------------------------------------------------------- */

static int remember_usage(void **state)
{
    static struct usage before;
    alarm(60);
    before = own_usage();
    *state = &before;
    return 0;
}

static int compare_usage(void **state)
{
    alarm(0);
    expect_own_usage(*(struct usage *)*state);
    return 0;
}

#define CAREFUL(test) cmocka_unit_test_setup_teardown(test, remember_usage, compare_usage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAREFUL(test_listen_and_connect),
        CAREFUL(test_a_name_is_tried_on_all_its_addresses),
        CAREFUL(test_refused),
        CAREFUL(test_port_in_use),
        CAREFUL(test_unresolved),
        CAREFUL(test_start_and_finish),
        CAREFUL(test_start_and_be_refused),
        CAREFUL(test_not_yet),
        CAREFUL(test_set_nonblocking),
        CAREFUL(test_names_of_both_ends),
        CAREFUL(test_ipv6_name_is_in_brackets),
        CAREFUL(test_no_name),
        CAREFUL(test_sigpipe_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
