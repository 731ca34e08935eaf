/* scenarios_told.c - names, and an error that nobody asked for: what told.py plays on asyncio. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gather.h"
#include "group.h"
#include "oracle.h"
#include "shield.h"
#include "suites.h"

static struct task *named(struct task *task, const char *name)
{
    task_set_name(task, name);
    return task;
}

int told_when_dropped(void)
{
    struct nap a = {.name = "a", .ms = 2, .error = -EIO};
    struct task *t = task_spawn(co_loop(), nap, &a, "detached");
    if (!t)
        return -ENOMEM;
    task_detach(t);
    sleep_ms(4);
    p("later");
    return 0;
}

int told_when_given_up(void)
{
    struct task *t = named(spawn_nap("a", 2, .error = -EIO), "held");
    CHECK_RC(wait_tasks(&t, 1, WAIT_ALL_COMPLETED, -1));
    p("ended");
    task_unref(t);
    p("given up");
    return 0;
}

int told_not_when_awaited(void)
{
    p("%s", rc_text(task_join(spawn_nap("a", 1, .error = -EIO))));
    struct task *t = spawn_nap("b", 1, .error = -EIO);
    CHECK_RC(wait_tasks(&t, 1, WAIT_ALL_COMPLETED, -1));
    p("%s", rc_text(task_result(t)));
    task_unref(t);
    t = spawn_nap("c", 9);
    yield_times(1);
    task_cancel(t);
    CHECK_RC(wait_tasks(&t, 1, WAIT_ALL_COMPLETED, -1));
    task_unref(t);
    return 0;
}

int told_not_when_gathered(void)
{
    struct task *t[] = {spawn_nap("a", 1, .error = -EIO), spawn_nap("b", 2, .error = -EPIPE)};
    p("%s", rc_text(gather(t, 2, NULL, 0)));
    unref_tasks(t, 2);
    sleep_ms(2);
    p("later");
    return 0;
}

static void count_error(struct group *group, struct task *task, int error, void *count)
{
    (void)group, (void)task, (void)error;
    ++*(int *)count;
}

int told_not_in_a_group(void)
{
    struct group group;
    int count = 0;
    group_begin(&group);
    group_on_error(&group, count_error, &count);
    CHECK_RC(group_spawn(&group, nap, NAP("a", 1, .error = -EIO), NULL));
    CHECK_RC(group_spawn(&group, nap, NAP("b", 9, .cleanup_error = -EPIPE), NULL));
    int rc = group_end(&group, 0);
    p("%d", count);
    return rc == -EIO ? 0 : rc;
}

static int shields(void *task)
{
    return shield(task);
}

int told_when_shielded(void)
{
    struct task *t = named(spawn_nap("a", 4, .error = -EIO), "shielded");
    struct task *w = spawn(shields, (intptr_t)t);
    cancel_in_ms(2, w);
    p("%s", rc_text(task_join(w)));
    task_unref(t);
    sleep_ms(4);
    return 0;
}

static int awaits(void *arg)
{
    struct task *task = arg;
    p("%s", rc_text(await_task(task)));
    return 0;
}

static void cancel_task(void *task)
{
    task_cancel(task);
}

int told_not_when_waiter_was_in_turn(void)
{
    struct task *t = named(spawn_nap("a", 2, .error = -EIO), "seen");
    struct task *w = spawn(awaits, (intptr_t)t);
    struct future_callback on_done;
    callback_init(&on_done.callback, cancel_task, w);
    future_add_done_callback(&t->future, &on_done);
    int rc = task_join(w);
    task_unref(t);
    return rc;
}

int told_of_a_future(void)
{
    struct future *f = future_new(co_loop());
    if (!f)
        return -ENOMEM;
    CHECK_RC(future_set_result(f, -EIO));
    future_unref(f);
    p("later");
    return 0;
}

static int number_of(const struct task *task)
{
    const char *name = task_name(task), prefix[] = "Task-";
    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return -1;
    return (int)strtol(name + strlen(prefix), NULL, 10);
}

int names_are_numbers(void)
{
    struct nap naps[] = {{.name = "a", .ms = 1}, {.name = "b", .ms = 1}, {.name = "c", .ms = 1}};
    struct task *all[8], *t[3];
    for (int i = 0; i < 3; i++) {
        t[i] = task_spawn(co_loop(), nap, &naps[i], i == 2 ? "Clara" : NULL);
        if (!t[i])
            return -ENOMEM;
    }
    p("%d", number_of(t[1]) - number_of(t[0]));
    task_set_name(t[0], "Anna");
    p("%s", task_name(t[0]));
    int count = all_tasks(co_loop(), all, 8), found = 0;
    for (int i = 0; i < count; i++)
        found += all[i] == task_current();
    p("%s %d %d", task_name(t[2]), count, found);
    int rc = gather(t, 3, NULL, 0);
    p("%d", all_tasks(co_loop(), NULL, 0));
    unref_tasks(t, 3);
    return rc;
}
