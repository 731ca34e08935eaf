/* test_stream_writer_end.c - the buffered writer, with a peer who does not read, or goes. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "co_io.h"
#include "trace.h"
#include "unit.h"
#include "writing.h"

/* ---- A peer who does not read -------------------------------------------------------------- */

static int write_and_never_drain(void *arg)
{
    (void)arg;
    static char piece[64 * 1024];
    stream_writer_init(&writing.writer, writing.ours, STREAM_HIGH_WATER);
    int rc = 0, writes = 0;
    while (rc == 0 && writes++ < 100)
        rc = stream_write(&writing.writer, piece, sizeof piece);
    say("%s after %d KiB", strerrorname_np(-rc), (writes - 1) * 64);
    assert_in_range(writing.writer.end - writing.writer.begin, STREAM_WRITE_MAX,
                    STREAM_WRITE_MAX + sizeof piece);
    stream_close(&writing.writer);
    rc = stream_write(&writing.writer, "x", 1);
    say("%s", strerrorname_np(-rc));
    co_cancel(co_current());
    return stream_wait_closed(&writing.writer);
}

/* Then it is told; and its wait for the end, cancelled, gives everything back. */
static void who_never_drains_is_refused(void **state)
{
    (void)state;
    writing_start(&writing.co, write_and_never_drain);
    writing_run();
    assert_string_equal(trace_text(), "ENOBUFS after 1088 KiB, EPIPE, ended ECANCELED");
    assert_null(writing.writer.buffer);
    assert_int_equal(writing.writer.fd, -1);
}

static int drain_for_ever(void *arg)
{
    (void)arg;
    static char piece[200 * 1024];
    stream_writer_init(&writing.writer, writing.ours, STREAM_HIGH_WATER);
    int rc = stream_write(&writing.writer, piece, sizeof piece);
    say("wrote %d", rc);
    rc = stream_drain(&writing.writer);
    say("drain %s", strerrorname_np(-rc));
    assert_in_range(writing.writer.end - writing.writer.begin, STREAM_HIGH_WATER,
                    sizeof piece); /* still to be sent */
    stream_close(&writing.writer);
    int closed = stream_wait_closed(&writing.writer);
    say("closed %s", closed < 0 ? strerrorname_np(-closed) : "well");
    return rc;
}

static int cancel_after_an_hour(void *arg)
{
    (void)arg;
    int rc = co_sleep(3600 * NS_PER_S);
    co_cancel(&writing.co);
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
    writing_start(&writing.co, drain_for_ever);
    writing_start(&canceller, cancel_twice);
    writing_run();
    assert_string_equal(trace_text(), "wrote 0, drain ECANCELED, ended well, closed ECANCELED, "
                                      "ended ECANCELED");
}

static int drain_too(void *arg)
{
    (void)arg;
    int rc = stream_drain(&writing.writer);
    say("the other's drain %s", strerrorname_np(-rc));
    return rc;
}

/* A cancel is for one; another who waits for the same writer has lost the connection. */
static void others_are_not_cancelled_with_it(void **state)
{
    (void)state;
    struct co canceller, other;
    writing_start(&writing.co, drain_for_ever);
    writing_start(&other, drain_too);
    writing_start(&canceller, cancel_twice);
    writing_run();
    assert_string_equal(trace_text(),
                        "wrote 0, drain ECANCELED, ended well, closed ECANCELED, ended ECANCELED, "
                        "the other's drain ECONNABORTED, ended ECONNABORTED");
}

static int read_later(void *arg)
{
    int rc = cancel_after_an_hour(arg);
    return rc < 0 ? rc : writing_read_all(arg);
}

/* The cancelled drain has lost nothing: the close still sends it. */
static void after_a_cancelled_drain_the_close_sends_it(void **state)
{
    (void)state;
    struct co reading;
    writing_start(&writing.co, drain_for_ever);
    writing_start(&reading, read_later);
    writing_run();
    assert_string_equal(trace_text(), "wrote 0, drain ECANCELED, closed well, ended ECANCELED, "
                                      "ended well");
}

/* ---- A peer who goes ----------------------------------------------------------------------- */

static int leave_after_an_hour(void *arg)
{
    (void)arg;
    int rc = co_sleep(3600 * NS_PER_S);
    co_close(writing.theirs);
    writing.theirs = -1;
    return rc;
}

/* With bytes unread: a unix socket tells ECONNRESET or EPIPE of that. */
static int write_until_it_is_lost(void *arg)
{
    (void)arg;
    static char piece[200 * 1024];
    stream_writer_init(&writing.writer, writing.ours, STREAM_HIGH_WATER);
    int rc = stream_write(&writing.writer, piece, sizeof piece);
    say("wrote %d", rc);
    rc = stream_drain(&writing.writer);
    assert_true(rc == -EPIPE || rc == -ECONNRESET);
    int again = stream_write(&writing.writer, piece, 1);
    assert_int_equal(again, rc);
    again = stream_drain(&writing.writer);
    assert_int_equal(again, rc);
    say("lost, kept %zu", writing.writer.capacity);
    stream_close(&writing.writer);
    again = stream_wait_closed(&writing.writer);
    assert_int_equal(again, rc);
    return 0;
}

static void the_loss_is_told_by_each_call(void **state)
{
    (void)state;
    struct co leaving;
    writing_start(&writing.co, write_until_it_is_lost);
    writing_start(&leaving, leave_after_an_hour);
    writing_run();
    assert_string_equal(trace_text(), "wrote 0, ended well, lost, kept 0, ended well");
}

static int close_with_something_left(void *arg)
{
    (void)arg;
    static char piece[200 * 1024];
    stream_writer_init(&writing.writer, writing.ours, STREAM_HIGH_WATER);
    int rc = stream_write(&writing.writer, piece, sizeof piece);
    say("wrote %d", rc);
    stream_close(&writing.writer);
    stream_close(&writing.writer); /* twice is once */
    rc = stream_wait_closed(&writing.writer);
    say("%s", rc == -EPIPE || rc == -ECONNRESET ? "lost" : "?");
    return 0;
}

static void the_end_tells_what_could_not_be_sent(void **state)
{
    (void)state;
    struct co leaving;
    writing_start(&writing.co, close_with_something_left);
    writing_start(&leaving, leave_after_an_hour);
    writing_run();
    assert_string_equal(trace_text(), "wrote 0, ended well, lost, ended well");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_never_drains_is_refused),      TEST(a_never_reader_suspends_the_writer),
        TEST(others_are_not_cancelled_with_it), TEST(after_a_cancelled_drain_the_close_sends_it),
        TEST(the_loss_is_told_by_each_call),    TEST(the_end_tells_what_could_not_be_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
