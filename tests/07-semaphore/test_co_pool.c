/* test_co_pool.c - at most so many jobs at a time; who brings one more waits; no error ends others.
 */
#include "clock.h"
#include "jobs.h"

static struct co_pool pool;

/* ---- Room ---------------------------------------------------------------------------------- */

static int who_brings_one_too_many_waits(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 9, 0}, {2, 3, 0}, {3, 2, 0}, {4, 1, 0}};
    int rc = 0;
    begin(&pool, 2);
    for (int i = 0; i < 4 && rc == 0; i++)
        rc = bring(&pool, &jobs[i]);
    say("%d free, %d running", co_pool_free(&pool), co_pool_running(&pool));
    rc = co_pool_end(&pool, rc);
    say("%d free", co_pool_free(&pool));
    say_counts(&pool);
    return rc;
}

static struct job others[] = {{5, 1, 0}, {6, 1, 0}, {7, 1, 0}};

static int brings(void *arg)
{
    return bring(&pool, arg);
}

static int first_come_first_served(void *arg)
{
    (void)arg;
    struct job first = {1, 5, 0};
    struct task *tasks[3];
    begin(&pool, 1);
    int rc = bring(&pool, &first);
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(brings, &others[i]);
    let_others_run(1);
    say("%d waiting", co_pool_waiting(&pool));
    for (int i = 0; i < 3; i++) {
        if (task_join(tasks[i]) < 0)
            say("a joined error");
    }
    return co_pool_end(&pool, rc);
}

static int cancelled_while_it_waits_for_room(void *arg)
{
    (void)arg;
    struct job first = {1, 5, 0};
    begin(&pool, 1);
    int rc = bring(&pool, &first);
    struct task *a = spawn(brings, &others[0]), *b = spawn(brings, &others[1]);
    let_others_run(1);
    task_cancel(a);
    say_end("a", a);
    say_end("b", b);
    return co_pool_end(&pool, rc);
}

static int a_load_factor_accepts_more_than_run(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 4, 0}, {2, 1, 0}, {3, 1, 0}, {4, 1, 0}};
    int rc;
    begin(&pool, 1);
    say("%s", rc_name(co_pool_load_factor(&pool, -1)));
    rc = co_pool_load_factor(&pool, 2);
    for (int i = 0; i < 4 && rc == 0; i++) {
        rc = bring(&pool, &jobs[i]);
        say("%d running", co_pool_running(&pool));
    }
    return co_pool_end(&pool, rc);
}

/* ---- Results ------------------------------------------------------------------------------- */

static int who_wants_the_result_joins(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 1, 0}, {2, 1, -EIO}};
    struct task *tasks[2];
    begin(&pool, 2);
    for (int i = 0; i < 2; i++) {
        int rc = co_pool_spawn(&pool, job, &jobs[i], &tasks[i]);
        if (rc < 0)
            return rc;
    }
    say_end("first", tasks[0]);
    say_end("second", tasks[1]);
    say("end %s", rc_name(co_pool_end(&pool, 0)));
    say_counts(&pool);
    return 0;
}

static int an_error_ends_nobody_else(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 1, -EIO}, {2, 3, 0}, {3, 1, -EPIPE}, {4, 1, 0}};
    int rc = 0;
    begin(&pool, 2);
    for (int i = 0; i < 4 && rc == 0; i++)
        rc = bring(&pool, &jobs[i]);
    say("end %s", rc_name(co_pool_end(&pool, rc)));
    say_counts(&pool);
    return 0;
}

static void on_error(void *job_arg, int error, void *arg)
{
    const struct job *of = job_arg;
    say("%s %d %s", (const char *)arg, of->n, rc_name(error));
}

static int who_asked_hears_of_every_error(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 1, -EIO}, {2, 1, 0}, {3, 1, -EPIPE}};
    int rc = 0;
    begin(&pool, 1);
    co_pool_on_error(&pool, on_error, "heard");
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = bring(&pool, &jobs[i]);
    return co_pool_end(&pool, rc);
}

static int sleeps_long(void *arg)
{
    (void)arg;
    return co_sleep(NS_PER_S);
}

static int a_job_has_its_time_from_when_its_turn_comes(void *arg)
{
    (void)arg;
    struct job last = {3, 1, 0};
    begin(&pool, 1);
    int rc = co_pool_load_factor(&pool, 2);
    co_pool_timeout(&pool, 2 * NS_PER_MS);
    for (int i = 0; i < 2 && rc == 0; i++)
        rc = co_pool_spawn_n(&pool, sleeps_long, NULL);
    if (rc == 0)
        rc = bring(&pool, &last);
    say("end %s", rc_name(co_pool_end(&pool, rc)));
    say_counts(&pool);
    return 0;
}

/* ---- From inside --------------------------------------------------------------------------- */

static int asks_for_itself(void *arg)
{
    say("waitall %s", rc_name(co_pool_waitall(&pool)));
    say("end %s", rc_name(co_pool_end(&pool, 0)));
    return bring(&pool, arg);
}

static int a_job_may_not_wait_for_itself(void *arg)
{
    (void)arg;
    begin(&pool, 1);
    int rc = co_pool_spawn_n(&pool, asks_for_itself, &others[0]);
    rc = rc < 0 ? rc : co_pool_waitall(&pool);
    say("end %s", rc_name(co_pool_end(&pool, rc)));
    return 0;
}

static int a_job_may_bring_another(void *arg)
{
    (void)arg;
    begin(&pool, 2);
    int rc = co_pool_spawn_n(&pool, brings, &others[0]);
    rc = rc < 0 ? rc : co_pool_waitall(&pool);
    return co_pool_end(&pool, rc);
}

static int a_pool_of_none(void *arg)
{
    (void)arg;
    say("%s", rc_name(co_pool_begin(&pool, 0)));
    begin(&pool, 1);
    return co_pool_end(&pool, 0);
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"who brings one too many waits", who_brings_one_too_many_waits,
     "brought 1, brought 2, +1, +2, -2, brought 3, +3, -3, -1, brought 4, 1 free, 0 running, +4, "
     "-4, 0 free, 4 ended, 0 failed, 0 cancelled"},
    {"first come, first served", first_come_first_served,
     "brought 1, +1, 3 waiting, -1, brought 5, +5, -5, brought 6, +6, -6, brought 7, +7, -7"},
    {"cancelled while it waits for room", cancelled_while_it_waits_for_room,
     "brought 1, +1, not brought 5: ECANCELED, a ECANCELED, -1, brought 6, +6, b 0, -6"},
    {"a load factor accepts more than run", a_load_factor_accepts_more_than_run,
     "EINVAL, brought 1, 0 running, brought 2, 0 running, brought 3, 0 running, +1, -1, +2, -2, "
     "brought 4, 1 running, +3, -3, +4, -4"},
    {"who wants the result joins", who_wants_the_result_joins,
     "+1, +2, -1, -2 EIO, first 1, second EIO, end 0, 2 ended, 0 failed, 0 cancelled"},
    {"an error ends nobody else", an_error_ends_nobody_else,
     "brought 1, brought 2, +1, +2, -1 EIO, brought 3, -2, +3, -3 EPIPE, brought 4, +4, -4, end "
     "EIO, 4 ended, 2 failed, 0 cancelled"},
    {"who asked hears of every error", who_asked_hears_of_every_error,
     "brought 1, +1, -1 EIO, heard 1 EIO, brought 2, +2, -2, brought 3, +3, -3 EPIPE, heard 3 "
     "EPIPE"},
    {"a job has its time from when its turn comes", a_job_has_its_time_from_when_its_turn_comes,
     "brought 3, +3, -3, end ETIMEDOUT, 3 ended, 2 failed, 0 cancelled"},
    {"a job may not wait for itself", a_job_may_not_wait_for_itself,
     "waitall EDEADLK, end EDEADLK, not brought 5: EDEADLK, end EDEADLK"},
    {"a job may bring another", a_job_may_bring_another, "brought 5, +5, -5"},
    {"a pool of none", a_pool_of_none, "EINVAL"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
