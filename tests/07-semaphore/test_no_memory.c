/* A semaphore asks for no memory: those who want its permits do. When one of them cannot have his
 * task, or not the timer for his sleep, the permits still come back. The same holds for room in a
 * pool of coroutines, and for connections. */
#include <errno.h>

#include "clock.h"
#include "co_pool.h"
#include "fake_conns.h"
#include "no_memory_task.h"
#include "semaphore.h"
#include "unit.h"

#define WORKERS 4

static struct semaphore limit;

static int work(void *arg)
{
    (void)arg;
    int rc = semaphore_acquire(&limit);
    if (rc < 0)
        return rc;
    rc = co_sleep(NS_PER_MS);
    semaphore_release(&limit);
    return rc;
}

static int play_work(void *arg)
{
    (void)arg;
    struct task *tasks[WORKERS] = {NULL};
    int rc = 0;
    semaphore_init_bounded(&limit, 2);
    for (int i = 0; i < WORKERS && rc == 0; i++) {
        tasks[i] = task_spawn(co_loop(), work, NULL, "a worker");
        rc = tasks[i] ? 0 : -ENOMEM;
    }
    for (int i = 0; i < WORKERS; i++) {
        int result = tasks[i] ? task_join(tasks[i]) : 0;
        rc = rc == 0 ? result : rc;
    }
    return limit.value == 2 ? rc : -EPROTO;
}

static void permits_come_back(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_work, MUST_SAY),
                    2 * WORKERS, 100);
}

/* ---- A pool of coroutines ------------------------------------------------------------------- */

static int nap(void *arg)
{
    return co_sleep(*(const int *)arg * NS_PER_MS);
}

/* By every way that there is to bring jobs. The room is back at the end, whatever was refused. */
static int play_co_pool(void *arg)
{
    (void)arg;
    struct co_pool pool;
    struct task *task = NULL;
    int naps[] = {2, 1, 3}, results[3];
    int rc = co_pool_begin(&pool, 2);
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = co_pool_spawn_n(&pool, nap, &naps[i]);
    if (rc == 0)
        rc = co_pool_spawn(&pool, nap, &naps[0], &task);
    if (rc == 0)
        rc = task_join(task);
    if (rc == 0)
        rc = co_pool_map(&pool, nap, naps, 3, sizeof naps[0], results);
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = results[i];
    rc = co_pool_end(&pool, rc);
    return pool.room.value == 2 && pool.turns.value == 2 ? rc : -EPROTO;
}

static void a_pool_gets_its_room_back(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_co_pool, MUST_SAY), 20,
                    200);
}

/* ---- A pool of connections ------------------------------------------------------------------ */

static struct conn_pool pool;

static int use_a_connection(void *arg)
{
    (void)arg;
    struct pooled *mine;
    int rc = fake_acquire(&pool, &mine);
    if (rc < 0)
        return rc;
    rc = co_sleep(NS_PER_MS);
    if (rc < 0)
        fake_discard(mine);
    else
        fake_release(mine);
    return rc;
}

static int play_conn_pool(void *arg)
{
    (void)arg;
    struct conn_pool_options options = fake_options(1, 2);
    struct co_pool users;
    int rc = conn_pool_open(&pool, &fake_calls_with_check, &options);
    if (rc < 0)
        return server.open == 0 ? rc : -EPROTO;
    rc = co_pool_begin(&users, 3);
    for (int i = 0; i < 4 && rc == 0; i++)
        rc = co_pool_spawn_n(&users, use_a_connection, NULL);
    rc = co_pool_end(&users, rc);
    bool is_whole = pool.permits.value == 2;
    int closed = conn_pool_close(&pool);
    if (!is_whole || server.open + server.closed_twice + server.used_twice != 0)
        return -EPROTO;
    return rc < 0 ? rc : closed;
}

static void no_connection_stays_open(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_conn_pool, MUST_SAY), 10,
                    200);
}

/* The keeper has no timer for its pause: it goes on when somebody else has tried. */
static int play_keeper(void *arg)
{
    (void)arg;
    struct conn_pool_options options = fake_options(1, 2);
    struct pooled *mine;
    int rc = conn_pool_open(&pool, &fake_calls, &options);
    if (rc < 0)
        return rc;
    rc = conn_pool_acquire(&pool, &mine);
    if (rc == 0) {
        server.refuse = 1;
        conn_pool_discard(mine);
        rc = co_sleep(2 * NS_PER_S);
    }
    int closed = conn_pool_close(&pool);
    return server.open != 0 ? -EPROTO : rc < 0 ? rc : closed;
}

static void the_keeper_copes(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_virtual, play_keeper, MAY_COPE), 3,
                    100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(permits_come_back),
        cmocka_unit_test(a_pool_gets_its_room_back),
        cmocka_unit_test(no_connection_stays_open),
        cmocka_unit_test(the_keeper_copes),
    };
    return cmocka_run_group_tests_name("07-semaphore without memory", tests, NULL, NULL);
}
