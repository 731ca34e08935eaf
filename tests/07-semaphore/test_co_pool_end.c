/* test_co_pool_end.c - however a pool ends, no job is left behind, and no cancel is lost. */
#include "clock.h"
#include "jobs.h"

static struct co_pool pool;

static int a_body_that_failed_ends_its_jobs(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 50, 0}, {2, 50, 0}};
    begin(&pool, 2);
    int rc = bring(&pool, &jobs[0]);
    rc = rc < 0 ? rc : bring(&pool, &jobs[1]);
    let_others_run(2);
    say("end %s", rc_name(co_pool_end(&pool, rc < 0 ? rc : -EIO)));
    say_counts(&pool);
    return 0;
}

static int lives_in_a_pool(void *arg)
{
    begin(&pool, 2);
    int rc = bring(&pool, arg);
    rc = co_pool_end(&pool, rc);
    say("end %s", rc_name(rc));
    return rc;
}

static int cancelled_while_it_ends(void *arg)
{
    (void)arg;
    struct job one = {1, 50, 0};
    struct task *task = spawn(lives_in_a_pool, &one);
    let_others_run(3);
    task_cancel(task);
    say_end("it", task);
    return 0;
}

/* The jobs' own error does not hide the cancel, nor does the cancel hide the body's error: then it
 * comes with the next wait. */
static int fails_in_a_pool(void *arg)
{
    begin(&pool, 2);
    int rc = bring(&pool, arg);
    rc = co_pool_end(&pool, rc < 0 ? rc : -EIO);
    say("end %s, cancelling %d", rc_name(rc), task_cancelling(task_current()));
    return co_sleep(0);
}

static int cleans_up_slowly(void *arg)
{
    int rc = job(arg);
    let_others_run(5);
    say("cleaned up");
    return rc;
}

static int fails_slowly_in_a_pool(void *arg)
{
    begin(&pool, 2);
    int rc = co_pool_spawn_n(&pool, cleans_up_slowly, arg);
    let_others_run(2);
    rc = co_pool_end(&pool, rc < 0 ? rc : -EIO);
    say("end %s, cancelling %d", rc_name(rc), task_cancelling(task_current()));
    return co_sleep(0);
}

static int cancelled_while_a_failed_one_ends(void *arg)
{
    (void)arg;
    struct job one = {1, 50, 0};
    struct task *task = spawn(fails_slowly_in_a_pool, &one);
    let_others_run(5);
    task_cancel(task);
    say_end("it", task);
    return 0;
}

static int a_job_that_never_began(void *arg)
{
    (void)arg;
    struct job one = {1, 1, 0};
    struct task *task = spawn(fails_in_a_pool, &one);
    say_end("it", task);
    say_counts(&pool);
    return 0;
}

static struct job late = {2, 1, 0};

static int brings_late(void *arg)
{
    (void)arg;
    return bring(&pool, &late);
}

static int who_waits_for_room_hears_that_it_is_closed(void *arg)
{
    (void)arg;
    struct job one = {1, 5, 0};
    begin(&pool, 1);
    int rc = bring(&pool, &one);
    struct task *a = spawn(brings_late, NULL), *b = spawn(brings_late, NULL);
    let_others_run(1);
    rc = co_pool_end(&pool, rc);
    say("ended, %d waiting", co_pool_waiting(&pool));
    say_end("a", a);
    say_end("b", b);
    say("%s", rc_name(co_pool_spawn_n(&pool, job, &late)));
    return rc;
}

static int a_job_that_is_cancelled_gives_its_room_back(void *arg)
{
    (void)arg;
    struct job one = {1, 50, 0}, two = {2, 1, 0};
    struct task *task;
    begin(&pool, 1);
    int rc = co_pool_spawn(&pool, job, &one, &task);
    if (rc < 0)
        return rc;
    task_cancel(task); /* it never begins */
    say_end("first", task);
    rc = co_pool_spawn(&pool, job, &one, &task);
    if (rc < 0)
        return rc;
    let_others_run(1);
    co_pool_cancel(&pool); /* in the middle */
    say_end("second", task);
    rc = bring(&pool, &two);
    rc = co_pool_end(&pool, rc);
    say_counts(&pool);
    return rc;
}

static int cancelled_before_its_turn(void *arg)
{
    (void)arg;
    struct job one = {1, 4, 0}, two = {2, 1, 0}, three = {3, 1, 0};
    struct task *task;
    begin(&pool, 1);
    int rc = co_pool_load_factor(&pool, 2);
    rc = rc < 0 ? rc : bring(&pool, &one);
    rc = rc < 0 ? rc : co_pool_spawn(&pool, job, &two, &task);
    if (rc < 0)
        return rc;
    rc = bring(&pool, &three);
    let_others_run(2);
    task_cancel(task);
    say_end("two", task);
    return co_pool_end(&pool, rc);
}

static int waits_for_all(void *arg)
{
    (void)arg;
    int rc = co_pool_waitall(&pool);
    say("waitall %s", rc_name(rc));
    return rc;
}

static int waitall_leaves_them_alone(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 5, 0}, {2, 1, 0}};
    begin(&pool, 2);
    int rc = bring(&pool, &jobs[0]);
    struct task *a = spawn(waits_for_all, NULL), *b = spawn(waits_for_all, NULL);
    let_others_run(2);
    task_cancel(a);
    say_end("a", a);
    say_end("b", b);
    rc = rc < 0 ? rc : bring(&pool, &jobs[1]); /* and again */
    rc = rc < 0 ? rc : co_pool_waitall(&pool);
    return co_pool_end(&pool, rc);
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"a body that failed ends its jobs", a_body_that_failed_ends_its_jobs,
     "brought 1, brought 2, +1, +2, -1 cancelled, -2 cancelled, end EIO, 2 ended, 0 failed, 2 "
     "cancelled"},
    {"cancelled while it ends", cancelled_while_it_ends,
     "brought 1, +1, -1 cancelled, end ECANCELED, it ECANCELED"},
    {"cancelled while a failed one ends", cancelled_while_a_failed_one_ends,
     "+1, -1 cancelled, cleaned up, end EIO, cancelling 1, it ECANCELED"},
    {"a job that never began", a_job_that_never_began,
     "brought 1, end EIO, cancelling 0, it 0, 1 ended, 0 failed, 1 cancelled"},
    {"who waits for room hears that it is closed", who_waits_for_room_hears_that_it_is_closed,
     "brought 1, +1, -1, not brought 2: ESHUTDOWN, not brought 2: ESHUTDOWN, ended, 0 waiting, a "
     "ESHUTDOWN, b ESHUTDOWN, ESHUTDOWN"},
    {"a job that is cancelled gives its room back", a_job_that_is_cancelled_gives_its_room_back,
     "first ECANCELED, +1, -1 cancelled, second ECANCELED, brought 2, +2, -2, 3 ended, 0 failed, 2 "
     "cancelled"},
    {"cancelled before its turn", cancelled_before_its_turn,
     "brought 1, brought 3, +1, two ECANCELED, -1, +3, -3"},
    {"waitall leaves them alone", waitall_leaves_them_alone,
     "brought 1, +1, waitall ECANCELED, a ECANCELED, -1, waitall 0, b 0, brought 2, +2, -2"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
