/* test_semaphore_cancel.c - no permit is lost by a cancel; the traces are CPython 3.13's. */
#include "clock.h"
#include "gather.h"
#include "timeout.h"
#include "waiters.h"

static int cancelled_before_a_release(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 0);
    struct task *a = spawn_number(take, 1), *b = spawn_number(take, 2);
    let_others_run(1);
    task_cancel(a);
    release_or_say();
    say_end("a", a);
    say_end("b", b);
    say("value %d", semaphore.value);
    return 0;
}

static int cancelled_after_it_was_handed_a_permit(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 0);
    struct task *a = spawn_number(take, 1), *b = spawn_number(take, 2);
    let_others_run(1);
    release_or_say();
    task_cancel(a);
    say_end("a", a);
    say_end("b", b);
    say("value %d", semaphore.value);
    return 0;
}

static int a_permit_comes_back_when_nobody_else_waits(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 0);
    struct task *a = spawn_number(take, 1);
    let_others_run(1);
    release_or_say();
    task_cancel(a);
    say("value %d", semaphore.value);
    say_end("a", a);
    say("value %d, locked %d", semaphore.value, semaphore_locked(&semaphore));
    return 0;
}

/* Two permits are handed to a and b, and a third is free but for c, which came later than they.
 * When a and b are cancelled, c and d must get what they leave. */
static int all_that_were_handed_permits_are_cancelled(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 0);
    struct task *a = spawn_number(take, 1), *b = spawn_number(take, 2);
    let_others_run(1);
    struct task *c = spawn_number(take, 3), *d = spawn_number(take, 4);
    release_or_say();
    release_or_say();
    task_cancel(a);
    task_cancel(b);
    say_end("a", a);
    say_end("b", b);
    say_end("c", c);
    say_end("d", d);
    say("value %d", semaphore.value);
    return 0;
}

/* A cancelled waiter that has not run yet stands in nobody's way. */
static int a_cancelled_waiter_does_not_count(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 0);
    struct task *a = spawn_number(take, 1);
    let_others_run(1);
    task_cancel(a);
    release_or_say();
    say("value %d, locked %d", semaphore.value, semaphore_locked(&semaphore));
    int rc = semaphore_acquire(&semaphore);
    say("got it at once");
    say_end("a", a);
    return rc;
}

static int cancels_itself_then_takes(void *arg)
{
    task_cancel(task_current());
    int rc = take(arg);
    return rc < 0 ? rc : co_sleep(0);
}

static int a_cancel_that_came_before(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 1);
    struct task *a = spawn_number(cancels_itself_then_takes, 1);
    let_others_run(1);
    struct task *b = spawn_number(cancels_itself_then_takes, 2);
    let_others_run(1);
    say_end("a", a);
    say_end("b", b);
    release_or_say();
    say("value %d, locked %d", semaphore.value, semaphore_locked(&semaphore));
    return 0;
}

static int a_timeout_takes_nothing_along(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    semaphore_init(&semaphore, 0);
    timeout_begin(&scope, NS_PER_MS);
    int rc = timeout_end(&scope, semaphore_acquire(&semaphore));
    say("%s", rc < 0 ? strerrorname_np(-rc) : "0");
    release_or_say();
    say("value %d", semaphore.value);
    return semaphore_acquire(&semaphore);
}

static int acquire_cancel_before_awoken(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 0);
    struct task *t[4];
    for (int i = 0; i < 4; i++)
        t[i] = spawn_number(take, i + 1);
    let_others_run(1);
    task_cancel(t[0]);
    task_cancel(t[1]);
    release_or_say();
    let_others_run(1);
    int done = 0;
    for (int i = 0; i < 4; i++)
        done += task_is_done(t[i]) && !task_is_cancelled(t[i]);
    say("%d got one", done);
    task_cancel(t[2]);
    task_cancel(t[3]);
    int rc = wait_tasks(t, 4, WAIT_ALL_COMPLETED, -1);
    for (int i = 0; i < 4; i++)
        task_unref(t[i]);
    return rc < 0 ? rc : 0;
}

static struct task *second;

/* The second has been handed the permit when it is cancelled. */
static int gives_it_to_the_second_and_cancels_that(void *arg)
{
    int rc = take_and_give_back(arg);
    task_cancel(second);
    return rc;
}

static int acquire_no_hang(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 1);
    struct task *first = spawn_number(gives_it_to_the_second_and_cancels_that, 1);
    second = spawn_number(take, 2);
    say_end("first", first);
    say_end("second", second);
    return semaphore_acquire(&semaphore);
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"cancelled before a release", cancelled_before_a_release,
     "1 ECANCELED, got 2, a ECANCELED, b 0, value 0"},
    {"cancelled after it was handed a permit", cancelled_after_it_was_handed_a_permit,
     "1 ECANCELED, got 2, a ECANCELED, b 0, value 0"},
    {"a permit comes back when nobody else waits", a_permit_comes_back_when_nobody_else_waits,
     "value 0, 1 ECANCELED, a ECANCELED, value 1, locked 0"},
    {"all that were handed permits are cancelled", all_that_were_handed_permits_are_cancelled,
     "1 ECANCELED, 2 ECANCELED, got 3, a ECANCELED, b ECANCELED, c 0, got 4, d 0, value 0"},
    {"a cancelled waiter does not count", a_cancelled_waiter_does_not_count,
     "value 1, locked 0, got it at once, 1 ECANCELED, a ECANCELED"},
    {"a cancel that came before", a_cancel_that_came_before,
     "got 1, a ECANCELED, 2 ECANCELED, b ECANCELED, value 1, locked 0"},
    {"a timeout takes nothing along", a_timeout_takes_nothing_along, "ETIMEDOUT, value 1"},
    {"test_acquire_cancel_before_awoken", acquire_cancel_before_awoken,
     "1 ECANCELED, 2 ECANCELED, got 3, 1 got one, 4 ECANCELED"},
    {"test_acquire_no_hang", acquire_no_hang, "got 1, 2 ECANCELED, first 0, second ECANCELED"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
