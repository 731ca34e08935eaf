/* test_semaphore.c - whatever comes when, no permit is lost and no waiter is forgotten. */
#include <errno.h>

#include "clock.h"
#include "explored.h"
#include "semaphore.h"
#include "timeout.h"

static struct semaphore semaphore;
static int held, most_held;

static void hold(int change)
{
    held += change;
    most_held = held > most_held ? held : most_held;
}

/* Comes at once or a pass later. */
static int take(void *arg)
{
    (void)arg;
    int rc = pass_by(explore_choose(2));
    return rc < 0 ? rc : semaphore_acquire(&semaphore);
}

static int take_and_give_back(void *arg)
{
    int rc = take(arg);
    if (rc < 0)
        return rc;
    hold(+1);
    rc = pass_by(explore_choose(3));
    hold(-1);
    int released = semaphore_release(&semaphore);
    return rc < 0 ? rc : released;
}

static void on_release(void *arg)
{
    (void)arg;
    semaphore_release(&semaphore);
}

/* ---- Cancelled from outside ----------------------------------------------------------------- */

/* Two of the three are cancelled; whoever has not got one by then leaves, too. */
static int takers_and_permits(int permits)
{
    struct task *tasks[3];
    int got = 0;
    semaphore_init(&semaphore, 0);
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(take, NULL, "a taker");
    for (int i = 0; i < permits; i++)
        call_from_outside(on_release, NULL, "release");
    cancel_from_outside(tasks[0], "cancel 1");
    cancel_from_outside(tasks[1], "cancel 2");
    for (int i = 0; i < 3; i++) {
        if (got == permits)
            task_cancel(tasks[i]);
        got += end_of(tasks[i]) == 0;
    }
    expect(got + semaphore.value <= permits, "%d got a permit, %d are free: too many", got,
           semaphore.value);
    let_go(tasks, 3);
    return 0;
}

static int one_permit_for_three(void *arg)
{
    (void)arg;
    return takers_and_permits(1);
}

static int two_permits_for_three(void *arg)
{
    (void)arg;
    return takers_and_permits(2);
}

/* Who holds a permit gives it back, cancelled or not. */
static int share(int permits, int count, int cancels)
{
    struct task *tasks[count];
    held = most_held = 0;
    semaphore_init_bounded(&semaphore, permits);
    for (int i = 0; i < count; i++)
        tasks[i] = spawn(take_and_give_back, NULL, "a sharer");
    for (int i = 0; i < cancels; i++)
        cancel_from_outside(tasks[i], i == 0 ? "cancel 1" : "cancel another");
    for (int i = 0; i < count; i++) {
        int rc = end_of(tasks[i]);
        expect(rc == 0 || (rc == -ECANCELED && i < cancels), "sharer %d: %d", i + 1, rc);
    }
    expect(most_held <= permits, "%d held one of %d", most_held, permits);
    expect(held == 0 && semaphore.value == permits, "%d of %d are back", semaphore.value, permits);
    let_go(tasks, count);
    return 0;
}

static int three_share_one(void *arg)
{
    (void)arg;
    return share(1, 3, 2);
}

static int three_share_two(void *arg)
{
    (void)arg;
    return share(2, 3, 2);
}

static int twelve_share_three(void *arg)
{
    (void)arg;
    return share(3, 12, 8);
}

/* ---- With a time limit ---------------------------------------------------------------------- */

static int take_in_time(void *arg)
{
    struct timeout_scope scope;
    timeout_begin(&scope, (intptr_t)arg * NS_PER_MS);
    return timeout_end(&scope, semaphore_acquire(&semaphore));
}

/* The permit comes, the time is over, and somebody cancels: one of them is first, or none. */
static int a_permit_the_time_or_a_cancel(void *arg)
{
    (void)arg;
    struct task *tasks[2];
    int got = 0;
    semaphore_init(&semaphore, 0);
    for (int i = 0; i < 2; i++)
        tasks[i] = spawn_number(take_in_time, i + 1, "in a hurry");
    call_from_outside(on_release, NULL, "release");
    cancel_from_outside(tasks[0], "cancel 1");
    for (int i = 0; i < 2; i++) {
        int rc = end_of(tasks[i]);
        got += rc == 0;
        expect(rc == 0 || rc == -ETIMEDOUT || (rc == -ECANCELED && i == 0), "%d: %d", i + 1, rc);
    }
    expect(got + semaphore.value <= 1, "%d got it, %d free", got, semaphore.value);
    if (got + semaphore.value == 0) /* it has not come yet */
        expect(semaphore_acquire(&semaphore) == 0, "it never comes");
    let_go(tasks, 2);
    return 0;
}

static const struct explored tests[] = {
    {.name = "one permit for three", .play = one_permit_for_three},
    {.name = "two permits for three", .play = two_permits_for_three},
    {.name = "three share one", .play = three_share_one},
    {.name = "three share two", .play = three_share_two},
    {.name = "twelve share three", .play = twelve_share_three, .seeds = 400},
    {.name = "a permit, the time or a cancel", .play = a_permit_the_time_or_a_cancel},
};

int main(int argc, char **argv)
{
    return explored_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
