#include "recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"

#define GUARD_S 60

/* ---- The protocol -------------------------------------------------------------------------- */

static void on_made(struct protocol *protocol, struct transport *transport)
{
    struct recorder *recorder = (struct recorder *)protocol;
    recorder->transport = transport;
    say("made");
    if (recorder->on_made)
        recorder->on_made(recorder);
}

static void on_data(struct protocol *protocol, const char *bytes, size_t length)
{
    struct recorder *recorder = (struct recorder *)protocol;
    recorder->received += length;
    if (!recorder->counts_only)
        say("data %.*s", (int)length, bytes);
    if (recorder->on_data)
        recorder->on_data(recorder);
}

static bool on_eof(struct protocol *protocol)
{
    say("eof");
    return ((struct recorder *)protocol)->keeps_open;
}

static void on_lost(struct protocol *protocol, int error)
{
    struct recorder *recorder = (struct recorder *)protocol;
    say("lost %s", error < 0 ? strerrorname_np(-error) : "0");
    if (recorder->on_lost)
        recorder->on_lost(recorder);
    recorder->transport = NULL;
    recorder->lost++;
}

static void on_pause(struct protocol *protocol)
{
    (void)protocol;
    say("pause");
}

static void on_resume(struct protocol *protocol)
{
    (void)protocol;
    say("resume");
}

void recorder_init(struct recorder *recorder)
{
    static const struct protocol_calls calls = {
        .connection_made = on_made,
        .data_received = on_data,
        .eof_received = on_eof,
        .connection_lost = on_lost,
        .pause_writing = on_pause,
        .resume_writing = on_resume,
    };
    *recorder = (struct recorder){.protocol.calls = &calls};
}

/* ---- The loop by hand ---------------------------------------------------------------------- */

void run_passes(struct loop *loop, int passes)
{
    while (passes-- > 0) {
        loop_stop(loop); /* before the run: one pass */
        assert_int_equal(loop_run_forever(loop), 0);
    }
}

struct condition {
    struct loop *loop;
    const int *number;
    int wanted;
    struct timer look;
};

static void look(void *arg)
{
    struct condition *condition = arg;
    if (*condition->number == condition->wanted)
        loop_stop(condition->loop);
    else
        loop_call_later(condition->loop, &condition->look, 1000 * 1000);
}

void run_until_equal(struct loop *loop, const int *number, int wanted)
{
    struct condition condition = {.loop = loop, .number = number, .wanted = wanted};
    timer_init(&condition.look, look, &condition);
    assert_int_equal(loop_call_later(loop, &condition.look, 0), 0);
    alarm(GUARD_S);
    assert_int_equal(loop_run_forever(loop), 0);
    alarm(0);
}

/* ---- A pair of sockets --------------------------------------------------------------------- */

int pair_setup(void **state)
{
    struct pair *pair = calloc(1, sizeof *pair);
    int ends[2];
    if (!pair)
        return -1;
    trace_clear();
    pair->before = own_usage();
    pair->loop = loop_new(&backend_epoll);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
    int smallest = 1; /* so that little fits in the kernel, and each pass sends little */
    CHECK(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest));
    pair->peer = ends[1];
    recorder_init(&pair->recorder);
    if (!transport_new(pair->loop, ends[0], "the peer", &pair->recorder.protocol))
        return -1;
    *state = pair;
    return 0;
}

int pair_teardown(void **state)
{
    struct pair *pair = *state;
    struct loop_pending left = loop_pending(pair->loop);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    peer_close(pair);
    loop_free(pair->loop);
    expect_own_usage(pair->before);
    free(pair);
    return 0;
}

void pair_begin(struct pair *pair)
{
    run_passes(pair->loop, 1);
    assert_string_equal(trace_text(), "made");
}

void pair_end(struct pair *pair)
{
    transport_abort(pair->recorder.transport);
    run_passes(pair->loop, 1);
}

void peer_send(struct pair *pair, const char *text)
{
    assert_int_equal(send(pair->peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

ssize_t peer_read(struct pair *pair, char *bytes, size_t size)
{
    ssize_t length = read(pair->peer, bytes, size);
    return length < 0 ? -errno : length;
}

void peer_close(struct pair *pair)
{
    if (pair->peer >= 0)
        close(pair->peer);
    pair->peer = -1;
}

void peer_expect(struct pair *pair, const char *text)
{
    char bytes[1024] = "";
    ssize_t length = peer_read(pair, bytes, sizeof bytes - 1);
    assert_in_range(length, 0, sizeof bytes - 1);
    assert_string_equal(bytes, text);
}

size_t peer_read_pattern(struct pair *pair, size_t length)
{
    char bytes[8192];
    size_t total = 0;
    while (total < length) {
        size_t most = length - total < sizeof bytes ? length - total : sizeof bytes;
        ssize_t count = peer_read(pair, bytes, most);
        if (count == 0)
            return total;
        if (count == -EAGAIN) {
            size_t held = transport_write_buffered(pair->recorder.transport);
            run_passes(pair->loop, 1);
            assert_true(transport_write_buffered(pair->recorder.transport) < held);
            continue;
        }
        assert_true(count > 0);
        for (ssize_t i = 0; i < count; i++, total++)
            assert_int_equal((unsigned char)bytes[i], total & 0xff);
    }
    return total;
}

void write_pattern(struct pair *pair, size_t length)
{
    char *bytes = malloc(length);
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i & 0xff);
    transport_write(pair->recorder.transport, bytes, length);
    free(bytes);
}
