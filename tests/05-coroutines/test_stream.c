/* test_stream.c - lines out of bytes, however the bytes are cut. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "co_io.h"
#include "net.h"
#include "stream.h"
#include "trace.h"
#include "unit.h"

static struct loop *loop;
static int pair[2];
static const char *input; /* what the writer sends, and then ends */
static size_t piece;      /* bytes at a time */

static int running; /* coroutines; the last one stops the loop */

static void end_one(void)
{
    if (--running == 0)
        loop_stop(loop);
}

static int send_input(void *arg)
{
    (void)arg;
    size_t length = strlen(input);
    int rc = 0;
    for (size_t at = 0; rc == 0 && at < length; at += piece) {
        rc = co_write_all(pair[1], input + at, length - at < piece ? length - at : piece);
        if (rc == 0)
            rc = co_yield();
    }
    shutdown(pair[1], SHUT_WR);
    end_one();
    return rc;
}

static int say_lines(void *arg)
{
    (void)arg;
    char buffer[8], *line;
    struct stream_reader reader;
    stream_reader_init(&reader, pair[0], buffer, sizeof buffer);
    ssize_t length;
    while ((length = stream_read_line(&reader, &line)) >= 0)
        say("%zd:%s", length, line);
    say("%s", strerrorname_np((int)-length));
    end_one();
    return 0;
}

static int mix_lines_and_bytes(void *arg)
{
    (void)arg;
    char buffer[8], bytes[8] = "", *line;
    struct stream_reader reader;
    stream_reader_init(&reader, pair[0], buffer, sizeof buffer);
    ssize_t length = stream_read_line(&reader, &line);
    say("%zd:%s", length, line);
    int rc = stream_read_exactly(&reader, bytes, 5);
    say("%d:%s", rc, bytes);
    length = stream_read_line(&reader, &line);
    say("%zd:%s", length, line);
    rc = stream_read_exactly(&reader, bytes, 5);
    say("%s", strerrorname_np(-rc));
    end_one();
    return 0;
}

/* What stands before the separator "--\n--", then what is left. */
static int say_parts(void *arg)
{
    (void)arg;
    char buffer[10], left[sizeof buffer + 1] = "", *part;
    struct stream_reader reader;
    stream_reader_init(&reader, pair[0], buffer, sizeof buffer);
    ssize_t length;
    while ((length = stream_read_until(&reader, "--\n--", 5, &part)) >= 0)
        say("%zd:%.*s", length, (int)length - 5, part);
    say("%s", strerrorname_np((int)-length));
    ssize_t count, had = 0;
    while (had < 4 && (count = stream_read(&reader, left + had, 4 - (size_t)had)) > 0)
        had += count;
    say("left %s", left);
    end_one();
    return 0;
}

static int read_what_is_not_there(void *arg)
{
    (void)arg;
    char buffer[8], bytes[8] = "", *part;
    struct stream_reader reader;
    stream_reader_init(&reader, pair[0], buffer, sizeof buffer);
    int rc = stream_read_exactly(&reader, bytes, 7);
    say("%s:%s", strerrorname_np(-rc), bytes);
    ssize_t count = stream_read(&reader, bytes, 1);
    say("%zd", count);
    count = stream_read_until(&reader, "", 0, &part);
    say("%s", strerrorname_np((int)-count));
    end_one();
    return 0;
}

/* The same input, whole, then cut at every length, leaves the same trace. */
static void expect(coro_fn *fn, const char *text, const char *expected)
{
    input = text;
    for (piece = strlen(text) + 1; piece > 0; piece--) {
        trace_clear();
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
        loop = loop_new(&backend_epoll);
        running = 2;
        assert_int_equal(co_spawn(loop, fn, NULL, "reader"), 0);
        assert_int_equal(co_spawn(loop, send_input, NULL, "writer"), 0);
        alarm(60);
        assert_int_equal(loop_run_forever(loop), 0);
        alarm(0);
        assert_string_equal(trace_text(), expected);
        loop_free(loop);
        close(pair[0]);
        close(pair[1]);
    }
}

static void lines_lose_their_ends(void **state)
{
    (void)state;
    expect(say_lines, "a\r\nbc\n\n\r\nd", "1:a, 2:bc, 0:, 0:, 1:d, ENODATA");
}

static void a_line_may_fill_the_buffer(void **state)
{
    (void)state;
    expect(say_lines, "123456\n123456\r\n123456", "6:123456, 6:123456, 6:123456, ENODATA");
}

static void a_longer_line_is_refused(void **state)
{
    (void)state;
    expect(say_lines, "a\n12345678\n", "1:a, EMSGSIZE");
    expect(say_lines, "a\n1234567\n", "1:a, EMSGSIZE");
    expect(say_lines, "a\n1234567", "1:a, EMSGSIZE");
}

static void bytes_and_lines_mix(void **state)
{
    (void)state;
    expect(mix_lines_and_bytes, "a\n12345b\n123", "1:a, 0:12345, 1:b, ENODATA");
}

static void a_separator_may_come_in_pieces(void **state)
{
    (void)state;
    expect(say_parts, "a--\n----\n--bcd--\n--e--\n-", "6:a, 5:, 8:bcd, ENODATA, left e--\n");
    expect(say_parts, "-----\n--", "8:---, ENODATA, left ");
}

static void without_a_separator_the_buffer_fills(void **state)
{
    (void)state;
    expect(say_parts, "12345--\n--", "10:12345, ENODATA, left ");
    expect(say_parts, "123456--\n--", "EMSGSIZE, left 1234");
}

static void an_end_too_early_is_told_from_an_end(void **state)
{
    (void)state;
    expect(read_what_is_not_there, "123456", "ENODATA:123456, 0, EINVAL");
}

static int read_nothing_and_then_a_line(void *arg)
{
    (void)arg;
    char buffer[8], *line;
    struct stream_reader reader;
    stream_reader_init(&reader, pair[0], buffer, sizeof buffer);
    say("%zd", stream_read(&reader, buffer, 0));
    say("%zd", stream_read_line(&reader, &line));
    end_one();
    return 0;
}

static void who_wants_no_byte_meets_no_end(void **state)
{
    (void)state;
    expect(read_nothing_and_then_a_line, "abc\n", "0, 3");
}

static int read_from_one_who_reset(void *arg)
{
    char buffer[8], *line;
    struct stream_reader reader;
    stream_reader_init(&reader, *(int *)arg, buffer, sizeof buffer);
    ssize_t length = stream_read_line(&reader, &line);
    say("%s", strerrorname_np((int)-length));
    loop_stop(loop);
    return 0;
}

static void an_error_is_told_from_an_end(void **state)
{
    (void)state;
    struct linger at_once = {.l_onoff = 1};
    int listening = net_listen("127.0.0.1", 0, 1);
    int one = net_connect("127.0.0.1", (uint16_t)net_port(listening));
    int other = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(one >= 0 && other >= 0);
    assert_int_equal(setsockopt(one, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(one);
    trace_clear();
    loop = loop_new(&backend_epoll);
    assert_int_equal(co_spawn(loop, read_from_one_who_reset, &other, "reader"), 0);
    alarm(60);
    assert_int_equal(loop_run_forever(loop), 0);
    alarm(0);
    assert_string_equal(trace_text(), "ECONNRESET");
    loop_free(loop);
    close(other);
    close(listening);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_lose_their_ends),
        cmocka_unit_test(a_line_may_fill_the_buffer),
        cmocka_unit_test(a_longer_line_is_refused),
        cmocka_unit_test(bytes_and_lines_mix),
        cmocka_unit_test(a_separator_may_come_in_pieces),
        cmocka_unit_test(without_a_separator_the_buffer_fills),
        cmocka_unit_test(an_end_too_early_is_told_from_an_end),
        cmocka_unit_test(an_error_is_told_from_an_end),
        cmocka_unit_test(who_wants_no_byte_meets_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
