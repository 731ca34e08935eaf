/* scenarios_times.c - timeouts, one in another, moved, too late: what times.py plays on asyncio. */
#include <errno.h>

#include "check.h"
#include "oracle.h"
#include "suites.h"
#include "timeout.h"

static int cancelling(void)
{
    return task_cancelling(task_current());
}

int timeout_outer_first(void)
{
    struct timeout_scope outer, inner;
    timeout_begin(&outer, 3 * NS_PER_MS);
    timeout_begin(&inner, 9 * NS_PER_MS);
    int rc = timeout_end(&inner, nap(NAP("a", 50)));
    if (rc == -ECANCELED)
        p("inner cancelled %d", timeout_expired(&inner));
    rc = timeout_end(&outer, rc);
    p("outer %s %d %d", rc_text(rc), timeout_expired(&outer), cancelling());
    return 0;
}

int timeout_inner_caught(void)
{
    struct timeout_scope a, b, c;
    timeout_begin(&a, 6 * NS_PER_MS);
    timeout_begin(&b, 4 * NS_PER_MS);
    timeout_begin(&c, 2 * NS_PER_MS);
    p("c %s", rc_text(timeout_end(&c, co_sleep(NS_PER_S))));
    p("b %s", rc_text(timeout_end(&b, co_sleep(NS_PER_S))));
    p("a %s", rc_text(timeout_end(&a, co_sleep(NS_PER_S))));
    p("%d", cancelling());
    return 0;
}

int timeout_in_time(void)
{
    struct timeout_scope scope;
    timeout_begin(&scope, 4 * NS_PER_MS);
    int rc = timeout_end(&scope, nap(NAP("a", 2)));
    p("%s %d", rc_text(rc), timeout_expired(&scope));
    sleep_ms(4);
    p("nothing comes after");
    return 0;
}

static int swallows(void)
{
    if (co_sleep(NS_PER_S) == -ECANCELED)
        p("swallowed");
    sleep_ms(1);
    return 5;
}

int timeout_swallowed(void)
{
    struct timeout_scope scope;
    timeout_begin(&scope, 2 * NS_PER_MS);
    int rc = timeout_end(&scope, swallows());
    p("%s %d %d", rc_text(rc), timeout_expired(&scope), cancelling());
    return 0;
}

int timeout_other_error(void)
{
    struct timeout_scope scope;
    timeout_begin(&scope, 2 * NS_PER_MS);
    int rc = timeout_end(&scope, nap(NAP("a", 9, .cleanup_error = -EPIPE)));
    p("%s %d %d", rc_text(rc), timeout_expired(&scope), cancelling());
    return 0;
}

int timeout_of_nothing(void)
{
    struct timeout_scope scope;
    timeout_begin(&scope, 0);
    p("%s", rc_text(timeout_end(&scope, nap(NAP("a", 1)))));
    timeout_begin(&scope, 0);
    p("no wait");
    p("%s", rc_text(timeout_end(&scope, timeout_expired(&scope))));
    timeout_begin_at(&scope, loop_time(co_loop()) - NS_PER_S);
    p("%s", rc_text(timeout_end(&scope, nap(NAP("b", 1)))));
    sleep_ms(1);
    return 0;
}

int timeout_never(void)
{
    struct timeout_scope scope;
    timeout_begin(&scope, -1);
    int rc = timeout_end(&scope, nap(NAP("a", 2)));
    p("%s %d %d", rc_text(rc), timeout_when(&scope) < 0, timeout_expired(&scope));
    return 0;
}

#define NEVER INT64_MIN

static void again(int64_t first_ns, int64_t then_ns)
{
    struct timeout_scope scope;
    timeout_begin(&scope, first_ns);
    CHECK_RC(timeout_reschedule(&scope, then_ns == NEVER ? -1 : loop_time(co_loop()) + then_ns));
    int rc = timeout_end(&scope, nap(NAP("a", 4)));
    p("%s %d", rc < 0 ? rc_text(rc) : "in time", timeout_expired(&scope));
}

int timeout_rescheduled(void)
{
    again(2 * NS_PER_MS, 9 * NS_PER_MS);
    again(9 * NS_PER_MS, 2 * NS_PER_MS);
    again(2 * NS_PER_MS, NEVER);
    again(-1, 2 * NS_PER_MS);
    again(9 * NS_PER_MS, -NS_PER_S);
    return 0;
}

static void reschedule(struct timeout_scope *scope)
{
    int rc = timeout_reschedule(scope, loop_time(co_loop()) + NS_PER_S);
    p(rc == -EALREADY ? "refused" : "moved");
}

int timeout_rescheduled_late(void)
{
    struct timeout_scope scope;
    timeout_begin(&scope, 2 * NS_PER_MS);
    int rc = co_sleep(NS_PER_S);
    reschedule(&scope);
    p("%s", rc_text(timeout_end(&scope, rc)));
    reschedule(&scope);
    return 0;
}

static int waits_for_both(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, 3 * NS_PER_MS);
    p("%s", rc_text(timeout_end(&scope, nap(NAP("a", 9, .cleanup_ms = 2)))));
    p("cancelling %d", cancelling());
    return 1;
}

int timeout_and_cancel(void)
{
    struct task *t = spawn(waits_for_both, 0);
    cancel_in_ms(4, t);
    p("%s", rc_text(task_join(t)));
    return 0;
}

static int limits_its_cleanup(void *arg)
{
    (void)arg;
    int rc = co_sleep(NS_PER_S);
    struct timeout_scope scope;
    timeout_begin(&scope, 2 * NS_PER_MS);
    p("%s", rc_text(timeout_end(&scope, nap(NAP("cleanup", 9)))));
    p("cancelling %d", cancelling());
    return rc;
}

int timeout_under_a_cancel(void)
{
    struct task *t = spawn(limits_its_cleanup, 0);
    cancel_in_ms(2, t);
    p("%s", rc_text(task_join(t)));
    return 0;
}
