/* test_sync.c - lock, event, condition and barrier, whatever comes when: no wake-up is lost, and
 * the lock is always one's. */
#include <errno.h>

#include "clock.h"
#include "explored.h"
#include "sync.h"
#include "timeout.h"

static struct lock lock;
static struct event event;
static struct condition condition;
static struct barrier barrier;
static int inside, most_inside, items, wanted;
static struct event all_taken; /* as many items as were wanted */

static void go_inside(int change)
{
    inside += change;
    most_inside = inside > most_inside ? inside : most_inside;
}

/* ---- Lock ---------------------------------------------------------------------------------- */

/* Comes at once or a pass later, and stays up to two passes. */
static int use_lock(void *arg)
{
    (void)arg;
    int rc = pass_by(explore_choose(2));
    rc = rc < 0 ? rc : lock_acquire(&lock);
    if (rc < 0)
        return rc;
    go_inside(+1);
    rc = pass_by(explore_choose(3));
    go_inside(-1);
    int released = lock_release(&lock);
    return rc < 0 ? rc : released;
}

static int share_lock(int count, int cancels)
{
    struct task *tasks[count];
    inside = most_inside = 0;
    lock_init(&lock);
    for (int i = 0; i < count; i++)
        tasks[i] = spawn(use_lock, NULL, "a user");
    for (int i = 0; i < cancels; i++)
        cancel_from_outside(tasks[i], i == 0 ? "cancel 1" : "cancel another");
    for (int i = 0; i < count; i++) {
        int rc = end_of(tasks[i]);
        expect(rc == 0 || (rc == -ECANCELED && i < cancels), "user %d: %d", i + 1, rc);
    }
    expect(most_inside <= 1, "%d have it at once", most_inside);
    expect(!lock_locked(&lock), "it is not free at the end");
    let_go(tasks, count);
    return 0;
}

static int three_share_a_lock(void *arg)
{
    (void)arg;
    return share_lock(3, 2);
}

static int twelve_share_a_lock(void *arg)
{
    (void)arg;
    return share_lock(12, 8);
}

/* ---- Event --------------------------------------------------------------------------------- */

static void on_set(void *arg)
{
    (void)arg;
    event_set(&event);
}

static void on_clear(void *arg)
{
    (void)arg;
    event_clear(&event);
}

static int wait_for_event(void *arg)
{
    (void)arg;
    int rc = pass_by(explore_choose(2));
    return rc < 0 ? rc : event_wait(&event);
}

/* Who waited when it was set goes on, cleared or not. Who came later is woken at the end. */
static int set_cleared_and_cancelled(void *arg)
{
    (void)arg;
    struct task *tasks[3];
    event_init(&event);
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(wait_for_event, NULL, "a waiter");
    call_from_outside(on_set, NULL, "set");
    call_from_outside(on_clear, NULL, "clear");
    cancel_from_outside(tasks[0], "cancel 1");
    cancel_from_outside(tasks[1], "cancel 2");
    int rc = pass_by(4);
    event_set(&event);
    for (int i = 0; i < 3; i++) {
        int end = end_of(tasks[i]);
        expect(end == 0 || (end == -ECANCELED && i < 2), "waiter %d: %d", i + 1, end);
    }
    let_go(tasks, 3);
    return rc;
}

/* ---- Condition ----------------------------------------------------------------------------- */

static bool is_there_one(void *arg)
{
    (void)arg;
    return items > 0;
}

/* The lock is held after the wait, whatever came of it. */
static int consume(void *arg)
{
    (void)arg;
    int rc = condition_acquire(&condition);
    if (rc < 0)
        return rc;
    rc = condition_wait_for(&condition, is_there_one, NULL);
    go_inside(+1);
    expect(lock_locked(condition.lock), "the lock is not held after a wait");
    if (rc == 0) {
        items--;
        if (--wanted == 0)
            event_set(&all_taken);
    }
    int passed = pass_by(explore_choose(2));
    go_inside(-1);
    int released = condition_release(&condition);
    expect(released == 0, "it could not be released");
    return rc < 0 ? rc : passed == 0 ? 0 : -EINTR; /* it has consumed one all the same */
}

static int produce(void *arg)
{
    int rc = pass_by(explore_choose(2));
    rc = rc < 0 ? rc : condition_acquire(&condition);
    if (rc < 0)
        return rc;
    go_inside(+1);
    items += (intptr_t)arg;
    condition_notify(&condition, (int)(intptr_t)arg);
    go_inside(-1);
    return condition_release(&condition);
}

/* Enough of them are not cancelled: so all items are consumed. Who is left over is told. */
static int consume_together(int count, int cancels, int produced)
{
    struct task *tasks[count + 1];
    int consumed = 0;
    inside = most_inside = items = 0;
    wanted = produced;
    condition_init(&condition, NULL);
    event_init(&all_taken);
    for (int i = 0; i < count; i++)
        tasks[i] = spawn(consume, NULL, "a consumer");
    tasks[count] = spawn_number(produce, produced, "the producer");
    for (int i = 0; i < cancels; i++)
        cancel_from_outside(tasks[i], i == 0 ? "cancel 1" : "cancel another");
    expect(end_of(tasks[count]) == 0, "the producer has failed");
    int rc = event_wait(&all_taken);
    for (int i = 0; i < count; i++) {
        task_cancel(tasks[i]);
        int end = end_of(tasks[i]);
        consumed += end == 0 || end == -EINTR;
    }
    expect(consumed == produced && items == 0, "%d consumed, %d left of %d", consumed, items,
           produced);
    expect(most_inside <= 1, "%d are inside at once", most_inside);
    expect(!lock_locked(condition.lock), "the lock is not free at the end");
    let_go(tasks, count + 1);
    return rc;
}

static int one_item_for_two(void *arg)
{
    (void)arg;
    return consume_together(2, 1, 1);
}

static int one_item_for_three(void *arg)
{
    (void)arg;
    return consume_together(3, 2, 1);
}

static int five_items_for_ten(void *arg)
{
    (void)arg;
    return consume_together(10, 5, 5);
}

/* ---- Barrier ------------------------------------------------------------------------------- */

static int come(void *arg)
{
    (void)arg;
    int rc = pass_by(explore_choose(2));
    return rc < 0 ? rc : barrier_wait(&barrier);
}

/* Two are enough; each of the three may be the one who is left over, or cancelled. */
static int two_of_three_pass(void *arg)
{
    (void)arg;
    struct task *tasks[3];
    int passed = 0, cancelled = 0;
    int rc = barrier_init(&barrier, 2);
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(come, NULL, "a party");
    cancel_from_outside(tasks[0], "cancel 1");
    cancel_from_outside(tasks[1], "cancel 2");
    rc = rc < 0 ? rc : pass_by(12);
    rc = rc < 0 ? rc : barrier_abort(&barrier); /* who still waits will not get company */
    for (int i = 0; i < 3; i++) {
        int end = end_of(tasks[i]);
        passed += end >= 0;
        cancelled += end == -ECANCELED;
        expect(end >= 0 || end == -EPIPE || (end == -ECANCELED && i < 2), "party %d: %d", i + 1,
               end);
    }
    expect(passed <= 2 && passed + cancelled > 0, "%d have passed, %d were cancelled", passed,
           cancelled);
    expect(cancelled > 0 || passed == 2, "nobody was cancelled, and %d have passed", passed);
    expect(barrier.count == 0 && !lock_locked(barrier.changed.lock), "%d are still in it",
           barrier.count);
    let_go(tasks, 3);
    return rc;
}

static const struct explored tests[] = {
    {.name = "three share a lock", .play = three_share_a_lock},
    {.name = "twelve share a lock", .play = twelve_share_a_lock, .seeds = 400},
    {.name = "set, cleared and cancelled", .play = set_cleared_and_cancelled},
    {.name = "one item for two", .play = one_item_for_two},
    {.name = "one item for three", .play = one_item_for_three},
    {.name = "five items for ten", .play = five_items_for_ten, .seeds = 400},
    {.name = "two of three pass", .play = two_of_three_pass},
};

int main(int argc, char **argv)
{
    return explored_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
