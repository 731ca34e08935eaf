/* A client of the echo server, with the n-th allocation failing, for every n: it costs that client,
 * who is closed once, and nobody else. (test_loop_memory.c does the same to the loop.) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"
#include "echo_client.h"
#include "loop.h"
#include "no_memory.h"
#include "unit.h"

struct
try {
    struct loop *loop;
    int closed; /* how often the client was */
};

static void on_closed(struct echo_client *client, void *arg)
{
    struct try *try = arg;
    (void)client;
    try->closed++;
}

static int one_pass(struct loop *loop)
{
    loop_stop(loop);
    return loop_run_forever(loop);
}

/* The client, from the greeting to "exit". Whatever fails, it is closed once. */
static void try_a_client(struct try *try)
{
    static const char *const pieces[] = {"A", "da\nBo", "b\nexit\n"};
    struct echo_client client;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        abort();
    int rc = 0;
    echo_client_start(&client, try->loop, ends[0], "Ada", NS_PER_S, on_closed, try);
    for (int i = 0; i < 3 && rc == 0 && try->closed == 0; i++) {
        if (write(ends[1], pieces[i], strlen(pieces[i])) < 0)
            abort();
        rc = one_pass(try->loop);
    }
    close(ends[1]);
    for (int i = 0; i < 3 && rc == 0 && try->closed == 0; i++)
        rc = one_pass(try->loop);
}

static int live(void *arg)
{
    (void)arg;
    struct try try = {.loop = loop_new(&backend_epoll)};
    if (!try.loop)
        return -errno;
    try_a_client(&try);
    loop_free(try.loop);
    return try.closed == 1 ? 0 : -EPROTO;
}

/* The loop says so; the client is closed. */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation(live, NULL, MAY_COPE), 6, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail)};
    return cmocka_run_group_tests_name("a client without memory", tests, NULL, NULL);
}
