/* scenarios_futures.c - futures and their callbacks: what cancels.py plays on asyncio. */
#include <errno.h>

#include "check.h"
#include "gather.h"
#include "oracle.h"
#include "suites.h"

/* A callback that prints. */
struct said {
    struct future_callback callback;
    const char *text;
};

static void say(void *arg)
{
    struct said *said = arg;
    p("%s", said->text);
}

static struct future_callback *saying(struct said *said, const char *text)
{
    said->text = text;
    callback_init(&said->callback.callback, say, said);
    return &said->callback;
}

static int waits_and_says(void *future)
{
    int rc = await(future);
    p("waiter");
    return rc < 0 ? rc : 0;
}

int future_callbacks(void)
{
    struct said first, last;
    struct future f;
    future_init(&f, co_loop());
    future_add_done_callback(&f, saying(&first, "first"));
    struct task *t = spawn(waits_and_says, (intptr_t)&f);
    yield_times(1);
    future_add_done_callback(&f, saying(&last, "last"));
    CHECK_RC(future_set_result(&f, 1));
    p("set");
    int rc = task_join(t);
    yield_times(1); /* `last` comes after the waiter, and lies on our stack */
    return rc;
}

int future_callback_late(void)
{
    struct said queued, late;
    struct future f;
    future_init(&f, co_loop());
    CHECK_RC(future_set_result(&f, 1));
    loop_call_soon(co_loop(), &saying(&queued, "queued")->callback);
    future_add_done_callback(&f, saying(&late, "late"));
    p("added");
    yield_times(2);
    p("after");
    return 0;
}

struct adding {
    struct future *future;
    struct said third;
};

static void add_third(void *arg)
{
    struct adding *adding = arg;
    p("first");
    future_add_done_callback(adding->future, saying(&adding->third, "third"));
}

int future_callback_adds(void)
{
    struct future f;
    struct adding adding = {.future = &f};
    struct future_callback first;
    struct said second;
    future_init(&f, co_loop());
    callback_init(&first.callback, add_third, &adding);
    future_add_done_callback(&f, &first);
    future_add_done_callback(&f, saying(&second, "second"));
    CHECK_RC(future_set_result(&f, 1));
    yield_times(2);
    return 0;
}

int future_callback_removed(void)
{
    struct said never, other;
    struct future f;
    future_init(&f, co_loop());
    future_add_done_callback(&f, saying(&never, "BUG"));
    future_add_done_callback(&f, saying(&other, "other"));
    future_remove_done_callback(&f, &never.callback);
    CHECK_RC(future_set_result(&f, 1));
    yield_times(2);
    return 0;
}

int future_done_once(void)
{
    struct future f, g;
    future_init(&f, co_loop());
    future_init(&g, co_loop());
    if (future_result(&f) == -EINPROGRESS)
        p("not yet");
    CHECK_RC(future_set_result(&f, 1));
    if (future_set_result(&f, 2) == -EALREADY)
        p("done already");
    int cancelled = future_cancel(&f);
    p("%d %s", cancelled, rc_text(await(&f)));
    int first = future_cancel(&g), second = future_cancel(&g);
    p("%d %d %d %s", first, second, future_is_cancelled(&g), rc_text(await(&g)));
    return 0;
}

static void cancel_future(void *future)
{
    future_cancel(future);
}

int future_cancelled_by_another(void)
{
    struct future f;
    struct callback soon;
    future_init(&f, co_loop());
    callback_init(&soon, cancel_future, &f);
    loop_call_soon(co_loop(), &soon);
    int rc = await(&f);
    p("%s %d", rc_text(rc), task_cancelling(task_current()));
    return 0;
}

struct waiting {
    const char *name;
    struct future *future;
};

static int waits_by_name(void *arg)
{
    struct waiting *waiting = arg;
    int rc = await(waiting->future);
    p("%s %s", waiting->name, rc_text(rc));
    return 0;
}

int future_two_waiters(void)
{
    struct future f;
    future_init(&f, co_loop());
    struct task *t[] = {spawn(waits_by_name, (intptr_t) & (struct waiting){"a", &f}),
                        spawn(waits_by_name, (intptr_t) & (struct waiting){"b", &f})};
    yield_times(1);
    task_cancel(t[0]);
    CHECK_RC(wait_tasks(t, 2, WAIT_ALL_COMPLETED, -1));
    p("%d %d", task_cancelling(t[0]), task_cancelling(t[1]));
    unref_tasks(t, 2);
    return 0;
}
