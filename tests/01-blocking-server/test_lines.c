/* read_line: however the bytes are cut into pieces, the lines are the same. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lines.h"
#include "unit.h"

#define LONGEST 10 /* bytes in a line */

/* A pair of sockets of messages: each read gives what one send gave, and not more. */
struct pieces {
    int ends[2]; /* ours, the reader's */
    char buffer[LONGEST + 2];
    struct line_reader reader;
};

static void pieces_open(struct pieces *pieces)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pieces->ends), 0);
    line_reader_init(&pieces->reader, pieces->ends[1], pieces->buffer, sizeof pieces->buffer);
}

static void pieces_close(struct pieces *pieces)
{
    if (pieces->ends[0] >= 0)
        close(pieces->ends[0]);
    close(pieces->ends[1]);
}

static void send_piece(struct pieces *pieces, const char *bytes, size_t length)
{
    assert_int_equal(send(pieces->ends[0], bytes, length, MSG_NOSIGNAL), length);
}

static void send_end(struct pieces *pieces)
{
    close(pieces->ends[0]);
    pieces->ends[0] = -1;
}

static void expect_line(struct pieces *pieces, const char *expected, size_t length)
{
    const char *line;
    assert_int_equal(read_line(&pieces->reader, &line), length);
    assert_memory_equal(line, expected, length);
}

static void expect_result(struct pieces *pieces, int expected)
{
    const char *line;
    assert_int_equal(read_line(&pieces->reader, &line), expected);
}

static void any_cut_gives_the_same_lines(void **state)
{
    (void)state;
    static const char text[] = "Ada\nBob\r\n\n\r\na\rb\nlast";
    size_t length = sizeof text - 1;
    for (size_t step = 1; step <= LONGEST + 2; step++) {
        struct pieces pieces;
        pieces_open(&pieces);
        for (size_t at = 0; at < length; at += step)
            send_piece(&pieces, text + at, length - at < step ? length - at : step);
        send_end(&pieces);
        expect_line(&pieces, "Ada", 3);
        expect_line(&pieces, "Bob", 3);
        expect_line(&pieces, "", 0);
        expect_line(&pieces, "", 0);
        expect_line(&pieces, "a\rb", 3);
        expect_line(&pieces, "last", 4);
        expect_result(&pieces, -ENODATA);
        expect_result(&pieces, -ENODATA);
        pieces_close(&pieces);
    }
}

static void bytes_are_bytes(void **state)
{
    (void)state;
    struct pieces pieces;
    pieces_open(&pieces);
    send_piece(&pieces, "a\0\xff\n", 4);
    expect_line(&pieces, "a\0\xff", 3);
    pieces_close(&pieces);
}

static void the_longest_line_fits(void **state)
{
    (void)state;
    struct pieces pieces;
    pieces_open(&pieces);
    send_piece(&pieces, "0123456789\r\n", 12);
    send_piece(&pieces, "0123456789\n", 11);
    send_piece(&pieces, "0123456789", 10);
    send_end(&pieces);
    expect_line(&pieces, "0123456789", 10);
    expect_line(&pieces, "0123456789", 10);
    expect_line(&pieces, "0123456789", 10);
    expect_result(&pieces, -ENODATA);
    pieces_close(&pieces);
}

static void a_longer_line_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"0123456789x\n", "0123456789xyz", "0123456789x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct pieces pieces;
        pieces_open(&pieces);
        for (const char *byte = texts[i]; *byte; byte++)
            send_piece(&pieces, byte, 1);
        send_end(&pieces);
        expect_result(&pieces, -EMSGSIZE);
        pieces_close(&pieces);
    }
}

static void an_error_is_given_on(void **state)
{
    (void)state;
    char buffer[LONGEST + 2];
    const char *line;
    struct line_reader reader;
    line_reader_init(&reader, -1, buffer, sizeof buffer);
    assert_int_equal(read_line(&reader, &line), -EBADF);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_cut_gives_the_same_lines), cmocka_unit_test(bytes_are_bytes),
        cmocka_unit_test(the_longest_line_fits),        cmocka_unit_test(a_longer_line_is_refused),
        cmocka_unit_test(an_error_is_given_on),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
