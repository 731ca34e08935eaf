/* test_queue_cancel.c - no item and no room is lost by a cancel; the traces are CPython 3.13's. */
#include "waiters.h"

static int a_getter_is_cancelled(bool after_its_wake)
{
    new_queue(0);
    struct task *a = spawn_number(getter, 1), *b = spawn_number(getter, 2);
    let_others_run(1);
    if (!after_its_wake)
        task_cancel(a);
    try_put(42);
    if (after_its_wake)
        task_cancel(a);
    say_end("a", a);
    say_end("b", b);
    say("size %d", queue_size(&queue));
    queue_fini(&queue);
    return 0;
}

static int getter_cancelled_before_its_wake(void *arg)
{
    (void)arg;
    return a_getter_is_cancelled(false);
}

static int getter_cancelled_after_its_wake(void *arg)
{
    (void)arg;
    return a_getter_is_cancelled(true);
}

static int a_putter_is_cancelled(bool after_its_wake)
{
    new_queue(1);
    try_put(0);
    struct task *a = spawn_number(putter, 1), *b = spawn_number(putter, 2);
    let_others_run(1);
    if (!after_its_wake)
        task_cancel(a);
    try_get();
    if (after_its_wake)
        task_cancel(a);
    say_end("a", a);
    say_end("b", b);
    try_get();
    try_get();
    queue_fini(&queue);
    return 0;
}

static int putter_cancelled_before_its_wake(void *arg)
{
    (void)arg;
    return a_putter_is_cancelled(false);
}

static int putter_cancelled_after_its_wake(void *arg)
{
    (void)arg;
    return a_putter_is_cancelled(true);
}

/* Nobody else waits: the item stays for whoever comes. */
static int a_cancelled_getter_leaves_the_item(void *arg)
{
    (void)arg;
    new_queue(0);
    struct task *a = spawn_number(getter, 1);
    let_others_run(1);
    try_put(42);
    task_cancel(a);
    say_end("a", a);
    try_get();
    queue_fini(&queue);
    return 0;
}

/* It had not been woken, so there is no wake to pass on: the others keep their places. */
static int a_cancel_that_wakes_nobody(void *arg)
{
    (void)arg;
    struct task *tasks[4];
    new_queue(0);
    for (int i = 0; i < 4; i++)
        tasks[i] = spawn_number(getter, i + 1);
    let_others_run(1);
    task_cancel(tasks[1]); /* runs before the first has taken its item */
    try_put(10);
    let_others_run(2);
    try_put(11);
    try_put(12);
    let_others_run(2);
    unref_all(tasks, 4);
    queue_fini(&queue);
    return 0;
}

static int a_cancelled_putter_that_wakes_nobody(void *arg)
{
    (void)arg;
    struct task *tasks[4];
    new_queue(1);
    try_put(0);
    for (int i = 0; i < 4; i++)
        tasks[i] = spawn_number(putter, i + 1);
    let_others_run(1);
    task_cancel(tasks[1]);
    for (int i = 0; i < 4; i++) {
        try_get();
        let_others_run(2);
    }
    unref_all(tasks, 4);
    queue_fini(&queue);
    return 0;
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"getter cancelled before its wake", getter_cancelled_before_its_wake,
     "g1 ECANCELED, g2 got 42, a ECANCELED, b 0, size 0"},
    {"getter cancelled after its wake (bpo-23812)", getter_cancelled_after_its_wake,
     "g1 ECANCELED, g2 got 42, a ECANCELED, b 0, size 0"},
    {"putter cancelled before its wake", putter_cancelled_before_its_wake,
     "0, p1 ECANCELED, p2 put, a ECANCELED, b 0, 2, get EAGAIN"},
    {"putter cancelled after its wake (bpo-23812)", putter_cancelled_after_its_wake,
     "0, p1 ECANCELED, p2 put, a ECANCELED, b 0, 2, get EAGAIN"},
    {"a cancelled getter leaves the item", a_cancelled_getter_leaves_the_item,
     "g1 ECANCELED, a ECANCELED, 42"},
    {"a cancel that wakes nobody", a_cancel_that_wakes_nobody,
     "g2 ECANCELED, g1 got 10, g3 got 11, g4 got 12"},
    {"a cancelled putter that wakes nobody", a_cancelled_putter_that_wakes_nobody,
     "0, p2 ECANCELED, p1 put, 1, p3 put, 3, p4 put, 4"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
