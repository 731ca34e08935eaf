/* test_conn_pool_time.c - connections that grow old, and a server that is away for a while: on the
 * virtual clock. */
#include <errno.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "fake_conns.h"
#include "unit.h"

static struct conn_pool pool;

/* What the play has seen. It is looked at afterwards, since no assertion may leave a coroutine. */
static int seen[16], count;

static void see(int n)
{
    seen[count++] = n;
}

static int use_one(void)
{
    struct pooled *mine;
    int rc = fake_acquire(&pool, &mine);
    if (rc < 0)
        return rc;
    see(fake_of(mine)->n);
    fake_release(mine);
    return 0;
}

/* Young, just too old, young again. */
static int grows_old(void *arg)
{
    (void)arg;
    struct conn_pool_options options = fake_options(0, 2);
    options.recycle_ns = 10 * NS_PER_S;
    int rc = conn_pool_open(&pool, &fake_calls, &options);
    rc = rc < 0 ? rc : use_one();
    rc = rc < 0 ? rc : co_sleep(10 * NS_PER_S - 1);
    rc = rc < 0 ? rc : use_one();
    rc = rc < 0 ? rc : co_sleep(1);
    rc = rc < 0 ? rc : use_one();
    rc = rc < 0 ? rc : co_sleep(NS_PER_S);
    rc = rc < 0 ? rc : use_one();
    see((int)conn_pool_counters(&pool).recycled);
    see(server.open);
    return rc < 0 ? rc : conn_pool_close(&pool);
}

/* Both of two are broken while the server is away for three tries of the keeper. */
static int comes_back(void *arg)
{
    (void)arg;
    struct pooled *two[2];
    struct conn_pool_options options = fake_options(2, 2);
    int rc = conn_pool_open(&pool, &fake_calls, &options);
    rc = rc < 0 ? rc : fake_acquire(&pool, &two[0]);
    rc = rc < 0 ? rc : fake_acquire(&pool, &two[1]);
    if (rc < 0)
        return rc;
    server.refuse = 3;
    fake_discard(two[0]);
    fake_discard(two[1]);
    for (int i = 0; i < 4 && rc == 0; i++) {
        rc = co_sleep(NS_PER_MS);
        see((int)conn_pool_counters(&pool).failures);
        see(conn_pool_counters(&pool).idle);
        rc = rc < 0 ? rc : co_sleep(NS_PER_S - NS_PER_MS);
    }
    return rc < 0 ? rc : conn_pool_close(&pool);
}

static void run(coro_fn *play, const int *expected, int expected_count)
{
    struct loop *loop = loop_new(&backend_virtual);
    assert_non_null(loop);
    count = 0;
    alarm(60);
    assert_int_equal(task_run(loop, play, NULL, false), 0);
    alarm(0);
    loop_free(loop);
    assert_int_equal(count, expected_count);
    assert_memory_equal(seen, expected, (size_t)count * sizeof seen[0]);
    assert_int_equal(server.open + server.closed_twice + server.used_twice, 0);
}

static void one_that_is_too_old_is_replaced(void **state)
{
    (void)state;
    run(grows_old, (const int[]){1, 1, 2, 2, 1, 1}, 6);
}

static void the_keeper_tries_until_the_server_is_back(void **state)
{
    (void)state;
    run(comes_back, (const int[]){1, 0, 2, 0, 3, 0, 3, 2}, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_too_old_is_replaced),
        cmocka_unit_test(the_keeper_tries_until_the_server_is_back),
    };
    return cmocka_run_group_tests_name("07-semaphore: a connection's time", tests, NULL, NULL);
}
