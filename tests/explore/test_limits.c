/* test_limits.c - timeout scopes and wait_for: the time against the end against a cancel. Whoever
 * is first, each cancel is counted once and taken back by whom it belongs to. */
#include <errno.h>
#include <string.h>

#include "clock.h"
#include "explored.h"
#include "gather.h"
#include "timeout.h"

#define LONG (3600 * NS_PER_S) /* never comes: a loop is not that late */

static struct {
    int cancels;    /* that have come from outside */
    int cancelling; /* of the task, after its scopes */
    int rc, inner_rc;
    bool child_ended;
} seen;

static void on_cancel(void *task)
{
    seen.cancels += task_cancel(task);
}

/* Cancels that come after the last look at the count are none. */
static void look_at_count(void)
{
    seen.cancelling = task_cancelling(task_current()) - seen.cancels;
}

static int play(coro_fn *fn, int cancels)
{
    memset(&seen, 0, sizeof seen);
    struct task *task = spawn(fn, NULL, "limited");
    for (int i = 0; i < cancels; i++)
        call_from_outside(on_cancel, task, i == 0 ? "cancel" : "cancel again");
    int rc = end_of(task);
    expect(rc == -ECANCELED || rc == seen.rc, "the task: %d, its scope: %d", rc, seen.rc);
    expect(seen.cancelling == 0, "%d cancels more than were sent", seen.cancelling);
    expect(seen.cancels > 0 || rc != -ECANCELED, "cancelled, and nobody did");
    let_go(&task, 1);
    return 0;
}

/* ---- Scopes --------------------------------------------------------------------------------- */

static int sleep_in_a_scope(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, 2 * NS_PER_MS);
    int rc = co_sleep(2 * NS_PER_MS + 1 - explore_choose(3)); /* sooner, at once, later */
    seen.rc = timeout_end(&scope, rc);
    look_at_count();
    expect(seen.rc == 0 || seen.rc == -ETIMEDOUT || (seen.rc == -ECANCELED && seen.cancels > 0),
           "%d after %d cancels", seen.rc, seen.cancels);
    return seen.rc;
}

static int a_scope_and_two_cancels(void *arg)
{
    (void)arg;
    return play(sleep_in_a_scope, 2);
}

static int sleep_in_two_scopes(void *arg)
{
    (void)arg;
    struct timeout_scope outer, inner;
    timeout_begin(&outer, (1 + explore_choose(2)) * NS_PER_MS);
    timeout_begin(&inner, NS_PER_MS + 1);
    int rc = co_sleep(LONG);
    seen.inner_rc = timeout_end(&inner, rc);
    expect(seen.inner_rc == -ETIMEDOUT || seen.inner_rc == -ECANCELED, "inner: %d", seen.inner_rc);
    seen.rc = timeout_end(&outer, seen.inner_rc);
    look_at_count();
    expect(seen.rc != -ECANCELED || seen.cancels > 0, "cancelled by nobody");
    return seen.rc;
}

static int two_scopes_and_a_cancel(void *arg)
{
    (void)arg;
    return play(sleep_in_two_scopes, 1);
}

/* ---- wait_for ------------------------------------------------------------------------------- */

static int sleep_and_clean_up(void *arg)
{
    (void)arg;
    int rc = co_sleep(NS_PER_MS + 1 - explore_choose(3));
    if (rc < 0 && pass_by(explore_choose(3)) < 0)
        rc = -EIO; /* cancelled twice */
    seen.child_ended = true;
    return rc < 0 ? rc : 7;
}

static int wait_for_child(void *arg)
{
    (void)arg;
    seen.rc = wait_for(spawn(sleep_and_clean_up, NULL, "a child"), NS_PER_MS);
    look_at_count();
    expect(seen.child_ended || seen.rc == -ECANCELED || seen.rc == -ETIMEDOUT, "%d", seen.rc);
    expect(task_count(co_loop()) == 2, "its child is not over");
    return seen.rc;
}

static int wait_for_and_a_cancel(void *arg)
{
    (void)arg;
    return play(wait_for_child, 1);
}

static const struct explored tests[] = {
    {.name = "a scope and two cancels", .play = a_scope_and_two_cancels},
    {.name = "two scopes and a cancel", .play = two_scopes_and_a_cancel},
    {.name = "wait_for and a cancel", .play = wait_for_and_a_cancel},
};

int main(int argc, char **argv)
{
    return explored_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
