/* test_as_completed.c - the iterator: what the oracle's scenarios do not see. */
#include <errno.h>

#include "as_completed.h"
#include "clock.h"
#include "scenario.h"

#define MS NS_PER_MS

/* Ends after so many passes: an order that no clock changes. */
static int lasts(void *arg)
{
    int passes = (intptr_t)arg;
    int rc = 0;
    for (int i = 0; rc == 0 && i < passes; i++)
        rc = co_yield();
    return rc < 0 ? rc : passes;
}

static int sleeps(void *arg)
{
    (void)arg;
    return co_sleep(NS_PER_S);
}

static void join_all(struct task *tasks[], int count)
{
    for (int i = 0; i < count; i++)
        say_end("joined", tasks[i]);
}

/* Python's order is that of a set: none. */
static int same_time(void *arg)
{
    (void)arg;
    struct task *tasks[] = {spawn(lasts, (void *)3), spawn(lasts, (void *)3),
                            spawn(lasts, (void *)2)};
    struct as_completed it;
    struct task *task;
    int rc = as_completed_begin(&it, tasks, 3, -1);
    while (rc >= 0 && (rc = as_completed_next(&it, &task)) > 0)
        say("%s", task == tasks[0] ? "first" : task == tasks[1] ? "second" : "third");
    as_completed_end(&it);
    for (int i = 0; i < 3; i++)
        task_unref(tasks[i]);
    return rc;
}

static int left_early(void *arg)
{
    (void)arg;
    struct task *tasks[] = {spawn(lasts, (void *)5), spawn(lasts, (void *)1),
                            spawn(lasts, (void *)3)};
    struct as_completed it;
    struct task *task;
    int rc = as_completed_begin(&it, tasks, 3, 60 * NS_PER_S);
    if (rc == 0 && (rc = as_completed_next(&it, &task)) > 0)
        say("first %d", task_result(task));
    as_completed_end(&it);
    join_all(tasks, 3);
    return rc < 0 ? rc : 0;
}

/* Asyncio loses count of one that was cancelled while it waited. */
static int waits_again(void *arg)
{
    struct task *tasks[] = {arg};
    struct as_completed it;
    struct task *task;
    int rc = as_completed_begin(&it, tasks, 1, -1);
    if (rc == 0 && (rc = as_completed_next(&it, &task)) == -ECANCELED) {
        say("cancelled");
        rc = as_completed_next(&it, &task);
    }
    say("%d", rc);
    rc = as_completed_next(&it, &task);
    say("%d", rc);
    as_completed_end(&it);
    return rc;
}

static int cancelled_and_again(void *arg)
{
    (void)arg;
    struct task *awaited = spawn(lasts, (void *)5);
    struct task *waiter = spawn(waits_again, awaited);
    let_others_run(2);
    task_cancel(waiter);
    say_end("waiter", waiter);
    say_end("awaited", awaited);
    return 0;
}

/* All that have ended are handed out before the lack of time is told. */
static int time_over(void *arg)
{
    (void)arg;
    struct task *tasks[] = {spawn(lasts, (void *)1), spawn(lasts, (void *)2), spawn(sleeps, NULL)};
    struct as_completed it;
    struct task *task;
    let_others_run(4);
    int rc = as_completed_begin(&it, tasks, 3, MS);
    if (rc == 0)
        rc = co_sleep(2 * MS);
    while (rc >= 0 && (rc = as_completed_next(&it, &task)) > 0)
        say("%d", task_result(task));
    say("%s", strerrorname_np(-rc));
    as_completed_end(&it);
    task_cancel(tasks[2]);
    join_all(tasks, 3);
    return 0;
}

static int no_time(void *arg)
{
    (void)arg;
    struct task *tasks[] = {spawn(sleeps, NULL)};
    struct as_completed it;
    struct task *task;
    int rc = as_completed_begin(&it, tasks, 1, 0);
    if (rc == 0)
        rc = as_completed_next(&it, &task);
    say("%s", strerrorname_np(-rc));
    as_completed_end(&it);
    task_cancel(tasks[0]);
    join_all(tasks, 1);
    return 0;
}

static const struct scenario scenarios[] = {
    {"what ends at one time comes in the order of ending", same_time, "third, first, second"},
    {"left early", left_early, "first 1, joined 5, joined 1, joined 3"},
    {"cancelled, and asked again", cancelled_and_again, "cancelled, 1, 0, waiter 0, awaited 5"},
    {"the time is over", time_over, "1, 2, ETIMEDOUT, joined 1, joined 2, joined ECANCELED"},
    {"no time at all", no_time, "ETIMEDOUT, joined ECANCELED"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
