/* test_co_io.c - reading, writing, connecting and accepting, on socketpairs and real sockets. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"
#include "co_io.h"
#include "leaks.h"
#include "net.h"
#include "trace.h"
#include "unit.h"

static struct loop *loop;
static struct usage usage_before;
static int pair[2];
static int running; /* coroutines; the last one stops the loop */

static int set_up(void **state)
{
    (void)state;
    usage_before = own_usage();
    net_ignore_sigpipe();
    trace_clear();
    running = 0;
    loop = loop_new(&backend_epoll);
    return loop ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    close(pair[0]);
    close(pair[1]);
    expect_own_usage(usage_before);
    return coro_count();
}

static void on_end(struct co *co, int result)
{
    (void)co;
    say("ended %s", result < 0 ? strerrorname_np(-result) : "well");
    if (--running == 0)
        loop_stop(loop);
}

static void start(struct co *co, coro_fn *fn)
{
    running++;
    assert_int_equal(co_start(co, loop, fn, NULL, "test", on_end), 0);
}

static void run_to_the_end(void)
{
    alarm(60);
    assert_int_equal(loop_run_forever(loop), 0);
    alarm(0);
}

/* ---- Reading and writing ------------------------------------------------------------------- */

static int read_to_the_end(void *arg)
{
    (void)arg;
    char bytes[16];
    ssize_t count;
    while ((count = co_read(pair[0], bytes, sizeof bytes)) > 0)
        say("read %.*s", (int)count, bytes);
    return (int)count;
}

static int write_two_and_end(void *arg)
{
    (void)arg;
    int rc = co_write_all(pair[1], "one", 3);
    if (rc == 0)
        rc = co_yield();
    if (rc == 0)
        rc = co_yield();
    if (rc == 0)
        rc = co_write_all(pair[1], "two", 3);
    shutdown(pair[1], SHUT_WR);
    return rc;
}

static void a_reader_waits_and_sees_the_end(void **state)
{
    (void)state;
    struct co reader, writer;
    start(&reader, read_to_the_end);
    start(&writer, write_two_and_end);
    run_to_the_end();
    assert_string_equal(trace_text(), "read one, ended well, read two, ended well");
}

enum { MEGABYTES = 4 * 1024 * 1024 };
static size_t bytes_read;

static int write_megabytes(void *arg)
{
    (void)arg;
    char *bytes = calloc(1, MEGABYTES);
    int rc = bytes ? co_write_all(pair[1], bytes, MEGABYTES) : -ENOMEM;
    free(bytes);
    say("written");
    shutdown(pair[1], SHUT_WR);
    return rc;
}

static int count_bytes(void *arg)
{
    (void)arg;
    char bytes[1000];
    ssize_t count;
    while ((count = co_read(pair[0], bytes, sizeof bytes)) > 0)
        bytes_read += (size_t)count;
    return (int)count;
}

static void write_all_writes_all(void **state)
{
    (void)state;
    struct co reader, writer;
    bytes_read = 0;
    start(&writer, write_megabytes);
    start(&reader, count_bytes);
    run_to_the_end();
    assert_int_equal(bytes_read, MEGABYTES);
}

static int write_to_nobody(void *arg)
{
    (void)arg;
    close(pair[0]);
    pair[0] = dup(pair[1]); /* so that the tear-down has something to close */
    return co_write_all(pair[1], "x", 1);
}

static void writing_to_one_who_left_is_an_error(void **state)
{
    (void)state;
    struct co co;
    start(&co, write_to_nobody);
    run_to_the_end();
    assert_string_equal(trace_text(), "ended EPIPE");
}

/* ---- Cancel, and taking turns -------------------------------------------------------------- */

static struct co reading;

static int cancel_the_reader(void *arg)
{
    (void)arg;
    int rc = co_yield();
    say("cancel");
    co_cancel(&reading);
    return rc;
}

static void a_cancelled_read_leaves_nothing_watched(void **state)
{
    (void)state;
    struct co canceller;
    start(&reading, read_to_the_end);
    start(&canceller, cancel_the_reader);
    run_to_the_end();
    assert_string_equal(trace_text(), "cancel, ended well, ended ECANCELED");
    assert_int_equal(loop_pending(loop).readers, 0);
}

static bool flooding;

static void end_the_flood(void *arg)
{
    (void)arg;
    flooding = false;
}

/* /dev/zero always has more. Without taking turns this coroutine would never let go. */
static int read_a_flood(void *arg)
{
    (void)arg;
    char byte;
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    ssize_t count = fd;
    while (flooding && count >= 0)
        count = co_read(fd, &byte, 1);
    close(fd);
    return count < 0 ? (int)count : 0;
}

static void one_that_never_waits_lets_others_run(void **state)
{
    (void)state;
    struct co co;
    struct timer timer;
    flooding = true;
    timer_init(&timer, end_the_flood, NULL);
    assert_int_equal(loop_call_later(loop, &timer, NS_PER_MS), 0);
    start(&co, read_a_flood);
    run_to_the_end();
    assert_string_equal(trace_text(), "ended well");
}

/* ---- Connections --------------------------------------------------------------------------- */

static int listening;

static int accept_one(void *arg)
{
    (void)arg;
    int fd = co_accept(listening);
    if (fd < 0)
        return fd;
    char byte;
    ssize_t count = co_read(fd, &byte, 1);
    say("accepted, read %zd", count);
    co_close(fd);
    co_close(listening);
    return (int)count;
}

static int connect_and_write(void *arg)
{
    (void)arg;
    int fd = co_connect("127.0.0.1", (uint16_t)net_port(listening));
    if (fd < 0)
        return fd;
    int rc = co_write_all(fd, "x", 1);
    co_close(fd);
    return rc;
}

static void one_connects_the_other_accepts(void **state)
{
    (void)state;
    struct co accepting, connecting;
    listening = net_listen("127.0.0.1", 0, 8);
    assert_true(listening >= 0 && net_set_nonblocking(listening, true) == 0);
    start(&accepting, accept_one);
    start(&connecting, connect_and_write);
    run_to_the_end();
    assert_non_null(strstr(trace_text(), "accepted, read 1"));
    assert_null(strstr(trace_text(), "ended E"));
}

static void a_refused_connection_is_an_error(void **state)
{
    (void)state;
    struct co co;
    listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* bound, so nobody else's */
    struct sockaddr_storage address = {.ss_family = AF_INET};
    assert_int_equal(bind(listening, (struct sockaddr *)&address, 16), 0);
    start(&co, connect_and_write);
    run_to_the_end();
    close(listening);
    assert_string_equal(trace_text(), "ended ECONNREFUSED");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reader_waits_and_sees_the_end),      TEST(write_all_writes_all),
        TEST(writing_to_one_who_left_is_an_error),  TEST(a_cancelled_read_leaves_nothing_watched),
        TEST(one_that_never_waits_lets_others_run), TEST(one_connects_the_other_accepts),
        TEST(a_refused_connection_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
