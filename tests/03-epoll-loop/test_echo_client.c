/* One client of the echo server as a state machine: when it gives up, what memory it holds, when it
 * reads and when it does not, and how often it asks the kernel for anything. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "echo_client.h"
#include "unit.h"

#define IDLE_NS (60 * NS_PER_S)

/* A client on a loop, and the other end of its socket. */
struct talk {
    struct loop *loop;
    struct echo_client client;
    int peer;
    bool is_closed;
};

static void on_closed(struct echo_client *client, void *arg)
{
    struct talk *talk = arg;
    assert_ptr_equal(client, &talk->client);
    talk->is_closed = true;
    loop_stop(talk->loop);
}

static void one_pass(struct talk *talk)
{
    loop_stop(talk->loop);
    assert_int_equal(loop_run_forever(talk->loop), 0);
}

static void send_text(struct talk *talk, const char *text)
{
    assert_int_equal(write(talk->peer, text, strlen(text)), strlen(text));
}

static void expect_text(struct talk *talk, const char *expected)
{
    char text[20000];
    ssize_t count = read(talk->peer, text, sizeof text - 1);
    assert_true(count >= 0);
    text[count] = '\0';
    assert_string_equal(text, expected);
}

static void begin(struct talk *talk, const struct loop_backend *backend, int64_t idle_ns)
{
    int ends[2];
    *talk = (struct talk){.loop = loop_new(backend)};
    assert_non_null(talk->loop);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    talk->peer = ends[1];
    echo_client_start(&talk->client, talk->loop, ends[0], "Ada", idle_ns, on_closed, talk);
    expect_text(talk, "Welcome. Type a line, or exit.\n");
}

static void end(struct talk *talk)
{
    if (!talk->is_closed)
        echo_client_close(&talk->client);
    assert_true(talk->is_closed);
    close(talk->peer);
    struct loop_pending left = loop_pending(talk->loop);
    assert_int_equal(left.timers + left.callbacks + left.readers + left.writers, 0);
    loop_free(talk->loop);
}

/* ---- Idleness, on a clock that jumps -------------------------------------------------------- */

static void the_idle_are_closed(void **state)
{
    (void)state;
    struct talk talk;
    begin(&talk, &backend_virtual, IDLE_NS);
    assert_int_equal(loop_run_forever(talk.loop), 0);
    assert_true(talk.is_closed);
    assert_int_equal(loop_time(talk.loop) - VIRTUAL_START_NS, IDLE_NS);
    end(&talk);
}

static void on_send_line(void *arg)
{
    send_text(arg, "Ada\n");
}

static void on_stop(void *arg)
{
    loop_stop(arg);
}

/* Active after 50 s: closed after 110. The timer rings in between, once, and is not moved before
 * that. */
static void activity_puts_it_off(void **state)
{
    (void)state;
    struct talk talk;
    struct timer line, look;
    begin(&talk, &backend_virtual, IDLE_NS);
    int64_t first_ns = talk.client.patience.when_ns;
    timer_init(&line, on_send_line, &talk);
    timer_init(&look, on_stop, talk.loop);
    assert_int_equal(loop_call_later(talk.loop, &line, 50 * NS_PER_S), 0);
    assert_int_equal(loop_call_later(talk.loop, &look, 51 * NS_PER_S), 0);
    assert_int_equal(loop_run_forever(talk.loop), 0);
    expect_text(&talk, "Hello, Ada\n");
    assert_int_equal(talk.client.patience.when_ns, first_ns);
    assert_int_equal(loop_run_forever(talk.loop), 0);
    assert_int_equal(loop_time(talk.loop) - VIRTUAL_START_NS, 50 * NS_PER_S + IDLE_NS);
    assert_int_equal(backend_virtual_jumps(talk.loop), 4); /* 50, 51, 60, 110 */
    end(&talk);
}

static void without_a_limit_there_is_no_timer(void **state)
{
    (void)state;
    struct talk talk;
    begin(&talk, &backend_virtual, 0);
    assert_int_equal(loop_pending(talk.loop).timers, 0);
    end(&talk);
}

/* ---- Memory and back-pressure ---------------------------------------------------------------- */

static void silence_has_no_buffers(void **state)
{
    (void)state;
    struct talk talk;
    begin(&talk, &backend_virtual, 0);
    assert_null(talk.client.in);
    assert_null(talk.client.out);
    send_text(&talk, "A");
    one_pass(&talk);
    assert_non_null(talk.client.in);
    send_text(&talk, "da\n");
    one_pass(&talk);
    expect_text(&talk, "Hello, Ada\n");
    assert_null(talk.client.in);
    assert_null(talk.client.out);
    assert_true(sizeof talk.client <= 512);
    end(&talk);
}

/* Sends lines and reads nothing, until a pass takes nothing more. How many bytes were sent. */
static size_t send_until_nothing_goes(struct talk *talk)
{
    static const char line[] = "0123456789012345678901234567890123456789\n";
    size_t sent = 0;
    for (int refused = 0; refused < 3;) {
        ssize_t count = write(talk->peer, line, sizeof line - 1);
        refused = count < 0 ? refused + 1 : 0;
        sent += count > 0 ? (size_t)count : 0;
        if (count > 0 && count < (ssize_t)sizeof line - 1)
            fail_msg("a part of a line was taken");
        one_pass(talk);
    }
    return sent;
}

static void who_never_reads_is_not_read(void **state)
{
    (void)state;
    struct talk talk;
    char bytes[4096];
    begin(&talk, &backend_virtual, IDLE_NS);
    size_t lines = send_until_nothing_goes(&talk) / 41, answered = 0;
    struct loop_pending pending = loop_pending(talk.loop);
    assert_int_equal(pending.readers, 0);
    assert_int_equal(pending.writers, 1);
    assert_true(talk.client.out_end <= ECHO_OUT_SIZE);

    while (answered < lines * 48) { /* he reads late, and gets all */
        ssize_t count = read(talk.peer, bytes, sizeof bytes);
        answered += count > 0 ? (size_t)count : 0;
        one_pass(&talk);
    }
    assert_int_equal(answered, lines * 48);
    pending = loop_pending(talk.loop);
    assert_int_equal(pending.readers, 1);
    assert_int_equal(pending.writers, 0);
    end(&talk);
}

/* Who does not read is idle, too, in the end. */
static void who_never_reads_is_closed(void **state)
{
    (void)state;
    struct talk talk;
    begin(&talk, &backend_virtual, IDLE_NS);
    send_until_nothing_goes(&talk);
    assert_false(talk.is_closed);
    assert_int_equal(loop_run_forever(talk.loop), 0);
    assert_true(talk.is_closed);
    assert_int_equal(loop_time(talk.loop) - VIRTUAL_START_NS, IDLE_NS);
    end(&talk);
}

/* ---- What the kernel is asked ---------------------------------------------------------------- */

static int interest_changes, waits;

static int counting_io_set(struct loop *loop, int fd, unsigned old, unsigned mask)
{
    interest_changes++;
    return backend_epoll.io_set(loop, fd, old, mask);
}

static int counting_poll(struct loop *loop, int64_t timeout_ns)
{
    waits++;
    return backend_epoll.poll(loop, timeout_ns);
}

static struct loop_backend counting_backend(void)
{
    struct loop_backend backend = backend_epoll;
    backend.io_set = counting_io_set;
    backend.poll = counting_poll;
    interest_changes = waits = 0;
    return backend;
}

/* One epoll_ctl when the client comes, none for a line, one when it leaves. */
static void a_line_costs_no_epoll_ctl(void **state)
{
    (void)state;
    struct loop_backend backend = counting_backend();
    struct talk talk;
    begin(&talk, &backend, IDLE_NS);
    assert_int_equal(interest_changes, 1);
    waits = 0;
    for (int i = 0; i < 100; i++) {
        send_text(&talk, "Ada\n");
        one_pass(&talk);
        expect_text(&talk, "Hello, Ada\n");
    }
    assert_int_equal(interest_changes, 1);
    assert_int_equal(waits, 100);
    end(&talk);
    assert_int_equal(interest_changes, 2);
}

/* Full, and empty again: interest in writing comes and goes, whatever the number of lines. */
static void interest_in_writing_is_dropped(void **state)
{
    (void)state;
    struct loop_backend backend = counting_backend();
    struct talk talk;
    char bytes[4096];
    begin(&talk, &backend, 0);
    send_until_nothing_goes(&talk);
    while (read(talk.peer, bytes, sizeof bytes) > 0 || loop_pending(talk.loop).writers > 0)
        one_pass(&talk);
    assert_true(interest_changes <= 5);
    interest_changes = 0;
    one_pass(&talk);
    one_pass(&talk);
    assert_true(interest_changes <= 1); /* the one that nobody waits for is dropped now */
    send_text(&talk, "Ada\n");
    one_pass(&talk);
    expect_text(&talk, "Hello, Ada\n");
    end(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_idle_are_closed),
        cmocka_unit_test(activity_puts_it_off),
        cmocka_unit_test(without_a_limit_there_is_no_timer),
        cmocka_unit_test(silence_has_no_buffers),
        cmocka_unit_test(who_never_reads_is_not_read),
        cmocka_unit_test(who_never_reads_is_closed),
        cmocka_unit_test(a_line_costs_no_epoll_ctl),
        cmocka_unit_test(interest_in_writing_is_dropped),
    };
    alarm(120);
    return cmocka_run_group_tests_name("one client of the echo server", tests, NULL, NULL);
}
