/* test_group.c - task groups: what the oracle's scenarios do not see, because Python has it not. */
#include <errno.h>

#include "clock.h"
#include "gather.h"
#include "group.h"
#include "scenario.h"

#define MS NS_PER_MS

static int returns(void *arg)
{
    int rc = co_sleep(MS);
    return rc < 0 ? rc : (int)(intptr_t)arg;
}

static int sleeps_long(void *arg)
{
    (void)arg;
    return co_sleep(NS_PER_S);
}

static int the_bodys_result(void *arg)
{
    (void)arg;
    struct group group;
    group_begin(&group);
    int rc = group_spawn(&group, returns, (void *)5, "five");
    say("%d", group_end(&group, rc == 0 ? 42 : rc));
    return 0;
}

static int a_childs_result(void *arg)
{
    (void)arg;
    struct group group;
    struct task *five;
    group_begin(&group);
    int rc = group_spawn_task(&group, returns, (void *)5, "five", &five);
    if (rc < 0)
        return group_end(&group, rc);
    rc = group_end(&group, rc);
    say("%d %s %d", rc, task_name(five), task_result(five));
    task_unref(five);
    return 0;
}

static void say_error(struct group *group, struct task *task, int error, void *arg)
{
    (void)group;
    say("%s %s of %s", (const char *)arg, strerrorname_np(-error), task_name(task));
}

/* With whom the error is: the task is there to be asked. */
static int who_failed(void *arg)
{
    (void)arg;
    struct group group;
    group_begin(&group);
    group_on_error(&group, say_error, "told");
    int rc = group_spawn(&group, returns, (void *)-EIO, "bad");
    if (rc == 0)
        rc = group_spawn(&group, sleeps_long, NULL, "good");
    say("%s", strerrorname_np(-group_end(&group, rc)));
    return 0;
}

/* A frame's locals may be its children's: the group is over before the frame is. */
static int sums_into(void *arg)
{
    int rc = co_yield();
    ++*(int *)arg;
    return rc;
}

static int children_of(int *sum, int count)
{
    struct group group;
    int rc = 0;
    group_begin(&group);
    for (int i = 0; rc == 0 && i < count; i++)
        rc = group_spawn(&group, sums_into, sum, NULL);
    return group_end(&group, rc);
}

static int many_children(void *arg)
{
    (void)arg;
    int sum = 0;
    int rc = children_of(&sum, 1000);
    say("%d %d", rc, sum);
    return 0;
}

/* What has ended is forgotten: a group may run for ever. */
static int one_after_another(void *arg)
{
    (void)arg;
    struct group group;
    int sum = 0, rc = 0;
    group_begin(&group);
    for (int i = 0; rc == 0 && i < 1000; i++) {
        rc = group_spawn(&group, sums_into, &sum, NULL);
        let_others_run(3);
        if (!TAILQ_EMPTY(&group.members))
            say("still there");
    }
    say("%d %d", group_end(&group, rc), sum);
    return 0;
}

static int no_children_after_a_cancel(void *arg)
{
    (void)arg;
    struct group group;
    group_begin(&group);
    task_cancel(task_current());
    int rc = co_sleep(MS);
    rc = group_end(&group, rc);
    say("%s", strerrorname_np(-rc));
    say("%s", strerrorname_np(-group_spawn(&group, returns, NULL, NULL)));
    return 0;
}

/* Ten groups, one in another; the innermost child's error comes out at the top. */
static int dig(void *arg)
{
    int depth = (intptr_t)arg;
    struct group group;
    if (depth == 0)
        return -EIO;
    group_begin(&group);
    int rc = group_spawn(&group, dig, (void *)(intptr_t)(depth - 1), "deeper");
    if (rc == 0)
        rc = group_spawn(&group, sleeps_long, NULL, "sibling");
    return group_end(&group, rc);
}

static int ten_deep(void *arg)
{
    (void)arg;
    say("%s", strerrorname_np(-dig((void *)10)));
    say("%d", task_cancelling(task_current()));
    return 0;
}

static const struct scenario scenarios[] = {
    {"the body's result is the group's", the_bodys_result, "42"},
    {"a child's result, after the end", a_childs_result, "0 five 5"},
    {"who failed", who_failed, "told EIO of bad, EIO"},
    {"a thousand children of a frame", many_children, "0 1000"},
    {"who has ended is forgotten", one_after_another, "0 1000"},
    {"none after a cancel", no_children_after_a_cancel, "ECANCELED, ESHUTDOWN"},
    {"an error from ten groups deep", ten_deep, "EIO, 0"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
