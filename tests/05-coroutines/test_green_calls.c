/* Calls that block, in threads: the kernel's, then those of green.so. See green_run.h. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "green_run.h"
#include "net.h"
#include "unit.h"

#define MEGABYTE (1 << 20)

static int ours, theirs; /* the ends of a pair of sockets */

static int open_pair(void **state)
{
    (void)state;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return -1;
    ours = ends[0];
    theirs = ends[1];
    return 0;
}

static int close_pair(void **state)
{
    (void)state;
    return close(ours) + close(theirs);
}

/* ---- Sockets ------------------------------------------------------------------------------- */

static void *read_a_byte(void *fd)
{
    char byte = 0;
    return (void *)(intptr_t)(read((int)(intptr_t)fd, &byte, 1) == 1 ? byte : -1);
}

static void *read_all(void *count)
{
    static char bytes[4096];
    ssize_t got = 1;
    size_t left = *(size_t *)count;
    while (left > 0 && got > 0) {
        got = read(theirs, bytes, sizeof bytes);
        left -= got > 0 ? (size_t)got : 0;
    }
    return (void *)(intptr_t)left;
}

static void a_socket_seems_to_block(void **state)
{
    (void)state;
    pthread_t reader = start(read_a_byte, (void *)(intptr_t)theirs);
    usleep(1000);
    assert_int_equal(fcntl(theirs, F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(write(ours, "x", 1), 1);
    assert_int_equal((intptr_t)end_of(reader), 'x');
    int copy = dup(theirs); /* it shares the flags, the hidden one, too */
    reader = start(read_a_byte, (void *)(intptr_t)copy);
    usleep(1000);
    assert_int_equal(send(ours, "y", 1, 0), 1);
    assert_int_equal((intptr_t)end_of(reader), 'y');
    assert_int_equal(close(copy), 0);
}

/* The other one reads only a little at a time. */
static void all_of_a_megabyte_is_written(void **state)
{
    (void)state;
    static char bytes[MEGABYTE];
    size_t count = 2 * sizeof bytes;
    pthread_t reader = start(read_all, &count);
    assert_int_equal(write(ours, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(send(ours, bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
    assert_int_equal((intptr_t)end_of(reader), 0);
}

static void *write_in_two_parts(void *arg)
{
    (void)arg;
    ssize_t count = write(theirs, "one ", 4);
    usleep(1000);
    return (void *)(intptr_t)(count + write(theirs, "two", 3));
}

static void waitall_waits_for_all(void **state)
{
    (void)state;
    char text[8] = "";
    pthread_t writer = start(write_in_two_parts, NULL);
    assert_int_equal(recv(ours, text, 7, MSG_WAITALL), 7);
    assert_string_equal(text, "one two");
    assert_int_equal((intptr_t)end_of(writer), 7);
}

/* EAGAIN at the time that the program has set, and at once where it does not want to wait. */
static void nobody_waits_longer_than_wanted(void **state)
{
    (void)state;
    char byte;
    struct timeval limit = {.tv_usec = 20000};
    int64_t begin = clock_now();
    assert_int_equal(setsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    assert_int_equal(read(ours, &byte, 1), -1);
    assert_int_equal(errno, EAGAIN);
    assert_true(clock_now() - begin >= 20 * NS_PER_MS);
    assert_int_equal(recv(theirs, &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
    int on = 1;
    assert_int_equal(ioctl(ours, FIONBIO, &on), 0);
    assert_int_equal(fcntl(theirs, F_SETFL, O_RDWR | O_NONBLOCK), 0);
    assert_true(fcntl(theirs, F_GETFL) & O_NONBLOCK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(read(i ? ours : theirs, &byte, 1), -1);
        assert_int_equal(errno, EAGAIN);
    }
    assert_int_equal(fcntl(theirs, F_SETFL, O_RDWR), 0);
    pthread_t reader = start(read_a_byte, (void *)(intptr_t)theirs);
    assert_int_equal(write(ours, "z", 1), 1);
    assert_int_equal((intptr_t)end_of(reader), 'z');
}

static void *accept_one(void *listening)
{
    int fd = accept((int)(intptr_t)listening, NULL, NULL);
    return (void *)(intptr_t)(fd < 0 ? -1 : close(fd));
}

static void each_of_two_who_accept_gets_one(void **state)
{
    (void)state;
    int listening = net_listen("127.0.0.1", 0, 4);
    pthread_t one = start(accept_one, (void *)(intptr_t)listening);
    pthread_t other = start(accept_one, (void *)(intptr_t)listening);
    for (int i = 0; i < 2; i++) {
        int fd = net_connect("127.0.0.1", (uint16_t)net_port(listening));
        assert_true(fd >= 0);
        assert_int_equal(read(fd, &(char){0}, 1), 0);
        close(fd);
    }
    assert_int_equal((intptr_t)end_of(one), 0);
    assert_int_equal((intptr_t)end_of(other), 0);
    uint16_t port = (uint16_t)net_port(listening);
    close(listening);
    assert_int_equal(net_connect("127.0.0.1", port), -ECONNREFUSED);
}

/* ---- Several at a time ----------------------------------------------------------------------- */

static void *write_soon(void *arg)
{
    (void)arg;
    usleep(1000);
    return (void *)(intptr_t)write(theirs, "x", 1);
}

static void poll_and_select_wait_for_the_first(void **state)
{
    (void)state;
    int never[2];
    assert_int_equal(pipe(never), 0);
    struct pollfd fds[] = {{.fd = never[0], .events = POLLIN}, {.fd = ours, .events = POLLIN}};
    assert_int_equal(poll(fds, 2, 5), 0);
    pthread_t writer = start(write_soon, NULL);
    assert_int_equal(poll(fds, 2, -1), 1);
    assert_int_equal(fds[0].revents, 0);
    assert_int_equal(fds[1].revents, POLLIN);
    assert_int_equal((intptr_t)end_of(writer), 1);
    assert_int_equal(read(ours, &(char){0}, 1), 1);

    fd_set reads;
    FD_ZERO(&reads);
    FD_SET(never[0], &reads);
    FD_SET(ours, &reads);
    writer = start(write_soon, NULL);
    assert_int_equal(select(FD_SETSIZE, &reads, NULL, NULL, NULL), 1);
    assert_true(FD_ISSET(ours, &reads) && !FD_ISSET(never[0], &reads));
    assert_int_equal((intptr_t)end_of(writer), 1);
    FD_CLR(ours, &reads);
    FD_SET(never[0], &reads);
    struct timeval limit = {.tv_usec = 5000};
    assert_int_equal(select(FD_SETSIZE, &reads, NULL, NULL, &limit), 0);
    assert_false(FD_ISSET(never[0], &reads));
    close(never[0]);
    FD_SET(never[0], &reads);
    assert_int_equal(select(FD_SETSIZE, &reads, NULL, NULL, &limit), -1);
    assert_int_equal(errno, EBADF);
    close(never[1]);
}

/* ---- Not only sockets, not only waiting --------------------------------------------------------
 */

static void *write_a_megabyte(void *fd)
{
    static char bytes[MEGABYTE];
    return (void *)(intptr_t)write((int)(intptr_t)fd, bytes, sizeof bytes);
}

static void a_pipe_is_waited_for(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pthread_t reader = start(read_a_byte, (void *)(intptr_t)ends[0]);
    usleep(1000);
    assert_int_equal(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal((intptr_t)end_of(reader), 'x');
    static char bytes[4096];
    ssize_t count = 1, left = MEGABYTE;
    pthread_t writer = start(write_a_megabyte, (void *)(intptr_t)ends[1]);
    for (; left > 0 && count > 0; left -= count)
        count = read(ends[0], bytes, sizeof bytes);
    assert_int_equal(left, 0);
    assert_int_equal((intptr_t)end_of(writer), MEGABYTE);
    close(ends[0]);
    close(ends[1]);
}

static atomic_bool is_over;

static void *talk_to_myself(void *arg)
{
    char byte = 'x';
    while (!is_over)
        if (write(ours, &byte, 1) != 1 || read(theirs, &byte, 1) != 1)
            return NULL;
    return arg;
}

static void one_who_never_has_to_wait_lets_others_run(void **state)
{
    (void)state;
    is_over = false;
    pthread_t thread = start(talk_to_myself, &ours);
    usleep(1000);
    is_over = true;
    assert_ptr_equal(end_of(thread), &ours);
}

static int64_t processor_time(void)
{
    struct timespec used;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), 0);
    return used.tv_sec * NS_PER_S + used.tv_nsec;
}

/* Something has come, was seen, and nobody reads it: that wakes nobody, and not the loop. */
static void what_nobody_waits_for_costs_no_time(void **state)
{
    (void)state;
    struct pollfd seen = {.fd = ours, .events = POLLIN};
    pthread_t writer = start(write_soon, NULL);
    assert_int_equal(poll(&seen, 1, -1), 1);
    assert_int_equal((intptr_t)end_of(writer), 1);
    int64_t before = processor_time();
    usleep(100000);
    assert_true(processor_time() - before < 50 * NS_PER_MS);
}

static void *read_until_closed(void *fd)
{
    char byte;
    ssize_t count = read((int)(intptr_t)fd, &byte, 1);
    return (void *)(intptr_t)(count < 0 ? -errno : count);
}

/* The kernel lets a read go on when its descriptor is closed, until the peer closes, too. Here it
 * ends at once: the number may be another's soon. */
static void a_read_ends_when_its_descriptor_is_closed(void **state)
{
    (void)state;
#ifdef THREAD_SANITIZER
    skip(); /* it calls that a race, which it is */
#endif
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pthread_t reader = start(read_until_closed, (void *)(intptr_t)ends[0]);
    usleep(1000);
    assert_int_equal(close(ends[0]), 0);
    if (!is_green())
        close(ends[1]);
    intptr_t result = (intptr_t)end_of(reader);
    assert_true(result == -EBADF || (!is_green() && result == 0)); /* real: it may come too late */
    if (is_green())
        close(ends[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pair, close_pair)

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        TEST(a_socket_seems_to_block),
        TEST(all_of_a_megabyte_is_written),
        TEST(waitall_waits_for_all),
        TEST(nobody_waits_longer_than_wanted),
        TEST(each_of_two_who_accept_gets_one),
        TEST(poll_and_select_wait_for_the_first),
        TEST(a_pipe_is_waited_for),
        TEST(one_who_never_has_to_wait_lets_others_run),
        TEST(what_nobody_waits_for_costs_no_time),
        TEST(a_read_ends_when_its_descriptor_is_closed),
    };
    net_ignore_sigpipe();
    return green_run(argv, "calls", tests, sizeof tests / sizeof tests[0]);
}
