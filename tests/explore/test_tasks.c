/* test_tasks.c - gather, wait, shield, as_completed, groups: whatever ends, fails or is cancelled
 * when. */
#include <errno.h>
#include <string.h>

#include "as_completed.h"
#include "clock.h"
#include "explored.h"
#include "gather.h"
#include "group.h"
#include "shield.h"

/* A child that ends when the outside says so. */
struct child {
    struct future news;
    int result;
    bool ended, cancelled;
};

static int wait_for_news(void *arg)
{
    struct child *child = arg;
    int rc = await(&child->news);
    child->cancelled = rc == -ECANCELED;
    rc = child->cancelled && pass_by(explore_choose(2)) < 0 ? -EIO : rc; /* it cleans up */
    child->ended = true;
    return rc;
}

static void on_news(void *arg)
{
    struct child *child = arg;
    future_set_result(&child->news, child->result); /* it may have been cancelled before */
}

static void child_init(struct child *child, int result)
{
    *child = (struct child){.result = result};
    future_init(&child->news, co_loop());
}

/* ---- Gather --------------------------------------------------------------------------------- */

struct gatherer {
    struct child children[3];
    struct task *tasks[3];
    int results[3];
    unsigned flags;
};

static int gather_three(void *arg)
{
    struct gatherer *gatherer = arg;
    for (int i = 0; i < 3; i++)
        call_from_outside(on_news, &gatherer->children[i], "news");
    return gather(gatherer->tasks, 3, gatherer->results, gatherer->flags);
}

/* An error ends a gather before its children, and then a cancel does not reach them any more. */
static bool an_error_has_ended(const struct gatherer *gatherer)
{
    for (int i = 0; i < 3; i++)
        if (!(gatherer->flags & GATHER_RETURN_ERRORS) && gatherer->results[i] == -EIO)
            return true;
    return false;
}

/* What must hold of a gather's end, however it came to it. */
static void check_gather(const struct gatherer *gatherer, int rc)
{
    for (int i = 0; i < 3; i++) {
        const struct child *child = &gatherer->children[i];
        int result = gatherer->results[i];
        if (!child->ended)
            expect(an_error_has_ended(gatherer), "gather has ended before child %d", i);
        else if (!child->cancelled)
            expect(result == child->result || result == -EINPROGRESS, "result %d: %d", i, result);
        expect(!child->cancelled || rc == -ECANCELED || rc == -EIO, "cancelled, and not told");
    }
}

static int play_gather(const int results[3], unsigned flags, int result)
{
    struct gatherer gatherer = {.flags = flags};
    for (int i = 0; i < 3; i++) {
        child_init(&gatherer.children[i], results[i]);
        gatherer.tasks[i] = spawn(wait_for_news, &gatherer.children[i], "a child");
    }
    struct task *task = spawn(gather_three, &gatherer, "a gatherer");
    cancel_from_outside(task, "cancel");
    int rc = end_of(task);
    expect(rc == result || rc == -ECANCELED, "gather: %d", rc);
    check_gather(&gatherer, rc);
    for (int i = 0; i < 3; i++) {
        rc = end_of(gatherer.tasks[i]);
        expect(rc == results[i] || rc == -ECANCELED, "child %d: %d", i, rc);
    }
    let_go(gatherer.tasks, 3);
    task_unref(task);
    return 0;
}

static int gather_of_three(void *arg)
{
    (void)arg;
    return play_gather((int[]){1, 2, 3}, 0, 0);
}

static int gather_with_an_error(void *arg)
{
    (void)arg;
    return play_gather((int[]){1, -EIO, 3}, 0, -EIO);
}

static int gather_that_returns_errors(void *arg)
{
    (void)arg;
    return play_gather((int[]){1, -EIO, 3}, GATHER_RETURN_ERRORS, 0);
}

/* ---- Wait and shield ------------------------------------------------------------------------ */

static int wait_a_moment(void *arg)
{
    return wait_tasks(arg, 2, WAIT_ALL_COMPLETED, NS_PER_MS);
}

/* Neither the time nor a cancel of the waiter reaches the tasks. */
static int wait_cancels_nobody(void *arg)
{
    (void)arg;
    struct child children[2];
    struct task *tasks[2];
    for (int i = 0; i < 2; i++) {
        child_init(&children[i], i + 1);
        tasks[i] = spawn(wait_for_news, &children[i], "a child");
        call_from_outside(on_news, &children[i], "news");
    }
    struct task *waiter = spawn(wait_a_moment, tasks, "a waiter");
    cancel_from_outside(waiter, "cancel");
    int rc = end_of(waiter);
    expect(rc == -ECANCELED || (rc >= 0 && rc <= children[0].ended + children[1].ended), "%d", rc);
    for (int i = 0; i < 2; i++)
        expect(end_of(tasks[i]) == i + 1, "child %d was reached", i);
    let_go(tasks, 2);
    task_unref(waiter);
    return 0;
}

static int wait_shielded(void *arg)
{
    return shield(arg);
}

static int a_shield_holds(void *arg)
{
    (void)arg;
    struct child child;
    child_init(&child, 7);
    struct task *task = spawn(wait_for_news, &child, "the shielded");
    struct task *waiter = spawn(wait_shielded, task, "a waiter");
    call_from_outside(on_news, &child, "news");
    cancel_from_outside(waiter, "cancel");
    cancel_from_outside(waiter, "cancel again");
    int rc = end_of(waiter);
    expect(rc == 7 || rc == -ECANCELED, "waiter: %d", rc);
    expect(end_of(task) == 7, "it was reached");
    let_go((struct task *[]){task, waiter}, 2);
    return 0;
}

/* ---- As completed --------------------------------------------------------------------------- */

static struct {
    struct child children[3];
    struct task *tasks[3];
    int handed[3], in_all;
} batch;

static void note_handed(const struct task *task)
{
    batch.in_all++;
    for (int i = 0; i < 3; i++)
        batch.handed[i] += task == batch.tasks[i];
    expect(task_is_done(task), "handed out before its end");
}

/* A cancel of the waiter costs nothing: it asks again. The time is over for good. */
static int take_as_completed(void *arg)
{
    (void)arg;
    struct as_completed it;
    struct task *task;
    int rc = as_completed_begin(&it, batch.tasks, 3, NS_PER_MS);
    expect(rc == 0, "begin: %d", rc);
    do {
        rc = as_completed_next(&it, &task);
        if (rc == 1)
            note_handed(task);
    } while (rc == 1 || rc == -ECANCELED);
    as_completed_end(&it);
    expect(rc == -ETIMEDOUT || (rc == 0 && batch.in_all == 3), "%d after %d", rc, batch.in_all);
    return 0;
}

static int as_completed_hands_out_once(void *arg)
{
    (void)arg;
    memset(&batch, 0, sizeof batch);
    for (int i = 0; i < 3; i++) {
        child_init(&batch.children[i], i);
        batch.tasks[i] = spawn(wait_for_news, &batch.children[i], "a child");
        call_from_outside(on_news, &batch.children[i], "news");
    }
    struct task *taker = spawn(take_as_completed, NULL, "a taker");
    cancel_from_outside(taker, "cancel");
    expect(end_of(taker) == 0, "the taker has failed");
    for (int i = 0; i < 3; i++) {
        expect(batch.handed[i] <= 1, "child %d was handed out %d times", i, batch.handed[i]);
        expect(end_of(batch.tasks[i]) == i, "child %d was reached", i);
    }
    let_go(batch.tasks, 3);
    task_unref(taker);
    return 0;
}

/* ---- Groups --------------------------------------------------------------------------------- */

struct parent {
    struct child children[3];
    int error; /* that the second child ends with; 0: none */
    int cancelling;
};

static int raise_group(void *arg)
{
    struct parent *parent = arg;
    struct group group;
    int rc = 0;
    group_begin(&group);
    for (int i = 0; i < 3 && rc == 0; i++) {
        child_init(&parent->children[i], i == 1 ? parent->error : i);
        rc = group_spawn(&group, wait_for_news, &parent->children[i], "a child");
        if (rc == 0)
            call_from_outside(on_news, &parent->children[i], "news");
    }
    rc = rc < 0 ? rc : pass_by(explore_choose(2)); /* the body waits, or does not */
    rc = group_end(&group, rc);
    parent->cancelling = task_cancelling(task_current());
    return rc;
}

/* No child outlives it; an error cancels the rest; a cancel from outside stays one. */
static int play_group(int error)
{
    struct parent parent = {.error = error};
    struct task *task = spawn(raise_group, &parent, "a parent");
    cancel_from_outside(task, "cancel");
    int rc = end_of(task);
    expect(rc == error || rc == -ECANCELED, "group: %d", rc);
    expect(rc != -ECANCELED || task_is_cancelled(task), "a cancel is an error");
    for (int i = 0; i < 3; i++)
        expect(parent.children[i].ended || !future_is_done(&parent.children[i].news),
               "child %d outlives its group", i);
    expect(rc != 0 || parent.cancelling == 0, "it ends well with %d cancels", parent.cancelling);
    let_go(&task, 1);
    return 0;
}

static int a_group_of_three(void *arg)
{
    (void)arg;
    return play_group(0);
}

static int a_group_with_an_error(void *arg)
{
    (void)arg;
    return play_group(-EIO);
}

static const struct explored tests[] = {
    {.name = "gather of three", .play = gather_of_three},
    {.name = "gather with an error", .play = gather_with_an_error},
    {.name = "gather that returns errors", .play = gather_that_returns_errors},
    {.name = "wait cancels nobody", .play = wait_cancels_nobody},
    {.name = "a shield holds", .play = a_shield_holds},
    {.name = "as_completed hands out once", .play = as_completed_hands_out_once},
    {.name = "a group of three", .play = a_group_of_three},
    {.name = "a group with an error", .play = a_group_with_an_error},
};

int main(int argc, char **argv)
{
    return explored_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
