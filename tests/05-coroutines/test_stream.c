/* test_stream.c - lines out of bytes, however the bytes are cut. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "co_io.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_lose_their_ends),
        cmocka_unit_test(a_line_may_fill_the_buffer),
        cmocka_unit_test(a_longer_line_is_refused),
        cmocka_unit_test(bytes_and_lines_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
