/* Tokens come when they should, to the nanosecond: on the virtual clock. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "task.h"
#include "token_bucket.h"
#include "trace.h"
#include "unit.h"

static struct token_bucket bucket;
static struct task *tasks[10];

static int64_t now_ms(void)
{
    return (loop_time(co_loop()) - VIRTUAL_START_NS) / NS_PER_MS;
}

/* Takes one, and says who has got it and when. */
static int taker(void *arg)
{
    long who = (long)arg;
    int rc = token_bucket_take(&bucket);
    if (rc == 0)
        say("%ld at %ld", who, (long)now_ms());
    else
        say("%ld %s", who, strerrorname_np(-rc));
    return rc;
}

static void start(int first, int count)
{
    for (int i = first; i < first + count; i++)
        tasks[i] = task_spawn(co_loop(), taker, (void *)(long)i, "a taker");
}

static void wait_until_done(int first, int count)
{
    for (int i = first; i < first + count; i++) {
        int rc = task_join(tasks[i]);
        (void)rc; /* the taker has said it */
    }
}

static void expect(coro_fn *play, const char *expected)
{
    struct loop *loop = loop_new(&backend_virtual);
    trace_clear();
    alarm(60);
    int rc = task_run(loop, play, NULL, false);
    alarm(0);
    loop_free(loop);
    coro_trim();
    assert_string_equal(trace_text(), expected);
    assert_int_equal(rc, 0);
}

/* ---- The plays ----------------------------------------------------------------------------- */

static int burst_then_rate(void *arg)
{
    (void)arg;
    token_bucket_init(&bucket, 100 * NS_PER_MS, 3);
    say("%d", token_bucket_tokens(&bucket));
    start(0, 6);
    wait_until_done(0, 6);
    say("%d", token_bucket_tokens(&bucket));
    return 0;
}

static void a_burst_and_then_one_by_one(void **state)
{
    (void)state;
    expect(burst_then_rate, "3, 0 at 0, 1 at 0, 2 at 0, 3 at 100, 4 at 200, 5 at 300, 0");
}

/* Half of an interval is kept, and what does not fit is lost. */
static int fill_again(void *arg)
{
    (void)arg;
    token_bucket_init(&bucket, 100 * NS_PER_MS, 2);
    start(0, 2);
    wait_until_done(0, 2);
    int rc = co_sleep(150 * NS_PER_MS);
    say("%d", token_bucket_tokens(&bucket));
    start(2, 2);
    wait_until_done(2, 2);
    rc = rc < 0 ? rc : co_sleep(3600 * NS_PER_S);
    say("%d", token_bucket_tokens(&bucket));
    start(4, 3);
    wait_until_done(4, 3);
    return rc;
}

static void it_fills_and_does_not_overflow(void **state)
{
    (void)state;
    expect(fill_again, "0 at 0, 1 at 0, 1, 2 at 150, 3 at 200, 2, "
                       "4 at 3600200, 5 at 3600200, 6 at 3600300");
}

/* Number 1 sleeps for his token, 2 and 3 wait behind him. Who leaves takes none along. */
static int leave_the_line(void *arg)
{
    (void)arg;
    token_bucket_init(&bucket, 100 * NS_PER_MS, 1);
    start(0, 5);
    int rc = co_sleep(30 * NS_PER_MS);
    task_cancel(tasks[1]);
    task_cancel(tasks[3]);
    wait_until_done(0, 5);
    return rc;
}

static void who_leaves_takes_no_token(void **state)
{
    (void)state;
    expect(leave_the_line, "0 at 0, 1 ECANCELED, 3 ECANCELED, 2 at 100, 4 at 200");
}

/* Cancelled in the very pass in which his token comes. */
static int leave_too_late(void *arg)
{
    (void)arg;
    token_bucket_init(&bucket, 100 * NS_PER_MS, 1);
    start(0, 3);
    int rc = co_sleep(100 * NS_PER_MS);
    task_cancel(tasks[1]);
    wait_until_done(0, 3);
    return rc;
}

static void a_cancel_beats_the_token(void **state)
{
    (void)state;
    expect(leave_too_late, "0 at 0, 1 ECANCELED, 2 at 100");
}

/* A newcomer finds a token that has just come, and somebody who has waited for it. */
static int come_late(void *arg)
{
    (void)arg;
    token_bucket_init(&bucket, 100 * NS_PER_MS, 1);
    start(0, 2);
    int rc = co_sleep(50 * NS_PER_MS);
    start(2, 1);
    wait_until_done(0, 3);
    return rc;
}

static void nobody_overtakes(void **state)
{
    (void)state;
    expect(come_late, "0 at 0, 1 at 100, 2 at 200");
}

/* A token every 3 ns, a hundred thousand times: nothing is rounded on the way. */
static int many(void *arg)
{
    (void)arg;
    int64_t begun = loop_time(co_loop());
    int rc = 0;
    token_bucket_init(&bucket, 3, 1);
    for (int i = 0; rc == 0 && i < 100000; i++)
        rc = token_bucket_take(&bucket);
    say("%ld ns", (long)(loop_time(co_loop()) - begun));
    return rc;
}

static void no_time_is_lost(void **state)
{
    (void)state;
    expect(many, "299997 ns");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_and_then_one_by_one),
        cmocka_unit_test(it_fills_and_does_not_overflow),
        cmocka_unit_test(who_leaves_takes_no_token),
        cmocka_unit_test(a_cancel_beats_the_token),
        cmocka_unit_test(nobody_overtakes),
        cmocka_unit_test(no_time_is_lost),
    };
    return cmocka_run_group_tests_name("token bucket", tests, NULL, NULL);
}
