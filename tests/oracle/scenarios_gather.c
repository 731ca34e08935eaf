/* scenarios_gather.c - waiting for several tasks, or for one but not too long. */
#include "gather.h"

#include <errno.h>

#include "oracle.h"
#include "suites.h"
#include "timeout.h"

static int fails_soon(void *arg)
{
    (void)arg;
    int rc = co_sleep(2 * NS_PER_MS);
    return rc < 0 ? rc : -EIO;
}

static int succeeds_later(void *arg)
{
    (void)arg;
    int rc = co_sleep(6 * NS_PER_MS);
    if (rc < 0)
        return rc;
    p("good finished");
    return 5;
}

int s2(void)
{
    struct task *t[] = {spawn(fails_soon, 0), spawn(succeeds_later, 0)};
    p("%s", rc_text(gather(t, 2, NULL, 0)));
    p("good done? %d", task_is_done(t[1]));
    p("%s", rc_text(await_task(t[1])));
    unref_tasks(t, 2);
    return 0;
}

static int sleeps_long(void *arg)
{
    int rc = co_sleep(NS_PER_S);
    if (rc == -ECANCELED)
        p("k %d cancelled", (int)(intptr_t)arg);
    return rc;
}

static int gathers_two(void *arg)
{
    unsigned flags = (intptr_t)arg;
    struct task *t[] = {spawn(sleeps_long, 1), spawn(sleeps_long, 2)};
    int rc = gather(t, 2, NULL, flags);
    unref_tasks(t, 2);
    return rc;
}

static int cancel_a_gather(unsigned flags)
{
    struct task *t = spawn(gathers_two, flags);
    int rc = co_sleep(2 * NS_PER_MS);
    task_cancel(t);
    p("%s", rc_text(task_join(t)));
    return rc;
}

int s3(void)
{
    return cancel_a_gather(0);
}

int s3r(void)
{
    return cancel_a_gather(GATHER_RETURN_ERRORS);
}

static int sleeps_a_little(void *arg)
{
    int rc = co_sleep(4 * NS_PER_MS);
    if (rc < 0)
        return rc;
    p("k %d ok", (int)(intptr_t)arg);
    return 0;
}

int s4(void)
{
    struct task *t[] = {spawn(sleeps_a_little, 1), spawn(sleeps_a_little, 2)};
    yield_times(1);
    task_cancel(t[0]);
    p("%s", rc_text(gather(t, 2, NULL, 0)));
    int rc = await_task(t[1]);
    unref_tasks(t, 2);
    return rc;
}

static int swallows_a_cancel(void *arg)
{
    (void)arg;
    int rc = co_sleep(NS_PER_S);
    if (rc != -ECANCELED)
        return rc;
    p("child swallowed");
    return 3;
}

int s10(void)
{
    p("%s", rc_text(wait_for(spawn(swallows_a_cancel, 0), 2 * NS_PER_MS)));
    return 0;
}

/* Inside the outer scope: the inner one ends first, and then there is no end to it. */
static int two_sleeps(void)
{
    struct timeout_scope inner;
    timeout_begin(&inner, 2 * NS_PER_MS);
    int rc = timeout_end(&inner, co_sleep(NS_PER_S));
    if (rc != -ETIMEDOUT)
        return rc;
    p("inner timeout");
    if ((rc = co_sleep(NS_PER_MS)) < 0)
        return rc;
    p("between");
    return co_sleep(NS_PER_S);
}

int s13(void)
{
    struct timeout_scope outer;
    timeout_begin(&outer, 20 * NS_PER_MS);
    int rc = timeout_end(&outer, two_sleeps());
    if (rc == -ETIMEDOUT)
        p("outer timeout");
    p("cancelling %d", task_cancelling(task_current()));
    return 0;
}

static int sleeps_ms(void *arg)
{
    int ms = (intptr_t)arg;
    int rc = co_sleep(ms * NS_PER_MS);
    return rc < 0 ? rc : ms;
}

int s15(void)
{
    struct task *t[] = {spawn(sleeps_ms, 3), spawn(sleeps_ms, 9)};
    p("%d", wait_tasks(t, 2, WAIT_ALL_COMPLETED, NS_PER_MS));
    p("%d", wait_tasks(t, 2, WAIT_FIRST_COMPLETED, -1));
    p("%d", task_is_cancelled(t[1]));
    int rc = await_task(t[1]);
    unref_tasks(t, 2);
    return rc < 0 ? rc : 0;
}

static int returns(void *arg)
{
    return (intptr_t)arg;
}

int s24(void)
{
    struct task *t[] = {spawn(returns, 1), spawn(returns, -EIO), spawn(returns, 3)};
    int r[3];
    int rc = wait_tasks(t, 3, WAIT_ALL_COMPLETED, -1);
    if (rc < 0)
        return rc;
    p("%s", rc_text(gather(t, 3, NULL, 0)));
    rc = gather(t, 3, r, GATHER_RETURN_ERRORS);
    p("%s %s %s", rc_text(r[0]), rc_text(r[1]), rc_text(r[2]));
    unref_tasks(t, 3);
    return rc;
}
