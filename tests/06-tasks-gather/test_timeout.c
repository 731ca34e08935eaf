/* test_timeout.c - whose cancel was it? As traces that CPython 3.13 leaves for the same in Python.
 */
#include "clock.h"
#include "scenario.h"
#include "timeout.h"

#define LONG (3600 * NS_PER_S)

static void say_over(const char *which, int rc)
{
    say("%s %s, cancelling %d", which, rc < 0 ? strerrorname_np(-rc) : "in time",
        task_cancelling(task_current()));
}

static int in_time(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, LONG);
    say_over("it", timeout_end(&scope, co_sleep(NS_PER_MS)));
    return 0;
}

static int no_limit(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, -1);
    say_over("it", timeout_end(&scope, co_sleep(NS_PER_MS)));
    return 0;
}

static int over(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, NS_PER_MS);
    say_over("it", timeout_end(&scope, co_sleep(LONG)));
    int rc = co_sleep(NS_PER_MS);
    say("goes on %d", rc);
    return 0;
}

static int no_time_is_over_at_the_first_wait(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, 0);
    say("body");
    say_over("it", timeout_end(&scope, co_yield()));
    return 0;
}

static int another_error_stays(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, NS_PER_MS);
    int rc = co_sleep(LONG) == -ECANCELED ? -EIO : 0;
    say_over("it", timeout_end(&scope, rc));
    return 0;
}

static int a_swallowed_one_is_taken_back(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, NS_PER_MS);
    say("%d", co_sleep(LONG) == -ECANCELED);
    say_over("it", timeout_end(&scope, 0));
    return 0;
}

static int time_out_and_be_cancelled(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, NS_PER_MS);
    int rc = co_sleep(LONG);
    task_cancel(task_current()); /* as somebody else would, in the same moment */
    rc = timeout_end(&scope, rc);
    say_over("it", rc);
    return rc;
}

static int anothers_cancel_is_no_timeout(void *arg)
{
    (void)arg;
    say_end("task", spawn(time_out_and_be_cancelled, NULL));
    return 0;
}

/* Both are due in the same pass; the scope asked first. */
static int a_tie_is_over(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    timeout_begin(&scope, 5 * NS_PER_MS);
    say_over("it", timeout_end(&scope, co_sleep(5 * NS_PER_MS)));
    return 0;
}

static int nested(int64_t outer_ns, int64_t inner_ns)
{
    struct timeout_scope outer, inner;
    timeout_begin(&outer, outer_ns);
    timeout_begin(&inner, inner_ns);
    int rc = timeout_end(&inner, co_sleep(LONG));
    say_over("inner", rc);
    say_over("outer", timeout_end(&outer, rc));
    return 0;
}

static int the_outer_one_first(void *arg)
{
    (void)arg;
    return nested(NS_PER_MS, LONG);
}

static int both_at_once(void *arg)
{
    (void)arg;
    return nested(NS_PER_MS, NS_PER_MS);
}

static const struct scenario scenarios[] = {
    {"in time", in_time, "it in time, cancelling 0"},
    {"no limit", no_limit, "it in time, cancelling 0"},
    {"over", over, "it ETIMEDOUT, cancelling 0, goes on 0"},
    {"no time is over at the first wait", no_time_is_over_at_the_first_wait,
     "body, it ETIMEDOUT, cancelling 0"},
    {"another error stays", another_error_stays, "it EIO, cancelling 0"},
    {"a swallowed one is taken back", a_swallowed_one_is_taken_back, "1, it in time, cancelling 0"},
    {"another's cancel is no timeout", anothers_cancel_is_no_timeout,
     "it ECANCELED, cancelling 1, task ECANCELED"},
    {"a tie is over", a_tie_is_over, "it ETIMEDOUT, cancelling 0"},
    {"the outer one first", the_outer_one_first,
     "inner ECANCELED, cancelling 1, outer ETIMEDOUT, cancelling 0"},
    {"both at once", both_at_once, "inner ECANCELED, cancelling 1, outer ETIMEDOUT, cancelling 0"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
