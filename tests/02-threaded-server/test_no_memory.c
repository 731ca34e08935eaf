/* The pool, the list of clients and the measuring, when memory or threads run out. */
#include <errno.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients.h"
#include "cost.h"
#include "no_memory.h"
#include "pool.h"
#include "unit.h"

#define THREADS 3
#define JOBS    10

static void count_one(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

static int live_as_a_pool(void *arg)
{
    (void)arg;
    atomic_int count = 0;
    struct pool *pool = pool_new(THREADS, 2);
    if (!pool)
        return -errno;
    for (int i = 0; i < JOBS; i++)
        pool_submit(pool, count_one, &count);
    pool_wait(pool);
    pool_free(pool);
    return count == JOBS ? 0 : -EPROTO;
}

static void a_pool(void **state)
{
    (void)state;
    /* The pool, its ring, the list of its threads, and each of them. */
    assert_int_equal(for_every_allocation(live_as_a_pool, NULL, MUST_SAY), 3 + THREADS);
}

/* A client for whom there is no memory is closed, and the list is as it was. */
static int live_as_a_client(void *arg)
{
    (void)arg;
    static struct clients clients;
    int ends[2];
    char byte;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return -errno;
    clients_init(&clients);
    struct client *client = clients_add(&clients, ends[0], "a client");
    if (client) {
        clients_shut_down(&clients);
        client_serve(client);
        client_leave(client);
    }
    clients_wait(&clients);
    ssize_t count = read(ends[1], &byte, 1);
    close(ends[1]);
    return count != 0 ? -EPROTO : client ? 0 : -ENOMEM;
}

static void a_client(void **state)
{
    (void)state;
    assert_int_equal(for_every_allocation(live_as_a_client, NULL, MUST_SAY), 1);
}

static int measure_ourselves(void *arg)
{
    (void)arg;
    struct cost cost;
    return cost_measure(getpid(), &cost);
}

/* The list of children is a bonus: not to be had, they are not counted. */
static void measuring(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation(measure_ourselves, NULL, MAY_COPE), 4, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool),
        cmocka_unit_test(a_client),
        cmocka_unit_test(measuring),
    };
    net_ignore_sigpipe();
    return cmocka_run_group_tests_name("02-threaded-server without memory", tests, NULL, NULL);
}
