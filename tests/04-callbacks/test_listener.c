/* Listeners and outgoing connections, over the loopback network, on one loop. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "net.h"
#include "recorder.h"

#define CLIENTS 200 /* more than a listener accepts in one pass */

/* A server whose connections count themselves and send back what they get. */
struct place {
    struct loop *loop;
    struct usage before;
    struct listener listener;
    uint16_t port;
    int accepted, open, gone;
    bool refuses; /* make_protocol has no memory */
};

struct guest {
    struct protocol protocol; /* first */
    struct place *place;
    struct transport *transport;
};

static void on_guest_made(struct protocol *protocol, struct transport *transport)
{
    struct guest *guest = (struct guest *)protocol;
    guest->transport = transport;
    guest->place->open++;
}

static void on_guest_data(struct protocol *protocol, const char *bytes, size_t length)
{
    transport_write(((struct guest *)protocol)->transport, bytes, length);
}

static void on_guest_lost(struct protocol *protocol, int error)
{
    struct guest *guest = (struct guest *)protocol;
    (void)error;
    guest->place->open--;
    guest->place->gone++;
    free(guest);
}

static struct protocol *make_guest(void *arg)
{
    static const struct protocol_calls calls = {
        .connection_made = on_guest_made,
        .data_received = on_guest_data,
        .connection_lost = on_guest_lost,
    };
    struct place *place = arg;
    place->accepted++;
    struct guest *guest = place->refuses ? NULL : calloc(1, sizeof *guest);
    if (!guest)
        return NULL;
    guest->protocol.calls = &calls;
    guest->place = place;
    return &guest->protocol;
}

static int place_setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    trace_clear();
    place->before = own_usage();
    place->loop = loop_new(&backend_epoll);
    assert_int_equal(
        listener_open(&place->listener, place->loop, "127.0.0.1", 0, make_guest, place), 0);
    place->port = (uint16_t)net_port(place->listener.fd);
    *state = place;
    return 0;
}

static int place_teardown(void **state)
{
    struct place *place = *state;
    listener_close(&place->listener);
    struct loop_pending left = loop_pending(place->loop);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    loop_free(place->loop);
    expect_own_usage(place->before);
    free(place);
    return 0;
}

/* All that came have gone, and at least one came. */
static void wait_empty(struct place *place)
{
    run_until_equal(place->loop, &place->gone, place->accepted ? place->accepted : 1);
}

/* ---- Outgoing connections ------------------------------------------------------------------ */

static void greet(struct recorder *recorder)
{
    transport_write(recorder->transport, "hello", 5);
}

static void leave(struct recorder *recorder)
{
    transport_close(recorder->transport);
}

static void a_connection_and_an_echo(void **state)
{
    struct place *place = *state;
    struct recorder recorder;
    recorder_init(&recorder);
    recorder.on_made = greet;
    recorder.on_data = leave;
    assert_non_null(transport_connect(place->loop, "127.0.0.1", place->port, &recorder.protocol));
    assert_string_equal(trace_text(), "");
    wait_empty(place);
    assert_string_equal(trace_text(), "made, data hello, lost 0");
    assert_int_equal(place->accepted, 1);
}

static void names_of_peers(void **state)
{
    struct place *place = *state;
    struct recorder recorder;
    char expected[32];
    recorder_init(&recorder);
    transport_connect(place->loop, "127.0.0.1", place->port, &recorder.protocol);
    run_until_equal(place->loop, &place->open, 1);
    snprintf(expected, sizeof expected, "127.0.0.1:%u", place->port);
    assert_string_equal(transport_peer_name(recorder.transport), expected);
    transport_close(recorder.transport);
    wait_empty(place);
}

/* A port that was free a moment ago, and where nobody listens. */
static uint16_t refusing_port(void)
{
    int fd = net_listen("127.0.0.1", 0, 1);
    assert_true(fd >= 0);
    uint16_t port = (uint16_t)net_port(fd);
    close(fd);
    return port;
}

static void a_refused_connection_is_lost_without_having_been_made(void **state)
{
    struct place *place = *state;
    struct recorder recorder;
    recorder_init(&recorder);
    assert_non_null(
        transport_connect(place->loop, "127.0.0.1", refusing_port(), &recorder.protocol));
    run_until_equal(place->loop, &recorder.lost, 1);
    assert_string_equal(trace_text(), "lost ECONNREFUSED");
}

static void a_connection_under_way_can_be_given_up(void **state)
{
    struct place *place = *state;
    struct recorder recorder;
    recorder_init(&recorder);
    struct transport *transport =
        transport_connect(place->loop, "127.0.0.1", place->port, &recorder.protocol);
    transport_abort(transport);
    assert_string_equal(trace_text(), "");
    run_passes(place->loop, 1);
    assert_string_equal(trace_text(), "lost 0");
    wait_empty(place); /* the listener may see it come and go */
}

static void a_connection_that_cannot_begin(void **state)
{
    struct place *place = *state;
    struct recorder recorder;
    recorder_init(&recorder);
    assert_null(transport_connect(place->loop, "not an address", 1, &recorder.protocol));
    assert_int_equal(errno, ENXIO);
    run_passes(place->loop, 2);
    assert_string_equal(trace_text(), "");
}

/* ---- Listeners ----------------------------------------------------------------------------- */

static void many_connections_come_in_several_passes(void **state)
{
    struct place *place = *state;
    int clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        assert_true((clients[i] = net_connect("127.0.0.1", place->port)) >= 0);
    run_passes(place->loop, 1);
    assert_in_range(place->accepted, 1, CLIENTS - 1); /* others would get their turn, too */
    run_until_equal(place->loop, &place->open, CLIENTS);
    assert_int_equal(place->accepted, CLIENTS);
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]);
    wait_empty(place);
}

static void a_connection_without_a_protocol_is_closed(void **state)
{
    struct place *place = *state;
    char byte;
    place->refuses = true;
    int client = net_connect("127.0.0.1", place->port);
    while (place->accepted == 0)
        run_passes(place->loop, 1);
    assert_int_equal(read(client, &byte, 1), 0);
    close(client);
}

/* Takes every descriptor that the process may still have but `left`. */
static int take_descriptors(int *taken, int most, int left)
{
    int count = 0;
    while (count < most && (taken[count] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        count++;
    assert_in_range(count, left, most - 1);
    while (left-- > 0)
        close(taken[--count]);
    return count;
}

static void no_descriptors_left(void **state)
{
    struct place *place = *state;
    int taken[256];
    struct rlimit all, few = {.rlim_cur = 128};
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
    few.rlim_max = all.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);

    int count = take_descriptors(taken, 256, 3); /* for two clients and one connection */
    int clients[] = {net_connect("127.0.0.1", place->port), net_connect("127.0.0.1", place->port)};
    assert_true(clients[0] >= 0 && clients[1] >= 0);
    while (!place->listener.acceptor.is_short)
        run_passes(place->loop, 1);
    assert_int_equal(place->accepted, 1);
    struct loop_pending pending = loop_pending(place->loop);
    assert_int_equal(pending.timers, 1);  /* the listener waits ... */
    assert_int_equal(pending.readers, 0); /* ... and does not try again and again meanwhile */

    close(taken[--count]);
    run_until_equal(place->loop, &place->open, 2);
    assert_int_equal(place->accepted, 2);
    while (count > 0)
        close(taken[--count]);
    close(clients[0]);
    close(clients[1]);
    wait_empty(place);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
}

static void a_port_in_use(void **state)
{
    struct place *place = *state;
    struct listener second;
    assert_int_equal(
        listener_open(&second, place->loop, "127.0.0.1", place->port, make_guest, place),
        -EADDRINUSE);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, place_setup, place_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_connection_and_an_echo),
        TEST(names_of_peers),
        TEST(a_refused_connection_is_lost_without_having_been_made),
        TEST(a_connection_under_way_can_be_given_up),
        TEST(a_connection_that_cannot_begin),
        TEST(many_connections_come_in_several_passes),
        TEST(a_connection_without_a_protocol_is_closed),
        TEST(no_descriptors_left),
        TEST(a_port_in_use),
    };
    return cmocka_run_group_tests_name("listener", tests, NULL, NULL);
}
