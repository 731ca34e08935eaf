/* A transport on one end of a pair of sockets: the ends that it can come to. Each is told once, and
 * by the loop. */
#include <sys/socket.h>

#include "recorder.h"

#define MUCH ((size_t)1 << 20) /* bytes; more than a pair of sockets holds */

/* ---- The peer's end ------------------------------------------------------------------------ */

static void eof_closes(void **state)
{
    struct pair *pair = *state;
    pair_begin(pair);
    peer_send(pair, "last");
    peer_close(pair);
    run_passes(pair->loop, 3);
    assert_string_equal(trace_text(), "made, data last, eof, lost 0");
}

static void eof_may_keep_our_side_open(void **state)
{
    struct pair *pair = *state;
    pair->recorder.keeps_open = true;
    pair_begin(pair);
    shutdown(pair->peer, SHUT_WR);
    run_passes(pair->loop, 5);
    assert_string_equal(trace_text(), "made, eof");
    assert_false(transport_is_closing(pair->recorder.transport));
    transport_resume_reading(pair->recorder.transport); /* there is nothing to be resumed */
    assert_int_equal(loop_pending(pair->loop).readers, 0);
    transport_write(pair->recorder.transport, "still here", 10);
    peer_expect(pair, "still here");
    transport_close(pair->recorder.transport);
    run_passes(pair->loop, 1);
    assert_string_equal(trace_text(), "made, eof, lost 0");
    peer_expect(pair, "");
}

static void writing_to_a_peer_that_left_is_told_later(void **state)
{
    struct pair *pair = *state;
    pair_begin(pair);
    peer_close(pair);
    transport_write(pair->recorder.transport, "hello", 5);
    assert_true(transport_is_closing(pair->recorder.transport));
    assert_string_equal(trace_text(), "made"); /* not inside transport_write */
    transport_write(pair->recorder.transport, "ignored", 7);
    run_passes(pair->loop, 3);
    assert_string_equal(trace_text(), "made, lost EPIPE");
}

static void a_peer_that_leaves_in_the_middle_of_our_writing(void **state)
{
    struct pair *pair = *state;
    pair_begin(pair);
    transport_pause_reading(pair->recorder.transport);
    write_pattern(pair, MUCH);
    peer_close(pair);
    run_passes(pair->loop, 3);
    assert_string_equal(trace_text(), "made, pause, lost EPIPE");
}

/* ---- Our end ------------------------------------------------------------------------------- */

static void close_is_told_once_and_later(void **state)
{
    struct pair *pair = *state;
    pair_begin(pair);
    transport_close(pair->recorder.transport);
    transport_close(pair->recorder.transport);
    transport_abort(pair->recorder.transport);
    assert_string_equal(trace_text(), "made");
    run_passes(pair->loop, 3);
    assert_string_equal(trace_text(), "made, lost 0");
}

static void close_sends_what_is_kept(void **state)
{
    struct pair *pair = *state;
    char byte;
    pair_begin(pair);
    write_pattern(pair, MUCH);
    transport_close(pair->recorder.transport);
    transport_write(pair->recorder.transport, "ignored", 7);
    peer_send(pair, "not read any more");
    run_passes(pair->loop, 5);
    assert_string_equal(trace_text(), "made, pause");
    size_t held = transport_write_buffered(pair->recorder.transport);
    assert_int_equal(peer_read_pattern(pair, MUCH - held), MUCH - held);
    while (pair->recorder.transport) {
        run_passes(pair->loop, 1);
        while (peer_read(pair, &byte, 1) > 0)
            held--;
    }
    assert_int_equal(held, 0);
    assert_string_equal(trace_text(), "made, pause, lost 0");
}

static void abort_throws_away(void **state)
{
    struct pair *pair = *state;
    pair_begin(pair);
    write_pattern(pair, MUCH);
    transport_abort(pair->recorder.transport);
    assert_int_equal(transport_write_buffered(pair->recorder.transport), 0);
    run_passes(pair->loop, 1);
    assert_string_equal(trace_text(), "made, pause, lost 0");
    char bytes[8192];
    size_t total = 0;
    for (ssize_t count; (count = peer_read(pair, bytes, sizeof bytes)) > 0;)
        total += (size_t)count;
    assert_true(total < MUCH);
}

static void end_from_within(struct recorder *recorder)
{
    transport_write(recorder->transport, "x", 1);
    transport_close(recorder->transport);
    transport_abort(recorder->transport);
    transport_resume_reading(recorder->transport);
}

static void the_end_may_come_from_any_callback(void **state)
{
    struct pair *pair = *state;
    pair->recorder.on_data = end_from_within;
    pair->recorder.on_lost = end_from_within;
    pair_begin(pair);
    peer_send(pair, "a");
    run_passes(pair->loop, 5);
    assert_string_equal(trace_text(), "made, data a, lost 0");
}

static void the_end_may_come_in_connection_made(void **state)
{
    struct pair *pair = *state;
    pair->recorder.on_made = end_from_within;
    peer_send(pair, "a");
    run_passes(pair->loop, 5);
    assert_string_equal(trace_text(), "made, lost 0");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)
    const struct CMUnitTest tests[] = {
        TEST(eof_closes),
        TEST(eof_may_keep_our_side_open),
        TEST(writing_to_a_peer_that_left_is_told_later),
        TEST(a_peer_that_leaves_in_the_middle_of_our_writing),
        TEST(close_is_told_once_and_later),
        TEST(close_sends_what_is_kept),
        TEST(abort_throws_away),
        TEST(the_end_may_come_from_any_callback),
        TEST(the_end_may_come_in_connection_made),
    };
    return cmocka_run_group_tests_name("transport's end", tests, NULL, NULL);
}
