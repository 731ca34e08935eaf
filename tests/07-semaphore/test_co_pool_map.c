/* test_co_pool_map.c - the same job for every item: results in order, or as they end. */
#include "jobs.h"

static struct co_pool pool;

static int results_stand_in_the_order_of_the_items(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 5, 0}, {2, 1, -EIO}, {3, 2, 0}};
    int results[3];
    begin(&pool, 2);
    int rc = co_pool_map(&pool, job, jobs, 3, sizeof jobs[0], results);
    say("map %d: %d %s %d", rc, results[0], strerrorname_np(-results[1]), results[2]);
    return co_pool_end(&pool, rc);
}

static int no_items(void *arg)
{
    (void)arg;
    begin(&pool, 2);
    return co_pool_end(&pool, co_pool_map(&pool, job, NULL, 0, 1, NULL));
}

static int maps(void *arg)
{
    struct job *jobs = arg;
    int results[4];
    int rc = co_pool_map(&pool, job, jobs, 4, sizeof jobs[0], results);
    say("map %s: %s", rc_name(rc), rc_name(results[0]));
    say("%s", rc_name(results[1]));
    say("%s", rc_name(results[3]));
    return rc;
}

static int a_cancelled_map_ends_what_it_began(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 1, 0}, {2, 50, 0}, {3, 50, 0}, {4, 1, 0}};
    begin(&pool, 2);
    struct task *task = spawn(maps, jobs);
    let_others_run(8);
    task_cancel(task);
    say_end("it", task);
    say_counts(&pool);
    return co_pool_end(&pool, 0);
}

/* ---- As they end --------------------------------------------------------------------------- */

/* Gets so many, passing some passes between two. */
static int iterate(struct job *jobs, int count, int wanted, int passes)
{
    struct co_pool_itermap it;
    int i, result;
    int rc = co_pool_itermap_begin(&it, &pool, job, jobs, count, sizeof jobs[0]);
    while (rc >= 0 && wanted-- > 0 && (rc = co_pool_itermap_next(&it, &i, &result)) > 0) {
        say("[%d] %s", i, rc_name(result));
        let_others_run(passes);
    }
    return co_pool_itermap_end(&it, rc);
}

static int they_come_as_they_end(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 9, 0}, {2, 1, -EIO}, {3, 2, 0}, {4, 1, 0}};
    begin(&pool, 2);
    int rc = iterate(jobs, 4, 9, 0);
    say("%d", rc);
    return co_pool_end(&pool, rc);
}

/* The consumer takes his time: two have ended, and no third begins before he asks. */
static int nothing_runs_ahead(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 1, 0}, {2, 1, 0}, {3, 1, 0}, {4, 1, 0}};
    begin(&pool, 2);
    int rc = iterate(jobs, 4, 9, 20);
    return co_pool_end(&pool, rc);
}

static int who_leaves_early_ends_the_rest(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 1, 0}, {2, 50, 0}, {3, 50, 0}, {4, 1, 0}};
    begin(&pool, 2);
    int rc = iterate(jobs, 4, 1, 0);
    say("%d jobs are left", co_pool_running(&pool));
    return co_pool_end(&pool, rc);
}

static int the_pool_is_full_of_others_jobs(void *arg)
{
    (void)arg;
    struct job other = {9, 5, 0}, jobs[] = {{1, 1, 0}, {2, 1, 0}};
    begin(&pool, 1);
    int rc = bring(&pool, &other);
    if (rc == 0)
        rc = iterate(jobs, 2, 9, 0);
    return co_pool_end(&pool, rc);
}

static int the_pool_is_closed(void *arg)
{
    (void)arg;
    struct job jobs[] = {{1, 1, 0}};
    begin(&pool, 1);
    co_pool_close(&pool);
    say("%s", rc_name(iterate(jobs, 1, 9, 0)));
    return co_pool_end(&pool, 0);
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"results stand in the order of the items", results_stand_in_the_order_of_the_items,
     "+1, +2, -2 EIO, +3, -1, -3, map 0: 1 EIO 3"},
    {"no items", no_items, ""},
    {"a cancelled map ends what it began", a_cancelled_map_ends_what_it_began,
     "+1, +2, -1, +3, -3 cancelled, -2 cancelled, map ECANCELED: 1, ECANCELED, ECANCELED, it "
     "ECANCELED, 3 ended, 0 failed, 2 cancelled"},
    {"they come as they end", they_come_as_they_end,
     "+1, +2, -2 EIO, [1] EIO, +3, -3, [2] 3, -1, +4, -4, [0] 1, [3] 4, 0"},
    {"nothing runs ahead", nothing_runs_ahead,
     "+1, +2, -1, -2, [0] 1, [1] 2, +3, +4, -3, -4, [2] 3, [3] 4"},
    {"who leaves early ends the rest", who_leaves_early_ends_the_rest,
     "+1, +2, -1, [0] 1, -2 cancelled, 0 jobs are left"},
    {"the pool is full of others' jobs", the_pool_is_full_of_others_jobs,
     "brought 9, +9, -9, +1, -1, [0] 1, +2, -2, [1] 2"},
    {"the pool is closed", the_pool_is_closed, "ESHUTDOWN"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
