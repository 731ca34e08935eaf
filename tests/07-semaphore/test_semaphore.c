/* test_semaphore.c - who gets a permit when, as traces that CPython 3.13's Semaphore leaves too. */
#include <limits.h>

#include "waiters.h"

/* ---- Free permits -------------------------------------------------------------------------- */

static void say_ran(void *arg)
{
    say("%s", (const char *)arg);
}

static int a_free_permit_does_not_suspend(void *arg)
{
    (void)arg;
    struct callback next_pass;
    callback_init(&next_pass, say_ran, "next pass");
    semaphore_init(&semaphore, 2);
    loop_call_soon(co_loop(), &next_pass);
    int rc = semaphore_acquire(&semaphore);
    say("%d, locked %d", rc, semaphore_locked(&semaphore));
    rc = semaphore_acquire(&semaphore);
    say("%d, locked %d", rc, semaphore_locked(&semaphore));
    let_others_run(1);
    return 0;
}

static int an_extra_release_raises_the_limit(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 2);
    for (int i = 0; i < 3; i++)
        release_or_say();
    say("value %d", semaphore.value);
    semaphore_init(&semaphore, INT_MAX);
    release_or_say();
    return 0;
}

static int a_bounded_one_refuses_an_extra_release(void *arg)
{
    (void)arg;
    semaphore_init_bounded(&semaphore, 1);
    release_or_say();
    int rc = semaphore_acquire(&semaphore);
    if (rc < 0)
        return rc;
    struct task *waiter = spawn_number(take, 1);
    let_others_run(1);
    release_or_say(); /* the one that was out */
    let_others_run(1);
    release_or_say(); /* the waiter's */
    say("value %d", semaphore.value);
    release_or_say();
    say("value %d", semaphore.value);
    return task_join(waiter);
}

/* ---- Order --------------------------------------------------------------------------------- */

static int first_come_first_served(void *arg)
{
    (void)arg;
    struct task *tasks[5];
    semaphore_init(&semaphore, 2);
    for (int i = 0; i < 5; i++)
        tasks[i] = spawn_number(take_and_give_back, i);
    join_all(tasks, 5);
    say("value %d", semaphore.value);
    return 0;
}

static int nobody_overtakes_one_that_was_handed_a_permit(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 0);
    struct task *waiter = spawn_number(take_and_give_back, 1);
    let_others_run(1);
    release_or_say();
    release_or_say(); /* one for the waiter, and one is free */
    say("value %d, locked %d", semaphore.value, semaphore_locked(&semaphore));
    int rc = semaphore_acquire(&semaphore); /* but we came later */
    say("got it");
    return rc < 0 ? rc : task_join(waiter);
}

static int who_releases_and_asks_again_comes_last(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 1);
    int rc = semaphore_acquire(&semaphore);
    struct task *tasks[] = {spawn_number(take_and_give_back, 1),
                            spawn_number(take_and_give_back, 2)};
    let_others_run(1);
    release_or_say();
    rc = rc < 0 ? rc : semaphore_acquire(&semaphore);
    say("again");
    join_all(tasks, 2);
    return rc;
}

static int takes_twice(void *arg)
{
    (void)arg;
    int rc = semaphore_acquire(&semaphore);
    say("2");
    release_or_say();
    rc = rc < 0 ? rc : semaphore_acquire(&semaphore);
    say("4");
    return rc;
}

static int says_when_it_has_one(void *arg)
{
    int rc = semaphore_acquire(&semaphore);
    say("%d", (int)(intptr_t)arg);
    return rc;
}

static int acquire_fifo_order_2(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 1);
    struct task *tasks[] = {spawn_number(says_when_it_has_one, 1), spawn(takes_twice, NULL),
                            spawn_number(says_when_it_has_one, 3)};
    let_others_run(1);
    release_or_say();
    release_or_say();
    join_all(tasks, 3);
    say("value %d", semaphore.value);
    return 0;
}

static int acquire_fifo_order_3(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 0);
    struct task *tasks[] = {spawn_number(take, 1), spawn_number(take, 2), spawn_number(take, 3)};
    let_others_run(1);
    task_cancel(tasks[0]);
    let_others_run(1);
    release_or_say();
    release_or_say();
    say_end("1", tasks[0]);
    join_all(tasks + 1, 2);
    return 0;
}

static struct task *fourth;

static int say_number(void *arg)
{
    say("%d", (int)(intptr_t)arg);
    return 0;
}

static int starts_a_fourth(void *arg)
{
    int rc = semaphore_acquire(&semaphore);
    fourth = spawn_number(say_number, 4);
    say("%d, value %d", (int)(intptr_t)arg, semaphore.value);
    return rc;
}

static int releases_three_then_takes(void *arg)
{
    release_or_say();
    release_or_say();
    release_or_say();
    say("value %d, locked %d", semaphore.value, semaphore_locked(&semaphore));
    return says_when_it_has_one(arg);
}

/* Who had to wait only because others came before is woken with them: 3 runs before 4. */
static int acquire_fifo_order_4(void *arg)
{
    (void)arg;
    semaphore_init(&semaphore, 0);
    struct task *tasks[] = {spawn_number(starts_a_fourth, 1),
                            spawn_number(releases_three_then_takes, 2),
                            spawn_number(says_when_it_has_one, 3)};
    join_all(tasks, 3);
    return task_join(fourth);
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"a free permit does not suspend", a_free_permit_does_not_suspend,
     "0, locked 0, 0, locked 1, next pass"},
    {"an extra release raises the limit", an_extra_release_raises_the_limit,
     "value 5, release EOVERFLOW"},
    {"a bounded one refuses an extra release", a_bounded_one_refuses_an_extra_release,
     "release EOVERFLOW, got 1, value 1, release EOVERFLOW, value 1"},
    {"first come, first served", first_come_first_served,
     "got 0, got 1, got 2, got 3, got 4, value 2"},
    {"nobody overtakes one that was handed a permit", nobody_overtakes_one_that_was_handed_a_permit,
     "value 1, locked 1, got 1, got it"},
    {"who releases and asks again comes last", who_releases_and_asks_again_comes_last,
     "got 1, got 2, again"},
    {"test_acquire_fifo_order_2", acquire_fifo_order_2, "1, 2, 3, 4, value 0"},
    {"test_acquire_fifo_order_3", acquire_fifo_order_3, "1 ECANCELED, 1 ECANCELED, got 2, got 3"},
    {"test_acquire_fifo_order_4", acquire_fifo_order_4, "value 2, locked 1, 1, value 0, 2, 3, 4"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
