/* test_stream_writer.c - the buffered writer, with peers who read, do not read, or go. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "co_io.h"
#include "leaks.h"
#include "net.h"
#include "stream.h"
#include "trace.h"
#include "unit.h"

static struct loop *loop;
static struct usage usage_before;
static int ours, theirs; /* the two ends; the writer's owner closes ours */
static struct stream_writer writer;
static struct co writing;
static size_t high_water;

/* The smallest buffers that the kernel gives: it takes some 4 KiB, and then no more. */
static int set_up(void **state)
{
    (void)state;
    int pair[2], smallest = 1;
    usage_before = own_usage();
    net_ignore_sigpipe();
    trace_clear();
    loop = loop_new(&backend_virtual);
    high_water = STREAM_HIGH_WATER;
    if (!loop || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    ours = pair[0];
    theirs = pair[1];
    return setsockopt(ours, SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
}

static int tear_down(void **state)
{
    (void)state;
    struct loop_pending left = loop_pending(loop);
    loop_free(loop);
    if (theirs >= 0)
        close(theirs);
    expect_own_usage(usage_before);
    return left.readers + left.writers + left.timers + coro_count();
}

static void on_end(struct co *co, int result)
{
    (void)co;
    say("ended %s", result < 0 ? strerrorname_np(-result) : "well");
}

static void start(struct co *co, coro_fn *fn)
{
    assert_int_equal(co_start(co, loop, fn, NULL, "test", on_end), 0);
}

static void run_until_nothing_is_left(void)
{
    alarm(60);
    assert_int_equal(loop_run_forever(loop), -EDEADLK);
    alarm(0);
}

/* ---- A peer who reads ---------------------------------------------------------------------- */

enum { PIECES = 300, PIECE = 1000 };

static char nth_byte(size_t n)
{
    return (char)('a' + n % 23 + n / 1000 % 3);
}

static int write_pieces(void *arg)
{
    (void)arg;
    stream_writer_init(&writer, ours, high_water);
    char piece[PIECE];
    size_t most = 0;
    bool went_on_with_some = false;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < PIECES; i++) {
        for (size_t k = 0; k < PIECE; k++)
            piece[k] = nth_byte(i * PIECE + k);
        rc = stream_write(&writer, piece, PIECE);
        size_t kept = writer.end - writer.begin;
        most = kept > most ? kept : most;
        bool will_wait = writer.is_full;
        if (rc == 0)
            rc = stream_drain(&writer);
        kept = writer.end - writer.begin;
        if (will_wait)
            assert_in_range(kept, 0, high_water / 4);
        went_on_with_some |= will_wait && kept > 0;
    }
    assert_in_range(most, 1, high_water + PIECE);
    assert_true(went_on_with_some);
    stream_close(&writer);
    say("closing");
    int closed = stream_wait_closed(&writer);
    say("closed %d", closed);
    return rc < 0 ? rc : closed;
}

/* Odd amounts, so that the writes are cut everywhere. */
static int read_all(void *arg)
{
    (void)arg;
    char bytes[777];
    size_t total = 0;
    ssize_t count;
    while ((count = co_read(theirs, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < count; i++)
            assert_int_equal(bytes[i], nth_byte(total++));
    say("read %zu", total);
    return (int)count;
}

static void all_bytes_come_in_their_order(void **state)
{
    (void)state;
    struct co reading;
    start(&writing, write_pieces);
    start(&reading, read_all);
    run_until_nothing_is_left();
    assert_non_null(strstr(trace_text(), "closing"));
    assert_non_null(strstr(trace_text(), "closed 0"));
    assert_non_null(strstr(trace_text(), "read 300000"));
    assert_null(strstr(trace_text(), "ended E"));
}

/* There is room in the kernel again, and the loop has not had time to send what is kept: what is
 * written now must not overtake it. */
static int write_behind(void *arg)
{
    (void)arg;
    static char piece[200 * 1024], bytes[sizeof piece];
    stream_writer_init(&writer, ours, sizeof piece);
    int rc = stream_write(&writer, piece, sizeof piece);
    ssize_t count = read(theirs, bytes, sizeof bytes), total = count;
    assert_true(count > 0);
    if (rc == 0)
        rc = stream_write(&writer, "Z", 1);
    stream_close(&writer);
    char last = '\0';
    while (rc == 0 && (count = co_read(theirs, bytes, sizeof bytes)) > 0) {
        total += count;
        last = bytes[count - 1];
    }
    assert_int_equal(total, sizeof piece + 1);
    say("last %c", last);
    int closed = stream_wait_closed(&writer);
    return rc < 0 ? rc : closed;
}

/* With a mark of 0 drain is the end of the kernel's taking: nothing is kept after it. */
static int write_without_a_mark(void *arg)
{
    (void)arg;
    char piece[PIECE * 30];
    memset(piece, 'x', sizeof piece);
    stream_writer_init(&writer, ours, 0);
    int rc = stream_write(&writer, piece, sizeof piece);
    say("kept %d", writer.end > writer.begin);
    if (rc == 0)
        rc = stream_drain(&writer);
    say("kept %zu in %zu", writer.end - writer.begin, writer.capacity);
    stream_close(&writer);
    int closed = stream_wait_closed(&writer);
    return rc < 0 ? rc : closed;
}

static void what_is_kept_goes_first(void **state)
{
    (void)state;
    start(&writing, write_behind);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "last Z, ended well");
}

static int throw_away(void *arg)
{
    (void)arg;
    char bytes[777];
    ssize_t count;
    while ((count = co_read(theirs, bytes, sizeof bytes)) > 0)
        continue;
    return (int)count;
}

static void without_a_mark_drain_waits_for_all(void **state)
{
    (void)state;
    struct co reading;
    start(&writing, write_without_a_mark);
    start(&reading, throw_away);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "kept 1, kept 0 in 0, ended well, ended well");
}

/* ---- A peer who does not read -------------------------------------------------------------- */

static int write_and_never_drain(void *arg)
{
    (void)arg;
    static char piece[64 * 1024];
    stream_writer_init(&writer, ours, high_water);
    int rc = 0, writes = 0;
    while (rc == 0 && writes++ < 100)
        rc = stream_write(&writer, piece, sizeof piece);
    say("%s after %d KiB", strerrorname_np(-rc), (writes - 1) * 64);
    assert_in_range(writer.end - writer.begin, STREAM_WRITE_MAX, STREAM_WRITE_MAX + sizeof piece);
    stream_close(&writer);
    rc = stream_write(&writer, "x", 1);
    say("%s", strerrorname_np(-rc));
    co_cancel(co_current());
    return stream_wait_closed(&writer);
}

/* Then it is told; and its wait for the end, cancelled, gives everything back. */
static void who_never_drains_is_refused(void **state)
{
    (void)state;
    start(&writing, write_and_never_drain);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "ENOBUFS after 1088 KiB, EPIPE, ended ECANCELED");
    assert_null(writer.buffer);
    assert_int_equal(writer.fd, -1);
}

static int drain_for_ever(void *arg)
{
    (void)arg;
    static char piece[200 * 1024];
    stream_writer_init(&writer, ours, high_water);
    int rc = stream_write(&writer, piece, sizeof piece);
    say("wrote %d", rc);
    rc = stream_drain(&writer);
    say("drain %s", strerrorname_np(-rc));
    assert_in_range(writer.end - writer.begin, high_water, sizeof piece); /* still to be sent */
    stream_close(&writer);
    int closed = stream_wait_closed(&writer);
    say("closed %s", closed < 0 ? strerrorname_np(-closed) : "well");
    return rc;
}

static int cancel_after_an_hour(void *arg)
{
    (void)arg;
    int rc = co_sleep(3600 * NS_PER_S);
    co_cancel(&writing);
    return rc;
}

static int cancel_twice(void *arg)
{
    int rc = cancel_after_an_hour(arg);
    return rc < 0 ? rc : cancel_after_an_hour(arg);
}

/* One who does not read suspends the writer, for an hour and for ever, until it is cancelled. */
static void a_never_reader_suspends_the_writer(void **state)
{
    (void)state;
    struct co canceller;
    start(&writing, drain_for_ever);
    start(&canceller, cancel_twice);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "wrote 0, drain ECANCELED, ended well, closed ECANCELED, "
                                      "ended ECANCELED");
}

static int read_later(void *arg)
{
    int rc = cancel_after_an_hour(arg);
    return rc < 0 ? rc : throw_away(arg);
}

/* The cancelled drain has lost nothing: the close still sends it. */
static void after_a_cancelled_drain_the_close_sends_it(void **state)
{
    (void)state;
    struct co reading;
    start(&writing, drain_for_ever);
    start(&reading, read_later);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "wrote 0, drain ECANCELED, closed well, ended ECANCELED, "
                                      "ended well");
}

/* ---- A peer who goes ----------------------------------------------------------------------- */

static int leave_after_an_hour(void *arg)
{
    (void)arg;
    int rc = co_sleep(3600 * NS_PER_S);
    co_close(theirs);
    theirs = -1;
    return rc;
}

/* With bytes unread: a unix socket tells ECONNRESET or EPIPE of that. */
static int write_until_it_is_lost(void *arg)
{
    (void)arg;
    static char piece[200 * 1024];
    stream_writer_init(&writer, ours, high_water);
    int rc = stream_write(&writer, piece, sizeof piece);
    say("wrote %d", rc);
    rc = stream_drain(&writer);
    assert_true(rc == -EPIPE || rc == -ECONNRESET);
    int again = stream_write(&writer, piece, 1);
    assert_int_equal(again, rc);
    again = stream_drain(&writer);
    assert_int_equal(again, rc);
    say("lost, kept %zu", writer.capacity);
    stream_close(&writer);
    again = stream_wait_closed(&writer);
    assert_int_equal(again, rc);
    return 0;
}

static void the_loss_is_told_by_each_call(void **state)
{
    (void)state;
    struct co leaving;
    start(&writing, write_until_it_is_lost);
    start(&leaving, leave_after_an_hour);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "wrote 0, ended well, lost, kept 0, ended well");
}

static int close_with_something_left(void *arg)
{
    (void)arg;
    static char piece[200 * 1024];
    stream_writer_init(&writer, ours, high_water);
    int rc = stream_write(&writer, piece, sizeof piece);
    say("wrote %d", rc);
    stream_close(&writer);
    stream_close(&writer); /* twice is once */
    rc = stream_wait_closed(&writer);
    say("%s", rc == -EPIPE || rc == -ECONNRESET ? "lost" : "?");
    return 0;
}

static void the_end_tells_what_could_not_be_sent(void **state)
{
    (void)state;
    struct co leaving;
    start(&writing, close_with_something_left);
    start(&leaving, leave_after_an_hour);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), "wrote 0, ended well, lost, ended well");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_bytes_come_in_their_order),      TEST(what_is_kept_goes_first),
        TEST(without_a_mark_drain_waits_for_all), TEST(who_never_drains_is_refused),
        TEST(a_never_reader_suspends_the_writer), TEST(after_a_cancelled_drain_the_close_sends_it),
        TEST(the_loss_is_told_by_each_call),      TEST(the_end_tells_what_could_not_be_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
