/* Accepting: everybody who waits, a share for each pass, and what happens without descriptors. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "acceptor.h"
#include "backend_virtual.h"
#include "net.h"
#include "unit.h"

#define CLIENTS 200

struct accepted {
    struct loop *loop;
    struct acceptor acceptor;
    uint16_t port;
    int count;
    char name[NET_NAME_MAX]; /* of the last one */
    int wanted;              /* stops the loop when so many have come */
    bool wants_no_more;      /* and the acceptor, too */
};

static void on_accepted(int fd, const char *name, void *arg)
{
    struct accepted *accepted = arg;
    snprintf(accepted->name, sizeof accepted->name, "%s", name);
    close(fd);
    if (++accepted->count != accepted->wanted)
        return;
    loop_stop(accepted->loop);
    if (accepted->wants_no_more)
        acceptor_stop(&accepted->acceptor);
}

static void begin(struct accepted *accepted)
{
    *accepted = (struct accepted){.loop = loop_new(&backend_virtual)};
    assert_non_null(accepted->loop);
    int listening = net_listen("127.0.0.1", 0, 1024);
    assert_true(listening >= 0);
    accepted->port = (uint16_t)net_port(listening);
    assert_int_equal(
        acceptor_start(&accepted->acceptor, accepted->loop, listening, on_accepted, accepted), 0);
}

static void end(struct accepted *accepted)
{
    acceptor_stop(&accepted->acceptor);
    struct loop_pending left = loop_pending(accepted->loop);
    assert_int_equal(left.timers + left.callbacks + left.readers + left.writers, 0);
    loop_free(accepted->loop);
}

static void set_fd_limit(rlim_t limit)
{
    struct rlimit limits;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limits), 0);
    limits.rlim_cur = limit;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limits), 0);
}

static void a_share_for_each_pass(void **state)
{
    (void)state;
    struct accepted accepted;
    int clients[CLIENTS];
    begin(&accepted);
    for (int i = 0; i < CLIENTS; i++)
        assert_true((clients[i] = net_connect("127.0.0.1", accepted.port)) >= 0);
    loop_stop(accepted.loop);
    assert_int_equal(loop_run_forever(accepted.loop), 0);
    assert_int_equal(accepted.count, ACCEPTS_PER_PASS);
    accepted.wanted = CLIENTS;
    assert_int_equal(loop_run_forever(accepted.loop), 0);
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]);
    end(&accepted);
}

static void on_stop(void *arg)
{
    loop_stop(arg);
}

/* A second without descriptors is ten tries. If it spun, the clock, which does not move while
 * something is ready, would stand still: the alarm would end the test. */
static void without_descriptors_it_does_not_spin(void **state)
{
    (void)state;
    struct accepted accepted;
    struct rlimit limits;
    struct timer second;
    begin(&accepted);
    int client = net_connect("127.0.0.1", accepted.port);
    assert_true(client >= 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limits), 0);
    timer_init(&second, on_stop, accepted.loop);
    assert_int_equal(loop_call_later(accepted.loop, &second, NS_PER_S - 1), 0);

    set_fd_limit(3); /* stdin, stdout, stderr: what is open stays open, but nothing can be opened */
    assert_int_equal(loop_run_forever(accepted.loop), 0);
    set_fd_limit(limits.rlim_cur);
    assert_int_equal(loop_time(accepted.loop) - VIRTUAL_START_NS, NS_PER_S - 1);
    assert_int_equal(backend_virtual_jumps(accepted.loop), NS_PER_S / ACCEPT_PAUSE_NS);
    assert_int_equal(accepted.count, 0);

    accepted.wanted = 1; /* and with the next try he is let in */
    assert_int_equal(loop_run_forever(accepted.loop), 0);
    assert_int_equal(loop_time(accepted.loop) - VIRTUAL_START_NS, NS_PER_S);
    close(client);
    end(&accepted);
}

/* It has reset its connection before we came: the socket has no peer any more, and the log names it
 * all the same. */
static void the_name_of_one_who_is_gone(void **state)
{
    (void)state;
    struct accepted accepted;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    char name[NET_NAME_MAX];
    begin(&accepted);
    int client = net_connect("127.0.0.1", accepted.port);
    assert_true(client >= 0);
    net_local_name(client, name);
    assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    close(client);
    accepted.wanted = 1;
    assert_int_equal(loop_run_forever(accepted.loop), 0);
    assert_string_equal(accepted.name, name);
    end(&accepted);
}

/* Others wait already, but the socket is closed: nobody may ask it any more. */
static void who_has_enough_may_stop_it(void **state)
{
    (void)state;
    struct accepted accepted;
    int clients[3];
    begin(&accepted);
    for (int i = 0; i < 3; i++)
        assert_true((clients[i] = net_connect("127.0.0.1", accepted.port)) >= 0);
    accepted.wanted = 1;
    accepted.wants_no_more = true;
    assert_int_equal(loop_run_forever(accepted.loop), 0);
    assert_int_equal(accepted.count, 1);
    struct loop_pending left = loop_pending(accepted.loop);
    assert_int_equal(left.timers + left.callbacks + left.readers + left.writers, 0);
    loop_free(accepted.loop);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_for_each_pass),
        cmocka_unit_test(without_descriptors_it_does_not_spin),
        cmocka_unit_test(the_name_of_one_who_is_gone),
        cmocka_unit_test(who_has_enough_may_stop_it),
    };
    alarm(60);
    return cmocka_run_group_tests_name("accepting", tests, NULL, NULL);
}
