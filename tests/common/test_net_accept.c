/* Accepting: what was lost on its way is passed over, what has run out is told. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "net.h"
#include "unit.h"

/* Decided by the linker, for this program: the errors of the next calls; 0: the kernel is asked. */
static const int *next_error;

int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    if (next_error && *next_error) {
        errno = *next_error++;
        return -1;
    }
    return __real_accept4(fd, address, length, flags);
}

static int listen_without_waiting(void)
{
    int listening = net_listen("127.0.0.1", 0, 8);
    assert_true(listening >= 0);
    assert_int_equal(net_set_nonblocking(listening, true), 0);
    next_error = NULL;
    return listening;
}

static void one_who_waits(void **state)
{
    (void)state;
    struct usage before = own_usage();
    char name[NET_NAME_MAX], expected[NET_NAME_MAX];
    int listening = listen_without_waiting();
    assert_int_equal(net_accept(listening, name), -EAGAIN);
    int client = net_connect("127.0.0.1", (uint16_t)net_port(listening));
    assert_true(client >= 0);
    int fd = net_accept(listening, name);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    net_local_name(client, expected);
    assert_string_equal(name, expected);
    assert_int_equal(net_accept(listening, NULL), -EAGAIN);
    close(fd);
    close(client);
    close(listening);
    expect_own_usage(before);
}

static void the_lost_are_passed_over(void **state)
{
    (void)state;
    static const int lost[] = {ECONNABORTED, EPROTO, EINTR, EHOSTUNREACH, EPERM, 0};
    int listening = listen_without_waiting();
    int client = net_connect("127.0.0.1", (uint16_t)net_port(listening));
    next_error = lost;
    int fd = net_accept(listening, NULL);
    assert_true(fd >= 0);
    assert_int_equal(*next_error, 0); /* all had their turn */
    close(fd);
    close(client);
    close(listening);
}

static void what_has_run_out_is_told(void **state)
{
    (void)state;
    static const int errors[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EBADF, 0};
    int listening = listen_without_waiting();
    next_error = errors;
    for (int i = 0; errors[i]; i++)
        assert_int_equal(net_accept(listening, NULL), -errors[i]);
    close(listening);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_who_waits),
        cmocka_unit_test(the_lost_are_passed_over),
        cmocka_unit_test(what_has_run_out_is_told),
    };
    alarm(60);
    return cmocka_run_group_tests_name("accepting", tests, NULL, NULL);
}
