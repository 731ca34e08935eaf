/* test_co_pool_time.c - the times of eventlet's GreenPool, on the virtual clock; a million jobs
 * (20,000 under the thread sanitizer). */
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "co_pool.h"
#include "unit.h"

#define JOBS 9
#ifdef THREAD_SANITIZER
#define MANY 20000 /* there each takes some 0.1 ms */
#else
#define MANY 1000000
#endif

static struct co_pool pool;
static int running, most_running;
static int64_t brought_ns[JOBS], all_ended_ns;
static long done;

static int sleeps_100_ms(void *arg)
{
    (void)arg;
    running++;
    most_running = running > most_running ? running : most_running;
    int rc = co_sleep(100 * NS_PER_MS);
    running--;
    return rc;
}

static int nine_jobs_three_at_a_time(void *arg)
{
    (void)arg;
    int64_t begin_ns = loop_time(co_loop());
    int rc = co_pool_begin(&pool, 3);
    for (int i = 0; i < JOBS && rc == 0; i++) {
        rc = co_pool_spawn_n(&pool, sleeps_100_ms, NULL);
        brought_ns[i] = loop_time(co_loop()) - begin_ns;
    }
    if (rc == 0)
        rc = co_pool_waitall(&pool);
    all_ended_ns = loop_time(co_loop()) - begin_ns;
    return co_pool_end(&pool, rc);
}

static int is_done(void *arg)
{
    (void)arg;
    done++;
    return 0;
}

/* Tasks at once, the main one among them. */
static int most_tasks;

static int a_million_jobs(void *arg)
{
    (void)arg;
    int rc = co_pool_begin(&pool, 3);
    for (int i = 0; i < MANY && rc == 0; i++) {
        rc = co_pool_spawn_n(&pool, is_done, NULL);
        int tasks = task_count(co_loop());
        most_tasks = tasks > most_tasks ? tasks : most_tasks;
    }
    return co_pool_end(&pool, rc);
}

static void run(coro_fn *play)
{
    struct loop *loop = loop_new(&backend_virtual);
    assert_non_null(loop);
    alarm(60);
    assert_int_equal(task_run(loop, play, NULL, false), 0);
    alarm(0);
    loop_free(loop);
}

static void three_of_nine_run_at_a_time(void **state)
{
    (void)state;
    const int expected_ms[JOBS] = {0, 0, 0, 100, 100, 100, 200, 200, 200};
    run(nine_jobs_three_at_a_time);
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(brought_ns[i], expected_ms[i] * NS_PER_MS);
    assert_int_equal(all_ended_ns, 300 * NS_PER_MS);
    assert_int_equal(most_running, 3);
}

static void a_million_jobs_need_no_more_room_than_three(void **state)
{
    (void)state;
    run(a_million_jobs);
    assert_int_equal(done, MANY);
    assert_int_equal(pool.ended, MANY);
    assert_int_equal(most_tasks, 1 + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_of_nine_run_at_a_time),
        cmocka_unit_test(a_million_jobs_need_no_more_room_than_three),
    };
    return cmocka_run_group_tests_name("07-semaphore: the pool's times", tests, NULL, NULL);
}
