/* A client from whom nothing comes, on a clock that jumps: closed when it is due, not before. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "line_protocol.h"
#include "unit.h"

#define IDLE_NS (60 * NS_PER_S)

struct visit {
    struct line_protocol lines; /* first */
    struct loop *loop;
    int peer;
    int64_t idle_ns, lost_ns;
    bool is_lost;
    char line[100];
    struct timer word; /* the client says something */
};

static void on_made(struct line_protocol *lines)
{
    line_protocol_limit_idleness(lines, ((struct visit *)lines)->idle_ns);
}

static void on_line(struct line_protocol *lines, const char *line, size_t length)
{
    if (length == 4 && memcmp(line, "exit", 4) == 0)
        line_protocol_end(lines);
}

static void on_lost(struct line_protocol *lines, int error)
{
    struct visit *visit = (struct visit *)lines;
    assert_int_equal(error, 0);
    assert_false(visit->is_lost);
    visit->is_lost = true;
    visit->lost_ns = loop_time(visit->loop) - VIRTUAL_START_NS;
    loop_stop(visit->loop);
}

static void begin(struct visit *visit, int64_t idle_ns)
{
    static const struct line_calls calls = {
        .connection_made = on_made, .line_received = on_line, .connection_lost = on_lost};
    int ends[2];
    *visit = (struct visit){.loop = loop_new(&backend_virtual), .idle_ns = idle_ns};
    assert_non_null(visit->loop);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    visit->peer = ends[1];
    line_protocol_init(&visit->lines, &calls, visit->loop, visit->line, sizeof visit->line - 1);
    assert_non_null(transport_new(visit->loop, ends[0], "the peer", &visit->lines.protocol));
}

static void run_until_lost(struct visit *visit, int64_t expected_ns)
{
    assert_int_equal(loop_run_forever(visit->loop), 0);
    assert_true(visit->is_lost);
    assert_int_equal(visit->lost_ns, expected_ns);
    struct loop_pending left = loop_pending(visit->loop);
    assert_int_equal(left.timers + left.callbacks + left.readers + left.writers, 0);
    loop_free(visit->loop);
    close(visit->peer);
}

static void say(struct visit *visit, const char *text)
{
    assert_int_equal(write(visit->peer, text, strlen(text)), strlen(text));
}

static void say_half_a_line(void *arg)
{
    say(arg, "half a li");
}

static void hang_up(void *arg)
{
    struct visit *visit = arg;
    assert_int_equal(shutdown(visit->peer, SHUT_WR), 0);
}

static void the_silent_are_closed(void **state)
{
    (void)state;
    struct visit visit;
    begin(&visit, IDLE_NS);
    run_until_lost(&visit, IDLE_NS);
}

static void each_byte_puts_it_off(void **state)
{
    (void)state;
    struct visit visit;
    begin(&visit, IDLE_NS);
    timer_init(&visit.word, say_half_a_line, &visit);
    assert_int_equal(loop_call_later(visit.loop, &visit.word, 50 * NS_PER_S), 0);
    run_until_lost(&visit, 50 * NS_PER_S + IDLE_NS);
}

static void without_a_limit_nobody_is(void **state)
{
    (void)state;
    struct visit visit;
    begin(&visit, 0);
    timer_init(&visit.word, hang_up, &visit);
    assert_int_equal(loop_call_later(visit.loop, &visit.word, 1000 * IDLE_NS), 0);
    run_until_lost(&visit, 1000 * IDLE_NS);
}

/* Reads until nothing more is there; returns how much it was. */
static size_t read_all(struct visit *visit)
{
    static char bytes[64 * 1024];
    size_t length = 0;
    ssize_t count;
    while ((count = read(visit->peer, bytes, sizeof bytes)) > 0)
        length += (size_t)count;
    return length;
}

static void on_read_time(void *arg)
{
    read_all(arg);
}

static void write_much(struct visit *visit)
{
    static const char zeros[1024 * 1024];
    loop_stop(visit->loop);
    assert_int_equal(loop_run_forever(visit->loop), 0); /* connection_made */
    transport_write(visit->lines.transport, zeros, sizeof zeros);
    assert_true(transport_write_buffered(visit->lines.transport) > TRANSPORT_HIGH_WATER);
}

/* What is kept for it would keep transport_close waiting for ever. */
static void a_never_reader_is_idle(void **state)
{
    (void)state;
    struct visit visit;
    begin(&visit, IDLE_NS);
    write_much(&visit);
    run_until_lost(&visit, IDLE_NS);
}

/* It sends nothing, since nothing is read from it, but it reads: from then on it counts. */
static void one_who_reads_late_is_active(void **state)
{
    (void)state;
    struct visit visit;
    struct timer reads[100];
    begin(&visit, IDLE_NS);
    write_much(&visit);
    for (int i = 0; i < 100; i++) { /* a megabyte, in pieces as large as the socket's buffer */
        timer_init(&reads[i], on_read_time, &visit);
        assert_int_equal(loop_call_later(visit.loop, &reads[i], 50 * NS_PER_S + i), 0);
    }
    assert_int_equal(loop_run_forever(visit.loop), 0);
    assert_true(visit.is_lost);
    assert_in_range(visit.lost_ns, 50 * NS_PER_S + IDLE_NS, 50 * NS_PER_S + IDLE_NS + 100);
    loop_free(visit.loop);
    close(visit.peer);
}

/* After "exit" it may go on sending for a second: that end comes first. */
static void a_dialogue_that_is_over_does_not_wait_for_it(void **state)
{
    (void)state;
    struct visit visit;
    begin(&visit, IDLE_NS);
    say(&visit, "exit\n");
    run_until_lost(&visit, NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_silent_are_closed),
        cmocka_unit_test(each_byte_puts_it_off),
        cmocka_unit_test(without_a_limit_nobody_is),
        cmocka_unit_test(a_never_reader_is_idle),
        cmocka_unit_test(one_who_reads_late_is_active),
        cmocka_unit_test(a_dialogue_that_is_over_does_not_wait_for_it),
    };
    alarm(60);
    return cmocka_run_group_tests_name("idle clients", tests, NULL, NULL);
}
