/* scenarios_sync.c - locks, events, conditions: what sync.py plays on asyncio. */
#include <errno.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "suites.h"
#include "sync.h"
#include "timeout.h"

/* Where they find them. The scenarios run one after another. */
static struct lock lock;
static struct event event;
static struct condition condition;
static int state;

static int wait_for_all(struct task *t[], int count)
{
    int rc = wait_tasks(t, count, WAIT_ALL_COMPLETED, -1);
    unref_tasks(t, count);
    return rc;
}

static void must(int rc)
{
    CHECK_RC(rc);
}

/* ---- Lock ---------------------------------------------------------------------------------- */

struct user {
    const char *name;
    int ms;
};

static int uses(void *arg)
{
    const struct user *user = arg;
    int rc = lock_acquire(&lock);
    if (rc < 0) {
        p("%s cancelled", user->name);
        return rc;
    }
    p("%s has it", user->name);
    sleep_ms(user->ms);
    must(lock_release(&lock));
    p("%s gives it back", user->name);
    return 0;
}

static void spawn_users(struct user users[], struct task *t[], int count)
{
    for (int i = 0; i < count; i++)
        t[i] = spawn(uses, (intptr_t)&users[i]);
}

int lock_turns(void)
{
    struct user users[] = {{"a", 2}, {"b", 1}, {"c", 3}};
    struct task *t[3];
    lock_init(&lock);
    spawn_users(users, t, 3);
    int rc = wait_for_all(t, 3);
    p("%d", lock_locked(&lock));
    return rc;
}

/* A lock that is held, with users in line. */
static void hold_with_users(struct user users[], struct task *t[], int count)
{
    lock_init(&lock);
    must(lock_acquire(&lock));
    spawn_users(users, t, count);
    yield_times(1);
}

int lock_no_overtaking(void)
{
    struct user users[] = {{"a", 1}, {"b", 1}};
    struct task *t[2];
    hold_with_users(users, t, 2);
    must(lock_release(&lock));
    p("%d", lock_locked(&lock));
    must(lock_acquire(&lock));
    p("I have it");
    must(lock_release(&lock));
    return wait_for_all(t, 2);
}

int lock_not_held(void)
{
    lock_init(&lock);
    p("%s", rc_text(lock_release(&lock)));
    return 0;
}

int lock_woken_then_cancelled(void)
{
    struct user users[] = {{"a", 1}, {"b", 1}};
    struct task *t[2];
    hold_with_users(users, t, 2);
    must(lock_release(&lock));
    task_cancel(t[0]);
    int rc = wait_for_all(t, 2);
    p("%d", lock_locked(&lock));
    return rc;
}

int lock_cancelled_then_released(void)
{
    struct user users[] = {{"a", 4}, {"b", 4}, {"c", 4}};
    struct task *t[3];
    hold_with_users(users, t, 3);
    task_cancel(t[0]);
    must(lock_release(&lock));
    sleep_ms(1);
    p("%d %d %d", lock_locked(&lock), task_is_cancelled(t[0]), task_is_done(t[1]));
    return wait_for_all(t, 3);
}

int lock_all_in_line_are_cancelled(void)
{
    struct user users[] = {{"a", 1}};
    struct task *t[1];
    hold_with_users(users, t, 1);
    task_cancel(t[0]);
    must(lock_release(&lock));
    must(lock_acquire(&lock));
    p("I have it");
    int rc = wait_for_all(t, 1);
    must(lock_release(&lock));
    return rc;
}

static int is_hasty(void *arg)
{
    struct timeout_scope scope;
    timeout_begin(&scope, 2 * NS_PER_MS);
    return timeout_end(&scope, uses(arg));
}

int lock_in_timeout(void)
{
    struct user users[] = {{"a", 4}, {"hasty", 1}, {"b", 1}};
    lock_init(&lock);
    struct task *t[] = {spawn(uses, (intptr_t)&users[0]), spawn(is_hasty, (intptr_t)&users[1]),
                        spawn(uses, (intptr_t)&users[2])};
    p("%s", rc_text(await_task(t[1])));
    return wait_for_all(t, 3);
}

/* ---- Event --------------------------------------------------------------------------------- */

static int waits_for_event(void *arg)
{
    int rc = event_wait(&event);
    if (rc < 0)
        p("%s cancelled", (const char *)arg);
    else
        p("%s goes on %d", (const char *)arg, event_is_set(&event));
    return rc;
}

int event_set_and_cleared(void)
{
    event_init(&event);
    struct task *t[3] = {spawn(waits_for_event, (intptr_t) "a"),
                         spawn(waits_for_event, (intptr_t) "b")};
    yield_times(1);
    event_set(&event);
    event_clear(&event);
    t[2] = spawn(waits_for_event, (intptr_t) "c");
    yield_times(2);
    p("%d %d %d", task_is_done(t[0]), task_is_done(t[1]), task_is_done(t[2]));
    event_set(&event);
    int rc = wait_for_all(t, 3);
    return rc < 0 ? rc : waits_for_event("d");
}

int event_cancelled(void)
{
    event_init(&event);
    struct task *t[] = {spawn(waits_for_event, (intptr_t) "a"),
                        spawn(waits_for_event, (intptr_t) "b"),
                        spawn(waits_for_event, (intptr_t) "c")};
    yield_times(1);
    task_cancel(t[0]);
    event_set(&event);
    task_cancel(t[1]);
    int rc = wait_tasks(t, 3, WAIT_ALL_COMPLETED, -1);
    p("%d %d %d", task_is_cancelled(t[0]), task_is_cancelled(t[1]), task_is_cancelled(t[2]));
    unref_tasks(t, 3);
    return rc;
}

/* ---- Condition ----------------------------------------------------------------------------- */

struct waiter {
    const char *name;
    struct condition *condition;
};

static int waits_for_condition(void *arg)
{
    const struct waiter *waiter = arg;
    int rc = condition_acquire(waiter->condition);
    if (rc < 0)
        return rc;
    p("%s waits", waiter->name);
    rc = condition_wait(waiter->condition);
    p("%s %s %d", waiter->name, rc < 0 ? "cancelled" : "woken",
      lock_locked(waiter->condition->lock));
    must(condition_release(waiter->condition));
    return rc;
}

#define WAITER(name) spawn(waits_for_condition, (intptr_t) & (struct waiter){name, &condition})

int condition_notifies(void)
{
    condition_init(&condition, NULL);
    struct task *t[] = {WAITER("a"), WAITER("b"), WAITER("c"), WAITER("d"), WAITER("e")};
    const int counts[] = {1, 2, 9};
    yield_times(1);
    for (int i = 0; i < 3; i++) {
        must(condition_acquire(&condition));
        must(condition_notify(&condition, counts[i]));
        p("notified %d", counts[i]);
        sleep_ms(1);
        must(condition_release(&condition));
        sleep_ms(1);
    }
    return wait_for_all(t, 5);
}

int condition_without_lock(void)
{
    condition_init(&condition, NULL);
    p("%s", rc_text(condition_notify(&condition, 1)));
    p("%s", rc_text(condition_notify_all(&condition)));
    p("%s", rc_text(condition_wait(&condition)));
    return 0;
}

int condition_of_a_lock(void)
{
    struct condition full, empty;
    struct waiter a = {"a", &full}, b = {"b", &empty};
    lock_init(&lock);
    condition_init(&full, &lock);
    condition_init(&empty, &lock);
    struct task *t[] = {spawn(waits_for_condition, (intptr_t)&a),
                        spawn(waits_for_condition, (intptr_t)&b)};
    yield_times(1);
    must(lock_acquire(&lock));
    p("%d %d", lock_locked(full.lock), lock_locked(empty.lock));
    must(condition_notify(&empty, 1));
    must(lock_release(&lock));
    sleep_ms(1);
    must(condition_acquire(&full));
    must(condition_notify(&full, 1));
    must(condition_release(&full));
    return wait_for_all(t, 2);
}

static bool is_two(void *arg)
{
    (void)arg;
    p("looks %d", state);
    return state == 2;
}

static int waits_for_two(void *arg)
{
    (void)arg;
    must(condition_acquire(&condition));
    int rc = condition_wait_for(&condition, is_two, NULL);
    if (rc == 0)
        p("it is so");
    must(condition_release(&condition));
    return rc;
}

int condition_wait_for_it(void)
{
    condition_init(&condition, NULL);
    state = 0;
    struct task *t = spawn(waits_for_two, 0);
    yield_times(1);
    for (state = 1; state <= 2; state++) {
        must(condition_acquire(&condition));
        must(condition_notify(&condition, 1));
        must(condition_release(&condition));
        sleep_ms(1);
    }
    return task_join(t);
}

/* ---- Condition: cancelled ------------------------------------------------------------------ */

int condition_cancelled(void)
{
    condition_init(&condition, NULL);
    struct task *t = WAITER("a");
    yield_times(1);
    must(condition_acquire(&condition));
    task_cancel(t);
    sleep_ms(1);
    p("still mine %d", task_is_done(t));
    must(condition_release(&condition));
    int rc = wait_tasks(&t, 1, WAIT_ALL_COMPLETED, -1);
    p("%d %d", task_is_cancelled(t), lock_locked(condition.lock));
    task_unref(t);
    return rc;
}

int condition_cancelled_twice(void)
{
    condition_init(&condition, NULL);
    struct task *t = WAITER("a");
    yield_times(1);
    must(condition_acquire(&condition));
    for (int i = 0; i < 3; i++) {
        task_cancel(t);
        sleep_ms(1);
    }
    p("still mine %d %d", task_is_done(t), task_cancelling(t));
    must(condition_release(&condition));
    return wait_for_all(&t, 1);
}

static int waits_so_long(void *ms)
{
    struct timeout_scope scope;
    must(condition_acquire(&condition));
    timeout_begin(&scope, (intptr_t)ms * NS_PER_MS);
    int rc = timeout_end(&scope, condition_wait(&condition));
    p("%s %d %d", rc_text(rc), lock_locked(condition.lock), task_cancelling(task_current()));
    must(condition_release(&condition));
    return rc;
}

int gh_111693(void)
{
    condition_init(&condition, NULL);
    struct task *t[] = {spawn(waits_so_long, 2), spawn(waits_so_long, 9)};
    yield_times(1);
    must(condition_acquire(&condition));
    must(condition_notify_all(&condition));
    sleep_ms(4);
    task_cancel(t[1]);
    must(condition_release(&condition));
    for (int i = 0; i < 2; i++)
        p("%s", rc_text(task_join(t[i])));
    return 0;
}

static bool is_there_one(void *arg)
{
    (void)arg;
    return state > 0;
}

static int consumes(void *arg)
{
    must(condition_acquire(&condition));
    int rc = condition_wait_for(&condition, is_there_one, NULL);
    if (rc == 0) {
        state--;
        p("%s takes one", (const char *)arg);
    }
    must(condition_release(&condition));
    return rc;
}

/* The first is notified, and cancelled so many passes later. */
static int notify_and_cancel(int passes)
{
    condition_init(&condition, NULL);
    state = 0;
    struct task *t[] = {spawn(consumes, (intptr_t) "a"), spawn(consumes, (intptr_t) "b")};
    yield_times(1);
    must(condition_acquire(&condition));
    state = 1;
    must(condition_notify(&condition, 1));
    yield_times(passes);
    task_cancel(t[0]);
    must(condition_release(&condition));
    must(wait_tasks(t, 2, WAIT_ALL_COMPLETED, 10 * NS_PER_MS));
    p("%d %d %d", state, task_is_cancelled(t[0]), task_is_done(t[1]));
    task_cancel(t[1]);
    return wait_for_all(t, 2);
}

int gh_112202_when_woken(void)
{
    return notify_and_cancel(0);
}

int gh_112202_when_it_takes_the_lock(void)
{
    return notify_and_cancel(1);
}
