/* test_pools.c - the pools of chapter 07, whatever comes when: room and connections come back. */
#include <errno.h>

#include "clock.h"
#include "co_pool.h"
#include "explored.h"
#include "fake_conns.h"

static struct co_pool jobs;
static struct conn_pool conns;
static int running, most_running, done;

static int last_a_while(void)
{
    running++;
    most_running = running > most_running ? running : most_running;
    int rc = pass_by(explore_choose(2));
    running--;
    return rc;
}

/* ---- A pool of coroutines ------------------------------------------------------------------ */

static int work(void *arg)
{
    (void)arg;
    int rc = last_a_while();
    done += rc == 0;
    return rc;
}

static int bring_one(void *arg)
{
    (void)arg;
    return co_pool_spawn_n(&jobs, work, NULL);
}

/* Three bring a job each, and two of them may be cancelled while they wait for room: what was
 * brought is done. */
static int bring_together(int size, int load_factor, int count, int cancels)
{
    struct task *tasks[count];
    int brought = 0;
    running = most_running = done = 0;
    int rc = co_pool_begin(&jobs, size);
    rc = rc < 0 ? rc : co_pool_load_factor(&jobs, load_factor);
    for (int i = 0; i < count; i++)
        tasks[i] = spawn(bring_one, NULL, "who brings a job");
    for (int i = 0; i < cancels; i++)
        cancel_from_outside(tasks[i], i == 0 ? "cancel 1" : "cancel another");
    for (int i = 0; i < count; i++) {
        int end = end_of(tasks[i]);
        expect(end == 0 || (end == -ECANCELED && i < cancels), "%d: %d", i + 1, end);
        brought += end == 0;
    }
    rc = co_pool_end(&jobs, rc);
    expect(done == brought, "%d brought, %d done", brought, done);
    expect(most_running <= size, "%d ran at once", most_running);
    expect(jobs.room.value == size * (1 + load_factor) && jobs.turns.value == size,
           "room for %d and %d turns at the end", jobs.room.value, jobs.turns.value);
    let_go(tasks, count);
    return rc;
}

static int three_jobs_one_at_a_time(void *arg)
{
    (void)arg;
    return bring_together(1, 0, 3, 2);
}

static int three_jobs_with_a_load_factor(void *arg)
{
    (void)arg;
    return bring_together(1, 1, 3, 2);
}

static int twelve_jobs_three_at_a_time(void *arg)
{
    (void)arg;
    return bring_together(3, 1, 12, 8);
}

/* Who began the pool is cancelled, twice, in whatever he does: none of his jobs is left. */
static int live_with_a_pool(void *arg)
{
    (void)arg;
    int rc = co_pool_begin(&jobs, 1);
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = co_pool_spawn_n(&jobs, work, NULL);
    rc = co_pool_end(&jobs, rc);
    expect(running == 0 && TAILQ_EMPTY(&jobs.jobs), "%d jobs are left", running);
    return rc;
}

static int its_owner_is_cancelled(void *arg)
{
    (void)arg;
    running = most_running = done = 0;
    struct task *owner = spawn(live_with_a_pool, NULL, "the owner");
    cancel_from_outside(owner, "cancel 1");
    cancel_from_outside(owner, "cancel 2");
    int rc = end_of(owner);
    expect(rc == -ECANCELED || (rc == 0 && done == 3), "%d, %d done", rc, done);
    let_go(&owner, 1);
    return 0;
}

/* ---- A pool of connections ------------------------------------------------------------------ */

static int use(void *arg)
{
    struct pooled *mine;
    int rc = pass_by(explore_choose(2));
    rc = rc < 0 ? rc : fake_acquire(&conns, &mine);
    if (rc < 0)
        return rc;
    rc = last_a_while();
    if (rc < 0 || arg)
        fake_discard(mine);
    else
        fake_release(mine);
    return rc;
}

static int share_connections(int min, int max, int count, int cancels)
{
    struct task *tasks[count];
    struct conn_pool_options options = fake_options(min, max);
    running = most_running = 0;
    int rc = conn_pool_open(&conns, &fake_calls_with_check, &options);
    server.connect_passes = server.check_passes = 1;
    for (int i = 0; i < count; i++)
        tasks[i] = spawn(use, (void *)(intptr_t)(i == count - 1), "a user");
    for (int i = 0; i < cancels; i++)
        cancel_from_outside(tasks[i], i == 0 ? "cancel 1" : "cancel another");
    for (int i = 0; i < count; i++) {
        int end = end_of(tasks[i]);
        expect(end == 0 || (end == -ECANCELED && i < cancels), "user %d: %d", i + 1, end);
    }
    rc = rc < 0 ? rc : conn_pool_close(&conns);
    expect(most_running <= max && server.most_open <= max, "%d at once, %d open", most_running,
           server.most_open);
    expect(server.open + server.closed_twice + server.used_twice == 0,
           "%d left open, %d closed twice, %d used by two", server.open, server.closed_twice,
           server.used_twice);
    let_go(tasks, count);
    return rc;
}

static int three_share_a_connection(void *arg)
{
    (void)arg;
    return share_connections(0, 1, 3, 2);
}

static int three_share_two_one_kept(void *arg)
{
    (void)arg;
    return share_connections(1, 2, 3, 2);
}

static int twelve_share_three_connections(void *arg)
{
    (void)arg;
    return share_connections(2, 3, 12, 8);
}

static const struct explored tests[] = {
    {.name = "three jobs, one at a time", .play = three_jobs_one_at_a_time},
    {.name = "three jobs with a load factor", .play = three_jobs_with_a_load_factor},
    {.name = "twelve jobs, three at a time", .play = twelve_jobs_three_at_a_time, .seeds = 400},
    {.name = "its owner is cancelled", .play = its_owner_is_cancelled},
    {.name = "three share a connection", .play = three_share_a_connection},
    {.name = "three share two, one is kept", .play = three_share_two_one_kept},
    {.name = "twelve share three", .play = twelve_share_three_connections, .seeds = 400},
};

int main(int argc, char **argv)
{
    return explored_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
