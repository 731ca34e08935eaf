/* test_queue.c - order, bound, and who is woken; the traces are what CPython 3.13's Queue gives. */
#include "waiters.h"

/* ---- Without waiting ----------------------------------------------------------------------- */

static int first_in_first_out(void *arg)
{
    (void)arg;
    new_queue(0);
    for (int i = 1; i <= 3; i++)
        try_put(i);
    try_get();
    try_put(4);
    for (int i = 0; i < 4; i++)
        try_get();
    say("empty %d", queue_empty(&queue));
    queue_fini(&queue);
    return 0;
}

/* The ring wraps around, and grows while it is wrapped. */
static int order_survives_growth(void *arg)
{
    (void)arg;
    int in = 0, out = 0, wrong = 0;
    new_queue(0);
    while (out < 1000) {
        for (int i = 0; i < 7 && in < 1000; i++)
            try_put(in++);
        for (int i = 0; i < (in < 1000 ? 5 : 7) && out < in; i++) {
            void *item;
            wrong += queue_try_get(&queue, &item) < 0 || (intptr_t)item != out++;
        }
    }
    say("wrong %d, size %d", wrong, queue_size(&queue));
    queue_fini(&queue);
    return 0;
}

static int the_bound_holds(void *arg)
{
    (void)arg;
    new_queue(2);
    for (int i = 1; i <= 3; i++) {
        try_put(i);
        say("size %d, full %d", queue_size(&queue), queue_full(&queue));
    }
    try_get();
    try_put(4);
    try_put(5);
    for (int i = 0; i < 3; i++)
        try_get();
    queue_fini(&queue);
    return 0;
}

static int nothing_waits_that_need_not(void *arg)
{
    (void)arg;
    void *item;
    new_queue(1);
    struct task *other = spawn_number(joiner, 1); /* would run in the next pass */
    int rc = queue_put(&queue, NULL);
    rc = rc < 0 ? rc : queue_get(&queue, &item);
    report_done();
    rc = rc < 0 ? rc : queue_join(&queue);
    say("here first");
    queue_fini(&queue);
    return rc < 0 ? rc : task_join(other);
}

/* ---- Waiting ------------------------------------------------------------------------------- */

static int getters_in_order(void *arg)
{
    (void)arg;
    struct task *tasks[3];
    new_queue(0);
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn_number(getter, i + 1);
    let_others_run(1);
    try_put(10);
    let_others_run(2); /* the first takes it, and the others keep their places */
    try_put(11);
    try_put(12);
    let_others_run(1);
    unref_all(tasks, 3);
    queue_fini(&queue);
    return 0;
}

static int putters_in_order(void *arg)
{
    (void)arg;
    struct task *tasks[4];
    new_queue(1);
    for (int i = 0; i < 4; i++)
        tasks[i] = spawn_number(putter, i + 1);
    let_others_run(1);
    for (int i = 0; i < 4; i++) {
        try_get();
        say("size %d", queue_size(&queue));
        let_others_run(1);
    }
    unref_all(tasks, 4);
    queue_fini(&queue);
    return 0;
}

/* The item that woke a getter is taken before the getter runs: it waits again, at the end. */
static int a_woken_getter_looks_again(void *arg)
{
    (void)arg;
    new_queue(0);
    struct task *a = spawn_number(getter, 1), *b = spawn_number(getter, 2);
    let_others_run(1);
    try_put(10);
    try_get();
    let_others_run(1);
    try_put(11);
    let_others_run(1);
    try_put(12);
    let_others_run(1);
    say_end("a", a);
    say_end("b", b);
    queue_fini(&queue);
    return 0;
}

static int a_woken_putter_looks_again(void *arg)
{
    (void)arg;
    new_queue(1);
    try_put(10);
    struct task *a = spawn_number(putter, 1), *b = spawn_number(putter, 2);
    let_others_run(1);
    try_get();
    try_put(11);
    let_others_run(1);
    try_get();
    let_others_run(1);
    try_get();
    let_others_run(1);
    try_get();
    say_end("a", a);
    say_end("b", b);
    queue_fini(&queue);
    return 0;
}

/* ---- Run them ------------------------------------------------------------------------------ */

static const struct scenario scenarios[] = {
    {"first in, first out", first_in_first_out, "1, 2, 3, 4, get EAGAIN, empty 1"},
    {"order survives growth", order_survives_growth, "wrong 0, size 0"},
    {"the bound holds", the_bound_holds,
     "size 1, full 0, size 2, full 1, put EAGAIN, size 2, full 1, 1, put EAGAIN, 2, 4, get EAGAIN"},
    {"nothing waits that need not", nothing_waits_that_need_not, "here first, j1 joined"},
    {"getters in order", getters_in_order, "g1 got 10, g2 got 11, g3 got 12"},
    {"putters in order", putters_in_order,
     "p1 put, 1, size 0, p2 put, 2, size 0, p3 put, 3, size 0, p4 put, 4, size 0"},
    {"a woken getter looks again", a_woken_getter_looks_again,
     "10, g2 got 11, g1 got 12, a 0, b 0"},
    {"a woken putter looks again", a_woken_putter_looks_again,
     "10, 11, p2 put, 2, p1 put, 1, a 0, b 0"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
