/* test_select.c - whoever waits for several queues: an item is taken once, or is still there; and
 * nobody sleeps beside one, neither the select nor those who wait at one of its queues. */
#include <errno.h>
#include <stdlib.h>

#include "backend_explore.h"
#include "explored.h"
#include "queue_select.h"

static struct queue a, b;
static int put, taken;
static struct queue *selected; /* the last select took from it */

static void new_queues(void)
{
    put = taken = 0;
    if (queue_init(&a, co_loop(), 0) < 0 || queue_init(&b, co_loop(), 0) < 0)
        abort();
}

static void on_put(void *queue)
{
    put += queue_try_put(queue, queue) == 0; /* it may be shut down */
}

static void note_taken(void *item, struct queue *from)
{
    expect(item == from, "an item of another queue");
    taken++;
}

/* One item of either; which one the argument says is looked at first. Comes at once or later. */
static int select_one(void *first)
{
    struct queue *const queues[] = {&a, &b};
    struct queue_select select;
    void *item;
    int rc = pass_by(explore_choose(2));
    rc = rc < 0 ? rc : queue_select_init(&select, queues, 2);
    select.first = (int)(intptr_t)first;
    rc = rc < 0 ? rc : queue_select(&select, &item);
    if (rc < 0)
        return rc;
    selected = queues[rc];
    note_taken(item, selected);
    return 0;
}

static int get_one(void *queue)
{
    void *item;
    int rc = queue_get(queue, &item);
    if (rc == 0)
        note_taken(item, queue);
    return rc;
}

static void check_end(int rc, const char *who)
{
    expect(rc == 0 || rc == -ECANCELED, "%s: %d", who, rc);
}

static void end_queues(struct task *const tasks[], int count)
{
    int left = queue_size(&a) + queue_size(&b);
    expect(taken + left == put, "%d put, %d taken, %d left", put, taken, left);
    let_go(tasks, count);
    queue_fini(&a);
    queue_fini(&b);
}

/* ---- Cancelled from outside ----------------------------------------------------------------- */

/* Two of the three are cancelled; an item that is left the third can reach, whichever it is. */
static int two_selects_and_a_getter(void *arg)
{
    (void)arg;
    new_queues();
    struct task *tasks[] = {spawn_number(select_one, 0, "a select"), spawn(get_one, &a, "a getter"),
                            spawn_number(select_one, 1, "the other select")};
    call_from_outside(on_put, &a, "put a");
    call_from_outside(on_put, &b, "put b");
    cancel_from_outside(tasks[0], "cancel select");
    cancel_from_outside(tasks[1], "cancel getter");
    for (int i = 0; i < 3; i++) {
        if (taken == 2)
            task_cancel(tasks[i]);
        check_end(end_of(tasks[i]), task_name(tasks[i]));
    }
    end_queues(tasks, 3);
    return 0;
}

/* The select comes first in both lines. What it does not take is for those behind it. */
static int a_select_before_two_getters(void *arg)
{
    (void)arg;
    new_queues();
    int first = explore_choose(2);
    struct task *tasks[] = {spawn_number(select_one, first, "the select"),
                            spawn(get_one, &a, "a getter"), spawn(get_one, &b, "b getter")};
    call_from_outside(on_put, &a, "put a");
    call_from_outside(on_put, &b, "put b");
    cancel_from_outside(tasks[0], "cancel select");
    check_end(end_of(tasks[0]), "the select");
    if (task_result(tasks[0]) == 0) /* it has taken what one of them waits for */
        task_cancel(tasks[selected == &a ? 1 : 2]);
    check_end(end_of(tasks[1]), "a getter");
    check_end(end_of(tasks[2]), "b getter");
    end_queues(tasks, 3);
    return 0;
}

/* ---- The end -------------------------------------------------------------------------------- */

static int select_until_the_end(void *arg)
{
    struct queue *const queues[] = {&a, &b};
    struct queue_select select;
    void *item;
    int rc = queue_select_init(&select, queues, 2);
    (void)arg;
    while (rc == 0 && (rc = queue_select(&select, &item)) >= 0) {
        note_taken(item, queues[rc]);
        rc = pass_by(explore_choose(2));
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static void on_shutdown(void *queue)
{
    queue_shutdown(queue, false);
}

/* The queues end at different times, in any order; one of the two that select is cancelled. */
static int the_end_of_both(void *arg)
{
    (void)arg;
    new_queues();
    struct task *tasks[] = {spawn(select_until_the_end, NULL, "first"),
                            spawn(select_until_the_end, NULL, "second")};
    call_from_outside(on_put, &a, "put a");
    call_from_outside(on_shutdown, &a, "shut down a");
    call_from_outside(on_shutdown, &b, "shut down b");
    cancel_from_outside(tasks[0], "cancel first");
    check_end(end_of(tasks[0]), "first");
    int rc = end_of(tasks[1]);
    expect(rc == 0, "second: %d", rc);
    expect(queue_size(&a) == 0, "an item is left");
    end_queues(tasks, 2);
    return 0;
}

/* ---- Many ----------------------------------------------------------------------------------- */

static int many(void *arg)
{
    (void)arg;
    struct task *tasks[8];
    new_queues();
    for (int i = 0; i < 4; i++) {
        tasks[2 * i] = spawn(select_until_the_end, NULL, "a select");
        tasks[2 * i + 1] = spawn(get_one, i % 2 ? &a : &b, "a getter");
        if (i > 0)
            cancel_from_outside(tasks[2 * i], "cancel a select");
        cancel_from_outside(tasks[2 * i + 1], "cancel a getter");
    }
    for (int i = 0; i < 20; i++) {
        on_put(explore_choose(2) ? &a : &b);
        if (explore_choose(2) && pass_by(1) < 0)
            return -EIO;
    }
    queue_shutdown(&a, false);
    queue_shutdown(&b, false);
    for (int i = 0; i < 8; i++) {
        int rc = end_of(tasks[i]);
        expect(rc == 0 || rc == -ECANCELED || rc == -ESHUTDOWN, "%d: %d", i, rc);
    }
    expect(queue_size(&a) + queue_size(&b) == 0, "items are left");
    end_queues(tasks, 8);
    return 0;
}

static const struct explored tests[] = {
    {.name = "two selects and a getter", .play = two_selects_and_a_getter},
    {.name = "a select before two getters", .play = a_select_before_two_getters},
    {.name = "the end of both", .play = the_end_of_both},
    {.name = "many", .play = many, .seeds = 300},
};

int main(int argc, char **argv)
{
    return explored_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
