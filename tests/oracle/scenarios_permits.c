/* scenarios_permits.c - semaphores: what limits.py plays on asyncio. */
#include <errno.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "semaphore.h"
#include "suites.h"
#include "timeout.h"

/* Where they find it. The scenarios run one after another. */
static struct semaphore semaphore;

struct user {
    const char *name;
    int ms;
};

/* Holds a permit for so long. */
static int uses(void *arg)
{
    const struct user *user = arg;
    int rc = semaphore_acquire(&semaphore);
    if (rc < 0) {
        p("%s cancelled", user->name);
        return rc;
    }
    p("%s has one", user->name);
    rc = co_sleep(user->ms * NS_PER_MS);
    CHECK_RC(semaphore_release(&semaphore));
    p("%s gives it back", user->name);
    return rc;
}

static int wait_for_all(struct task *t[], int count)
{
    int rc = wait_tasks(t, count, WAIT_ALL_COMPLETED, -1);
    unref_tasks(t, count);
    return rc;
}

static void spawn_users(struct user users[], struct task *t[], int count)
{
    for (int i = 0; i < count; i++)
        t[i] = spawn(uses, (intptr_t)&users[i]);
}

int semaphore_turns(void)
{
    struct user users[] = {{"a", 2}, {"b", 4}, {"c", 3}, {"d", 1}};
    struct task *t[4];
    semaphore_init(&semaphore, 2);
    spawn_users(users, t, 4);
    int rc = wait_for_all(t, 4);
    p("%d %d", semaphore.value, semaphore_locked(&semaphore));
    return rc;
}

int semaphore_waiter_cancelled(void)
{
    struct user users[] = {{"a", 4}, {"b", 4}, {"c", 4}};
    struct task *t[3];
    semaphore_init(&semaphore, 1);
    spawn_users(users, t, 3);
    cancel_in_ms(2, t[1]);
    int rc = wait_tasks(t, 3, WAIT_ALL_COMPLETED, -1);
    p("%d %d", semaphore.value, task_is_cancelled(t[1]));
    unref_tasks(t, 3);
    return rc;
}

static int is_greedy(void *arg)
{
    (void)arg;
    int rc = 0;
    for (int i = 0; i < 2 && rc == 0; i++) {
        CHECK_RC(semaphore_acquire(&semaphore));
        p("greedy %d", i);
        rc = co_sleep(NS_PER_MS);
        CHECK_RC(semaphore_release(&semaphore));
    }
    return rc;
}

int semaphore_no_overtaking(void)
{
    struct user users[] = {{"a", 1}, {"b", 1}};
    semaphore_init(&semaphore, 1);
    struct task *t[3] = {spawn(is_greedy, 0)};
    spawn_users(users, t + 1, 2);
    return wait_for_all(t, 3);
}

int semaphore_two_released(void)
{
    struct user users[] = {{"a", 1}, {"b", 1}, {"c", 1}};
    struct task *t[3];
    semaphore_init(&semaphore, 0);
    spawn_users(users, t, 3);
    yield_times(1);
    CHECK_RC(semaphore_release(&semaphore));
    CHECK_RC(semaphore_release(&semaphore));
    p("%d %d", semaphore.value, semaphore_locked(&semaphore));
    int rc = wait_for_all(t, 3);
    p("%d", semaphore.value);
    return rc;
}

int semaphore_bounded(void)
{
    semaphore_init_bounded(&semaphore, 1);
    p("%d", semaphore_locked(&semaphore));
    CHECK_RC(semaphore_acquire(&semaphore));
    p("%d", semaphore_locked(&semaphore));
    CHECK_RC(semaphore_release(&semaphore));
    p("%s", rc_text(semaphore_release(&semaphore)));
    return 0;
}

static int is_hasty(void *arg)
{
    struct timeout_scope scope;
    timeout_begin(&scope, 2 * NS_PER_MS);
    return timeout_end(&scope, uses(arg));
}

int semaphore_in_timeout(void)
{
    struct user users[] = {{"a", 4}, {"b", 1}, {"hasty", 1}};
    semaphore_init(&semaphore, 1);
    struct task *a = spawn(uses, (intptr_t)&users[0]);
    struct task *hasty = spawn(is_hasty, (intptr_t)&users[2]);
    struct task *b = spawn(uses, (intptr_t)&users[1]);
    p("%s", rc_text(task_join(hasty)));
    int rc = wait_for_all((struct task *[]){a, b}, 2);
    p("%d", semaphore.value);
    return rc;
}

/* ---- Bugs that asyncio has had -------------------------------------------------------------- */

int asyncio_270(void)
{
    struct user users[] = {{"a", 1}, {"b", 1}};
    struct task *t[2];
    semaphore_init(&semaphore, 0);
    spawn_users(users, t, 2);
    yield_times(1);
    CHECK_RC(semaphore_release(&semaphore));
    task_cancel(t[0]);
    int rc = wait_for_all(t, 2);
    p("%d %d", semaphore.value, semaphore_locked(&semaphore));
    return rc;
}

static struct task *next_in_line;

static int leaves_and_cancels(void *arg)
{
    int rc = uses(arg);
    task_cancel(next_in_line);
    return rc;
}

int gh_90155(void)
{
    struct user users[] = {{"zero", 2}, {"one", 2}, {"two", 1}};
    semaphore_init(&semaphore, 1);
    struct task *t[2] = {spawn(leaves_and_cancels, (intptr_t)&users[0])};
    t[1] = next_in_line = spawn(uses, (intptr_t)&users[1]);
    CHECK_RC(wait_for_all(t, 2));
    int rc = uses(&users[2]);
    p("%d %d", semaphore.value, semaphore_locked(&semaphore));
    return rc;
}

int gh_90155_released_often(void)
{
    struct user users[] = {{"a", 2}, {"b", 2}, {"c", 2}, {"d", 2}, {"late", 1}};
    struct task *t[5];
    semaphore_init(&semaphore, 0);
    spawn_users(users, t, 4);
    yield_times(1);
    for (int i = 0; i < 3; i++)
        CHECK_RC(semaphore_release(&semaphore));
    task_cancel(t[0]);
    task_cancel(t[1]);
    spawn_users(users + 4, t + 4, 1);
    int rc = wait_for_all(t, 5);
    p("%d %d", semaphore.value, semaphore_locked(&semaphore));
    return rc;
}
