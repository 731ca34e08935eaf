/* test_stream_writer.c - the buffered writer, with a peer who reads. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "co_io.h"
#include "trace.h"
#include "unit.h"
#include "writing.h"

enum { PIECES = 300, PIECE = 1000 };

static char nth_byte(size_t n)
{
    return (char)('a' + n % 23 + n / 1000 % 3);
}

static int write_pieces(void *arg)
{
    (void)arg;
    stream_writer_init(&writing.writer, writing.ours, STREAM_HIGH_WATER);
    char piece[PIECE];
    size_t most = 0;
    bool went_on_with_some = false;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < PIECES; i++) {
        for (size_t k = 0; k < PIECE; k++)
            piece[k] = nth_byte(i * PIECE + k);
        rc = stream_write(&writing.writer, piece, PIECE);
        size_t kept = writing.writer.end - writing.writer.begin;
        most = kept > most ? kept : most;
        bool will_wait = writing.writer.is_full;
        if (rc == 0)
            rc = stream_drain(&writing.writer);
        kept = writing.writer.end - writing.writer.begin;
        if (will_wait)
            assert_in_range(kept, 0, STREAM_HIGH_WATER / 4);
        went_on_with_some |= will_wait && kept > 0;
    }
    assert_in_range(most, 1, STREAM_HIGH_WATER + PIECE);
    assert_true(went_on_with_some);
    stream_close(&writing.writer);
    say("closing");
    int closed = stream_wait_closed(&writing.writer);
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
    while ((count = co_read(writing.theirs, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < count; i++)
            assert_int_equal(bytes[i], nth_byte(total++));
    say("read %zu", total);
    return (int)count;
}

static void all_bytes_come_in_their_order(void **state)
{
    (void)state;
    struct co reading;
    writing_start(&writing.co, write_pieces);
    writing_start(&reading, read_all);
    writing_run();
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
    stream_writer_init(&writing.writer, writing.ours, sizeof piece);
    int rc = stream_write(&writing.writer, piece, sizeof piece);
    ssize_t count = read(writing.theirs, bytes, sizeof bytes), total = count;
    assert_true(count > 0);
    if (rc == 0)
        rc = stream_write(&writing.writer, "Z", 1);
    stream_close(&writing.writer);
    char last = '\0';
    while (rc == 0 && (count = co_read(writing.theirs, bytes, sizeof bytes)) > 0) {
        total += count;
        last = bytes[count - 1];
    }
    assert_int_equal(total, sizeof piece + 1);
    say("last %c", last);
    int closed = stream_wait_closed(&writing.writer);
    return rc < 0 ? rc : closed;
}

/* With a mark of 0 drain is the end of the kernel's taking: nothing is kept after it. */
static int write_without_a_mark(void *arg)
{
    (void)arg;
    char piece[PIECE * 30];
    memset(piece, 'x', sizeof piece);
    stream_writer_init(&writing.writer, writing.ours, 0);
    int rc = stream_write(&writing.writer, piece, sizeof piece);
    say("kept %d", writing.writer.end > writing.writer.begin);
    if (rc == 0)
        rc = stream_drain(&writing.writer);
    say("kept %zu in %zu", writing.writer.end - writing.writer.begin, writing.writer.capacity);
    stream_close(&writing.writer);
    int closed = stream_wait_closed(&writing.writer);
    return rc < 0 ? rc : closed;
}

static void what_is_kept_goes_first(void **state)
{
    (void)state;
    writing_start(&writing.co, write_behind);
    writing_run();
    assert_string_equal(trace_text(), "last Z, ended well");
}

static void without_a_mark_drain_waits_for_all(void **state)
{
    (void)state;
    struct co reading;
    writing_start(&writing.co, write_without_a_mark);
    writing_start(&reading, writing_read_all);
    writing_run();
    assert_string_equal(trace_text(), "kept 1, kept 0 in 0, ended well, ended well");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_bytes_come_in_their_order),
        TEST(what_is_kept_goes_first),
        TEST(without_a_mark_drain_waits_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
