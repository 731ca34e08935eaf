/* test_queue_end.c - how a queue ends: task_done and join, shutdown in all its states. The traces
 * are what CPython 3.13's Queue gives. */
#include "waiters.h"

/* ---- task_done and join -------------------------------------------------------------------- */

static int join_waits_for_what_was_taken(void *arg)
{
    (void)arg;
    new_queue(0);
    try_put(1);
    try_put(2);
    struct task *a = spawn_number(joiner, 1), *b = spawn_number(joiner, 2);
    let_others_run(1);
    try_get();
    try_get();
    report_done();
    let_others_run(3);
    struct task *c = spawn_number(joiner, 3); /* the queue is empty, and it waits all the same */
    let_others_run(3);
    say("one is left");
    report_done();
    say_end("a", a);
    say_end("b", b);
    say_end("c", c);
    queue_fini(&queue);
    return 0;
}

static int task_done_too_often(void *arg)
{
    (void)arg;
    new_queue(0);
    report_done();
    try_put(1);
    report_done(); /* asyncio too lets it be reported before it is taken */
    report_done();
    try_get();
    report_done();
    queue_fini(&queue);
    return 0;
}

/* The count was at 0 once: that is what a join waits for, even if it has grown again. */
static int join_does_not_look_again(void *arg)
{
    (void)arg;
    new_queue(0);
    try_put(1);
    struct task *a = spawn_number(joiner, 1);
    let_others_run(1);
    report_done();
    try_put(2);
    say_end("a", a);
    struct task *b = spawn_number(joiner, 2);
    let_others_run(2);
    say("b done %d", task_is_done(b));
    report_done();
    say_end("b", b);
    queue_fini(&queue);
    return 0;
}

static int join_is_cancelled(void *arg)
{
    (void)arg;
    new_queue(0);
    try_put(1);
    struct task *a = spawn_number(joiner, 1), *b = spawn_number(joiner, 2);
    let_others_run(1);
    task_cancel(a);
    report_done();
    say_end("a", a);
    say_end("b", b);
    queue_fini(&queue);
    return 0;
}

/* ---- shutdown ------------------------------------------------------------------------------ */

static int shutdown_lets_consumers_finish(void *arg)
{
    (void)arg;
    new_queue(0);
    try_put(1);
    try_put(2);
    queue_shutdown(&queue, false);
    try_put(3);
    try_get();
    struct task *a = spawn_number(getter, 1), *b = spawn_number(getter, 2),
                *p = spawn_number(putter, 3);
    say_end("a", a);
    say_end("b", b);
    say_end("p", p);
    try_get();
    say("unfinished %d", queue.unfinished);
    queue_fini(&queue);
    return 0;
}

static int shutdown_wakes_getters(void *arg)
{
    (void)arg;
    new_queue(0);
    struct task *a = spawn_number(getter, 1), *b = spawn_number(getter, 2);
    let_others_run(1);
    queue_shutdown(&queue, false);
    queue_shutdown(&queue, false); /* again: nothing more */
    say_end("a", a);
    say_end("b", b);
    queue_fini(&queue);
    return 0;
}

static int shutdown_wakes_putters(void *arg)
{
    (void)arg;
    new_queue(1);
    try_put(0);
    struct task *a = spawn_number(putter, 1), *b = spawn_number(putter, 2);
    let_others_run(1);
    queue_shutdown(&queue, false);
    say_end("a", a);
    say_end("b", b);
    try_get();
    try_get();
    queue_fini(&queue);
    return 0;
}

/* There is room for it by the time that it runs, and yet. */
static int shutdown_refuses_a_putter_with_room(void *arg)
{
    (void)arg;
    new_queue(1);
    try_put(0);
    struct task *a = spawn_number(putter, 1);
    let_others_run(1);
    try_get();
    queue_shutdown(&queue, false);
    say_end("a", a);
    say("size %d", queue_size(&queue));
    queue_fini(&queue);
    return 0;
}

/* The getter that was woken for an item still gets it; the one behind it ends. */
static int shutdown_after_the_last_put(void *arg)
{
    (void)arg;
    new_queue(0);
    struct task *a = spawn_number(getter, 1), *b = spawn_number(getter, 2);
    let_others_run(1);
    try_put(42);
    queue_shutdown(&queue, false);
    say_end("a", a);
    say_end("b", b);
    queue_fini(&queue);
    return 0;
}

static int shutdown_at_once_drops_and_joins(void *arg)
{
    (void)arg;
    new_queue(3);
    for (int i = 1; i <= 3; i++)
        try_put(i);
    struct task *p = spawn_number(putter, 4), *j = spawn_number(joiner, 1);
    let_others_run(1);
    queue_shutdown(&queue, true);
    say("size %d, unfinished %d", queue_size(&queue), queue.unfinished);
    say_end("p", p);
    say_end("j", j);
    try_get();
    queue_fini(&queue);
    return 0;
}

/* What was taken is still somebody's work: join waits for it. */
static int shutdown_at_once_waits_for_what_was_taken(void *arg)
{
    (void)arg;
    new_queue(0);
    try_put(1);
    try_put(2);
    try_get();
    struct task *j = spawn_number(joiner, 1);
    let_others_run(1);
    queue_shutdown(&queue, true);
    let_others_run(2);
    say("joined %d", task_is_done(j));
    report_done();
    say_end("j", j);
    report_done();
    queue_fini(&queue);
    return 0;
}

static int shutdown_at_once_after_task_done(void *arg)
{
    (void)arg;
    new_queue(0);
    try_put(1);
    report_done();
    queue_shutdown(&queue, true);
    say("size %d, unfinished %d", queue_size(&queue), queue.unfinished);
    queue_shutdown(&queue, true);
    queue_fini(&queue);
    return 0;
}

/* First gently, then the rest is given up. */
static int shutdown_twice(void *arg)
{
    (void)arg;
    new_queue(0);
    try_put(1);
    try_put(2);
    queue_shutdown(&queue, false);
    try_get();
    queue_shutdown(&queue, true);
    try_get();
    say("unfinished %d", queue.unfinished);
    queue_fini(&queue);
    return 0;
}

static int cancelled_after_the_shutdown_woke_it(void *arg)
{
    (void)arg;
    new_queue(0);
    struct task *a = spawn_number(getter, 1), *b = spawn_number(getter, 2);
    let_others_run(1);
    queue_shutdown(&queue, false);
    task_cancel(a);
    say_end("a", a);
    say_end("b", b);
    queue_fini(&queue);
    return 0;
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"join waits for what was taken", join_waits_for_what_was_taken,
     "1, 2, one is left, j1 joined, j2 joined, j3 joined, a 0, b 0, c 0"},
    {"task_done too often", task_done_too_often, "done EINVAL, done EINVAL, 1, done EINVAL"},
    {"join does not look again", join_does_not_look_again,
     "j1 joined, a 0, b done 0, j2 joined, b 0"},
    {"join is cancelled", join_is_cancelled, "j1 ECANCELED, j2 joined, a ECANCELED, b 0"},
    {"shutdown lets consumers finish", shutdown_lets_consumers_finish,
     "put ESHUTDOWN, 1, g1 got 2, g2 ESHUTDOWN, p3 ESHUTDOWN, a 0, b ESHUTDOWN, p ESHUTDOWN, get "
     "ESHUTDOWN, unfinished 2"},
    {"shutdown wakes getters", shutdown_wakes_getters,
     "g1 ESHUTDOWN, g2 ESHUTDOWN, a ESHUTDOWN, b ESHUTDOWN"},
    {"shutdown wakes putters", shutdown_wakes_putters,
     "p1 ESHUTDOWN, p2 ESHUTDOWN, a ESHUTDOWN, b ESHUTDOWN, 0, get ESHUTDOWN"},
    {"shutdown refuses a putter with room", shutdown_refuses_a_putter_with_room,
     "0, p1 ESHUTDOWN, a ESHUTDOWN, size 0"},
    {"shutdown after the last put", shutdown_after_the_last_put,
     "g1 got 42, g2 ESHUTDOWN, a 0, b ESHUTDOWN"},
    {"shutdown at once drops and joins", shutdown_at_once_drops_and_joins,
     "size 0, unfinished 0, j1 joined, p4 ESHUTDOWN, p ESHUTDOWN, j 0, get ESHUTDOWN"},
    {"shutdown at once waits for what was taken", shutdown_at_once_waits_for_what_was_taken,
     "1, joined 0, j1 joined, j 0, done EINVAL"},
    {"shutdown at once after task_done", shutdown_at_once_after_task_done, "size 0, unfinished 0"},
    {"shutdown twice", shutdown_twice, "1, get ESHUTDOWN, unfinished 1"},
    {"cancelled after the shutdown woke it", cancelled_after_the_shutdown_woke_it,
     "g1 ECANCELED, g2 ESHUTDOWN, a ECANCELED, b ESHUTDOWN"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
