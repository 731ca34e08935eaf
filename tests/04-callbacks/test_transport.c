/* A transport on one end of a pair of sockets: reading and writing. */
#include <errno.h>
#include <unistd.h>

#include "recorder.h"

#define MUCH ((size_t)1 << 20) /* bytes; more than a pair of sockets holds */

/* ---- Reading ------------------------------------------------------------------------------- */

static void connection_made_comes_by_the_loop_and_first(void **state)
{
    struct pair *pair = *state;
    peer_send(pair, "early");
    assert_string_equal(trace_text(), "");
    pair_begin(pair);
    run_passes(pair->loop, 1);
    assert_string_equal(trace_text(), "made, data early");
    pair_end(pair);
}

static void one_event_reads_once(void **state)
{
    struct pair *pair = *state;
    char bytes[40000] = {0};
    pair->recorder.counts_only = true;
    pair_begin(pair);
    assert_int_equal(write(pair->peer, bytes, sizeof bytes), sizeof bytes);
    run_passes(pair->loop, 1);
    size_t first = pair->recorder.received;
    assert_true(first > 0 && first < sizeof bytes);
    run_passes(pair->loop, 10);
    assert_int_equal(pair->recorder.received, sizeof bytes);
    pair_end(pair);
}

static void paused_reading_waits(void **state)
{
    struct pair *pair = *state;
    pair_begin(pair);
    transport_pause_reading(pair->recorder.transport);
    transport_pause_reading(pair->recorder.transport);
    peer_send(pair, "later");
    run_passes(pair->loop, 3);
    assert_string_equal(trace_text(), "made");
    transport_resume_reading(pair->recorder.transport);
    run_passes(pair->loop, 1);
    assert_string_equal(trace_text(), "made, data later");
    pair_end(pair);
}

static void pause_at_once(struct recorder *recorder)
{
    transport_pause_reading(recorder->transport);
}

static void reading_can_be_paused_in_connection_made(void **state)
{
    struct pair *pair = *state;
    pair->recorder.on_made = pause_at_once;
    peer_send(pair, "early");
    run_passes(pair->loop, 3);
    assert_string_equal(trace_text(), "made");
    transport_resume_reading(pair->recorder.transport);
    run_passes(pair->loop, 1);
    assert_string_equal(trace_text(), "made, data early");
    pair_end(pair);
}

/* ---- Writing ------------------------------------------------------------------------------- */

static void a_write_goes_at_once(void **state)
{
    struct pair *pair = *state;
    pair_begin(pair);
    transport_write(pair->recorder.transport, "now", 3);
    peer_expect(pair, "now");
    assert_int_equal(transport_write_buffered(pair->recorder.transport), 0);
    assert_int_equal(loop_pending(pair->loop).writers, 0);
    pair_end(pair);
}

static void what_does_not_fit_is_kept_and_sent_in_order(void **state)
{
    struct pair *pair = *state;
    pair_begin(pair);
    write_pattern(pair, MUCH);
    assert_string_equal(trace_text(), "made, pause");
    assert_int_equal(loop_pending(pair->loop).writers, 1);
    write_pattern(pair, 256); /* may not overtake; it goes on with the pattern */
    assert_string_equal(trace_text(), "made, pause");
    assert_int_equal(peer_read_pattern(pair, MUCH + 256), MUCH + 256);
    assert_string_equal(trace_text(), "made, pause, resume");
    assert_int_equal(transport_write_buffered(pair->recorder.transport), 0);
    assert_int_equal(loop_pending(pair->loop).writers, 0); /* no interest without bytes */
    pair_end(pair);
}

/* There is room in the kernel again, but what is kept is first in line. */
static void a_write_does_not_overtake(void **state)
{
    struct pair *pair = *state;
    char bytes[512];
    pair_begin(pair);
    write_pattern(pair, MUCH);
    size_t sent = MUCH - transport_write_buffered(pair->recorder.transport);
    while (sent > 0) /* the beginning of the pattern, without a pass of the loop */
        sent -= (size_t)peer_read(pair, bytes, sent < 256 ? sent : 256);
    write_pattern(pair, 256);
    size_t held = transport_write_buffered(pair->recorder.transport);
    assert_int_equal(peer_read(pair, bytes, 1), -EAGAIN);
    run_passes(pair->loop, 1);
    assert_true(transport_write_buffered(pair->recorder.transport) < held);
    pair_end(pair);
}

static void write_more(struct recorder *recorder)
{
    transport_write(recorder->transport, "x", 1);
}

/* Both in one pass: what arrives makes us write more, and what is kept goes on its way all the
 * same. */
static void a_write_does_not_put_off_the_sending(void **state)
{
    struct pair *pair = *state;
    char bytes[1024];
    pair->recorder.on_data = write_more;
    pair_begin(pair);
    write_pattern(pair, MUCH);
    size_t held = transport_write_buffered(pair->recorder.transport);
    while (peer_read(pair, bytes, sizeof bytes) > 0)
        continue;
    peer_send(pair, "a");
    run_passes(pair->loop, 1);
    assert_string_equal(trace_text(), "made, pause, data a");
    assert_true(transport_write_buffered(pair->recorder.transport) < held);
    pair_end(pair);
}

static void pause_above_the_high_mark_resume_at_the_low_one(void **state)
{
    struct pair *pair = *state;
    struct transport *transport;
    char bytes[1024] = {0};
    pair_begin(pair);
    transport = pair->recorder.transport;
    transport_set_write_limits(transport, 50000, 20000);
    while (transport_write_buffered(transport) + sizeof bytes <= 50000)
        transport_write(transport, bytes, sizeof bytes);
    assert_string_equal(trace_text(), "made");
    transport_write(transport, bytes, sizeof bytes);
    transport_write(transport, bytes, sizeof bytes);
    assert_string_equal(trace_text(), "made, pause");
    while (transport_write_buffered(transport) > 0) {
        bool is_low = transport_write_buffered(transport) <= 20000;
        assert_string_equal(trace_text(), is_low ? "made, pause, resume" : "made, pause");
        while (peer_read(pair, bytes, sizeof bytes) > 0)
            continue;
        run_passes(pair->loop, 1);
    }
    pair_end(pair);
}

static void write_eof_comes_after_the_bytes(void **state)
{
    struct pair *pair = *state;
    char byte;
    pair_begin(pair);
    write_pattern(pair, MUCH);
    transport_write_eof(pair->recorder.transport);
    transport_write(pair->recorder.transport, "ignored", 7);
    assert_int_equal(peer_read_pattern(pair, MUCH), MUCH);
    run_passes(pair->loop, 1);
    assert_int_equal(peer_read(pair, &byte, 1), 0);
    peer_send(pair, "and you?");
    run_passes(pair->loop, 1);
    assert_string_equal(trace_text(), "made, pause, resume, data and you?");
    peer_close(pair);
    run_passes(pair->loop, 2);
    assert_string_equal(trace_text(), "made, pause, resume, data and you?, eof, lost 0");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)
    const struct CMUnitTest tests[] = {
        TEST(connection_made_comes_by_the_loop_and_first),
        TEST(one_event_reads_once),
        TEST(paused_reading_waits),
        TEST(reading_can_be_paused_in_connection_made),
        TEST(a_write_goes_at_once),
        TEST(what_does_not_fit_is_kept_and_sent_in_order),
        TEST(a_write_does_not_overtake),
        TEST(a_write_does_not_put_off_the_sending),
        TEST(pause_above_the_high_mark_resume_at_the_low_one),
        TEST(write_eof_comes_after_the_bytes),
    };
    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
