/* scenarios_groups.c - task groups: what groups.py plays on asyncio. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "gather.h"
#include "group.h"
#include "oracle.h"
#include "suites.h"
#include "timeout.h"

/* The errors of asyncio's ExceptionGroup: the children's, then the body's. */
static char errors[64];

static void add_error(int error)
{
    size_t length = strlen(errors);
    snprintf(errors + length, sizeof errors - length, " %s", rc_text(error));
}

static void on_error(struct group *group, struct task *task, int error, void *arg)
{
    (void)group, (void)task, (void)arg;
    add_error(error);
}

static void begin(struct group *group)
{
    errors[0] = '\0';
    group_begin(group);
    group_on_error(group, on_error, NULL);
}

static int end(struct group *group, int rc)
{
    int result = group_end(group, rc);
    if (rc < 0 && rc != -ECANCELED)
        add_error(rc);
    return result;
}

int group_waits(void)
{
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, nap, NAP("a", 2), NULL));
    CHECK_RC(group_spawn(&group, nap, NAP("b", 4), NULL));
    p("body ends");
    int rc = end(&group, 0);
    p("after");
    return rc;
}

int group_of_nobody(void)
{
    struct group group;
    begin(&group);
    int rc = end(&group, 0);
    p("after");
    return rc;
}

int group_error(void)
{
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, nap, NAP("a", 2, .error = -EIO), NULL));
    CHECK_RC(group_spawn(&group, nap, NAP("b", 9, .cleanup_ms = 3), NULL));
    p("%s", rc_text(end(&group, 0)));
    p("errors%s", errors);
    return 0;
}

int group_error_count(void)
{
    int rc = group_error();
    p("cancelling %d", task_cancelling(task_current()));
    return rc;
}

int group_error_elsewhere(void)
{
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, nap, NAP("a", 2, .error = -EIO), NULL));
    int rc = nap(NAP("body", 50));
    p("%s", rc_text(end(&group, rc)));
    p("errors%s cancelling %d", errors, task_cancelling(task_current()));
    rc = co_sleep(NS_PER_MS);
    p("goes on");
    return rc;
}

int group_several_errors(void)
{
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, nap, NAP("a", 9, .cleanup_error = -EPIPE), NULL));
    CHECK_RC(group_spawn(&group, nap, NAP("b", 2, .error = -EIO), NULL));
    p("%s", rc_text(end(&group, 0)));
    p("errors%s", errors);
    return 0;
}

int group_body_error(void)
{
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, nap, NAP("a", 9, .cleanup_error = -EPIPE), NULL));
    yield_times(1);
    p("%s", rc_text(end(&group, -EIO)));
    p("errors%s", errors);
    return 0;
}

static int sleeps_in_body(void *arg)
{
    (void)arg;
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, nap, NAP("a", 9), NULL));
    int rc = nap(NAP("body", 9));
    return end(&group, rc);
}

int group_cancelled_in_body(void)
{
    struct task *t = spawn(sleeps_in_body, 0);
    cancel_in_ms(2, t);
    int rc = await_task(t);
    p("%s %d %d", rc_text(rc), task_is_cancelled(t), task_cancelling(t));
    task_unref(t);
    return 0;
}

static int waits_at_end(void *arg)
{
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, nap, arg, NULL));
    return end(&group, 0);
}

int group_cancelled_at_end(void)
{
    struct nap a = {.name = "a", .ms = 9, .cleanup_ms = 2};
    struct task *t = spawn(waits_at_end, (intptr_t)&a);
    cancel_in_ms(2, t);
    int rc = await_task(t);
    p("%s %d", rc_text(rc), task_is_cancelled(t));
    task_unref(t);
    return 0;
}

int group_cancelled_twice(void)
{
    struct nap a = {.name = "a", .ms = 9, .cleanup_ms = 4};
    struct task *t = spawn(waits_at_end, (intptr_t)&a);
    cancel_in_ms(2, t);
    cancel_in_ms(2, t);
    int rc = await_task(t);
    p("%s %d", rc_text(rc), task_cancelling(t));
    task_unref(t);
    return 0;
}

static int fails_and_is_cancelled(void *arg)
{
    (void)arg;
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, nap, NAP("a", 2, .error = -EIO), NULL));
    CHECK_RC(group_spawn(&group, nap, NAP("b", 9, .cleanup_ms = 4), NULL));
    int rc = end(&group, 0);
    p("%s%s", rc_text(rc), errors);
    p("cancelling %d", task_cancelling(task_current()));
    p("next wait %s", rc_text(co_sleep(NS_PER_MS)));
    return 0;
}

int group_error_and_cancel(void)
{
    struct task *t = spawn(fails_and_is_cancelled, 0);
    cancel_in_ms(4, t);
    p("%s", rc_text(task_join(t)));
    return 0;
}

int group_child_cancelled(void)
{
    struct group group;
    struct task *a;
    begin(&group);
    CHECK_RC(group_spawn_task(&group, nap, NAP("a", 9), NULL, &a));
    CHECK_RC(group_spawn(&group, nap, NAP("b", 4), NULL));
    cancel_in_ms(2, a);
    int rc = end(&group, 0);
    p("after %d", task_is_cancelled(a));
    task_unref(a);
    return rc;
}

static int spawns(void *arg)
{
    static struct nap grandchild = {.name = "grandchild", .ms = 2};
    sleep_ms(2);
    CHECK_RC(group_spawn(arg, nap, &grandchild, NULL));
    p("spawned");
    return 0;
}

int group_child_spawns(void)
{
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, spawns, &group, NULL));
    int rc = end(&group, 0);
    p("after");
    return rc;
}

static void try_spawn(struct group *group)
{
    static struct nap late = {.name = "late", .ms = 1};
    int rc = group_spawn(group, nap, &late, NULL);
    p(rc == -ESHUTDOWN ? "refused" : "BUG spawned");
}

static int spawns_late(void *arg)
{
    int rc = co_sleep(9 * NS_PER_MS);
    try_spawn(arg);
    return rc;
}

int group_refuses(void)
{
    struct group group;
    begin(&group);
    CHECK_RC(group_spawn(&group, spawns_late, &group, NULL));
    CHECK_RC(group_spawn(&group, nap, NAP("a", 2, .error = -EIO), NULL));
    p("%s", rc_text(end(&group, 0)));
    try_spawn(&group);
    return 0;
}

int group_nested(void)
{
    struct group outer, inner;
    begin(&outer);
    CHECK_RC(group_spawn(&outer, nap, NAP("outer child", 50), NULL));
    begin(&inner);
    CHECK_RC(group_spawn(&inner, nap, NAP("inner child", 2, .error = -EIO), NULL));
    CHECK_RC(group_spawn(&inner, nap, NAP("sibling", 9), NULL));
    int rc = end(&inner, 0);
    p("inner %s", rc_text(rc));
    p("outer %s", rc_text(end(&outer, rc)));
    return 0;
}

int group_nested_outer_fails(void)
{
    struct group outer, inner;
    begin(&outer);
    CHECK_RC(group_spawn(&outer, nap, NAP("outer child", 2, .error = -EIO), NULL));
    begin(&inner);
    CHECK_RC(group_spawn(&inner, nap, NAP("inner child", 9), NULL));
    int rc = end(&inner, 0);
    if (rc != -ECANCELED)
        p("BUG went on");
    rc = end(&outer, rc);
    p("outer %s cancelling %d", rc_text(rc), task_cancelling(task_current()));
    return 0;
}

int group_in_timeout(void)
{
    struct timeout_scope scope;
    struct group group;
    timeout_begin(&scope, 3 * NS_PER_MS);
    begin(&group);
    CHECK_RC(group_spawn(&group, nap, NAP("a", 1), NULL));
    CHECK_RC(group_spawn(&group, nap, NAP("b", 50, .cleanup_ms = 1), NULL));
    int rc = timeout_end(&scope, end(&group, 0));
    p("%s cancelling %d", rc_text(rc), task_cancelling(task_current()));
    return 0;
}
