/* The command server's end from inside, on a clock that jumps: what is on its way to a client goes
 * out first, and a client that does not read is waited for no longer than a second. */
#include <sys/socket.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "net.h"
#include "unit.h"

#define main command_server_main /* so that the program's functions can be called from here */
int command_server_main(int argc, char **argv);
#include "command_server.c"
#undef main

#define COMMANDS 4096
#define REPLY                                                                       \
    "Unknown command. Available commands: add <number>, multiply <number>, reset, " \
    "shutdown\n"

static void run_passes(struct server *server, int passes)
{
    while (passes-- > 0) {
        loop_stop(server->loop);
        assert_int_equal(loop_run_forever(server->loop), 0);
    }
}

/* A server that is told to end, and its client, for whom more is on its way than the kernel takes.
 * Returns the client's end. */
static int begin(struct server *server)
{
    static char commands[2 * COMMANDS];
    int ends[2];
    *server = (struct server){.loop = loop_new(&backend_virtual)};
    assert_non_null(server->loop);
    timer_init(&server->farewell, on_stop_signal, server);
    assert_int_equal(
        listener_open(&server->listener, server->loop, "127.0.0.1", 0, make_session, server), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    struct protocol *protocol = make_session(server);
    assert_non_null(protocol);
    assert_non_null(transport_new(server->loop, ends[0], "the peer", protocol));
    for (size_t i = 0; i < sizeof commands; i++)
        commands[i] = i % 2 ? '\n' : '?';
    assert_int_equal(write(ends[1], commands, sizeof commands), sizeof commands);
    run_passes(server, 2);
    assert_true(transport_write_buffered(LIST_FIRST(&server->sessions)->lines.transport) > 0);
    shut_down(server);
    return ends[1];
}

static int64_t end(struct server *server, int peer)
{
    int64_t passed_ns = loop_time(server->loop) - VIRTUAL_START_NS;
    assert_true(LIST_EMPTY(&server->sessions));
    loop_free(server->loop);
    close(peer);
    return passed_ns;
}

static size_t read_all(int peer)
{
    static char bytes[64 * 1024];
    size_t length = 0;
    ssize_t count;
    while ((count = read(peer, bytes, sizeof bytes)) > 0)
        length += (size_t)count;
    return length;
}

static void replies_on_their_way_go_out(void **state)
{
    (void)state;
    struct server server;
    int peer = begin(&server);
    size_t length = 0;
    while (!LIST_EMPTY(&server.sessions)) {
        length += read_all(peer);
        run_passes(&server, 1);
    }
    length += read_all(peer);
    assert_int_equal(length, COMMANDS * strlen(REPLY));
    assert_int_equal(end(&server, peer), 0);
}

static void a_never_reader_is_waited_for_a_second(void **state)
{
    (void)state;
    struct server server;
    int peer = begin(&server);
    assert_int_equal(loop_run_forever(server.loop), 0);
    assert_int_equal(end(&server, peer), FAREWELL_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_on_their_way_go_out),
        cmocka_unit_test(a_never_reader_is_waited_for_a_second),
    };
    net_ignore_sigpipe();
    alarm(60);
    return cmocka_run_group_tests_name("shutdown", tests, NULL, NULL);
}
