/* backend_explore.c - one poll: who comes now, in which order, and how late is it? */
#include "backend_explore.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "backend_virtual.h"
#include "check.h"
#include "clock.h"
#include "explorer.h"

/* One that will call from outside, or has called. */
struct caller {
    struct callback callback;
    const char *name;
    bool has_called;
};

/* Of the run that is being played: there is one loop at a time. */
static struct {
    struct caller callers[EXPLORE_OUTSIDE_MAX];
    int count;
    int passes;
} outside;

static int explore_init(struct loop *loop)
{
    outside.count = outside.passes = 0;
    return backend_virtual.init(loop);
}

static void explore_fini(struct loop *loop)
{
    backend_virtual.fini(loop);
}

static int explore_io_set(struct loop *loop, int fd, unsigned old, unsigned mask)
{
    return backend_virtual.io_set(loop, fd, old, mask);
}

static void explore_wake(struct loop *loop)
{
    backend_virtual.wake(loop);
}

static int64_t explore_now(struct loop *loop)
{
    return backend_virtual.now(loop);
}

/* ---- Who calls from outside ----------------------------------------------------------------- */

void explore_from_outside(struct loop *loop, callback_fn *fn, void *arg, const char *name)
{
    (void)loop; /* there is one */
    if (outside.count == EXPLORE_OUTSIDE_MAX)
        die("explore_from_outside: more than %d calls in a run", EXPLORE_OUTSIDE_MAX);
    struct caller *caller = &outside.callers[outside.count++];
    *caller = (struct caller){.name = name};
    callback_init_named(&caller->callback, fn, arg, name);
}

void explore_nobody_calls(struct loop *loop)
{
    for (int i = 0; i < outside.count; i++) {
        outside.callers[i].has_called = true;
        loop_cancel(loop, &outside.callers[i].callback);
    }
}

/* The i-th, from 0, of those who have not called; NULL: there are not so many. */
static struct caller *find_caller(int i)
{
    for (struct caller *c = outside.callers; c < outside.callers + outside.count; c++)
        if (!c->has_called && i-- == 0)
            return c;
    return NULL;
}

static int count_callers(void)
{
    int count = 0;
    while (find_caller(count))
        count++;
    return count;
}

/* ---- Deadlines ------------------------------------------------------------------------------ */

/* Different ones that are still to come, in order. */
struct deadlines {
    int64_t now_ns;
    int64_t when_ns[EXPLORE_DEADLINES_MAX];
    int count;
};

static void on_item(const struct loop_item *item, void *arg)
{
    struct deadlines *deadlines = arg;
    int n = deadlines->count;
    int64_t last_ns = n > 0 ? deadlines->when_ns[n - 1] : deadlines->now_ns;
    if (item->kind == LOOP_ITEM_TIMER && item->when_ns > last_ns && n < EXPLORE_DEADLINES_MAX)
        deadlines->when_ns[deadlines->count++] = item->when_ns;
}

/* The deadlines that a loop which is not too late can find due. When it is idle, it waits for the
 * first, however far it is. 0 or -ENOMEM. */
static int find_deadlines(struct loop *loop, bool idle, struct deadlines *deadlines)
{
    *deadlines = (struct deadlines){.now_ns = loop_time(loop)};
    int rc = loop_each_pending(loop, on_item, deadlines);
    int64_t from_ns = idle && deadlines->count > 0 ? deadlines->when_ns[0] : deadlines->now_ns;
    while (deadlines->count > 0 &&
           deadlines->when_ns[deadlines->count - 1] - from_ns > EXPLORE_LATE_NS)
        deadlines->count--;
    return rc;
}

/* ---- One poll ------------------------------------------------------------------------------- */

/* Reports some of the descriptors that are ready. How many. */
static int choose_descriptors(struct loop *loop, int ready, bool may_skip)
{
    int taken = 0;
    while (ready > 0) {
        int choice = explore_choose(ready + (may_skip || taken > 0));
        if (choice == ready)
            break;
        explore_note("pass %d: fd %d", outside.passes, backend_virtual_ready_fd(loop, choice));
        backend_virtual_report(loop, choice);
        ready--;
        taken++;
    }
    return taken;
}

/* Lets some of the outside call. How many. Unless `idle`, the first answer is: nobody. */
static int choose_callers(struct loop *loop, bool idle, bool may_skip)
{
    int taken = 0, waiting;
    while ((waiting = count_callers()) > 0) {
        bool nobody_first = !idle || taken > 0;
        int choice = explore_choose(waiting + (nobody_first || may_skip));
        if (nobody_first)
            choice--;
        struct caller *caller = choice < 0 ? NULL : find_caller(choice);
        if (!caller)
            break;
        caller->has_called = true;
        explore_note("pass %d: %s", outside.passes, caller->name);
        loop_call_soon_threadsafe(loop, &caller->callback);
        taken++;
    }
    return taken;
}

/* Lets time pass to one of these deadlines; unless `idle`, the first answer is: to none. */
static void choose_time(struct loop *loop, const struct deadlines *deadlines, bool idle)
{
    int choice = explore_choose(deadlines->count + !idle) - !idle;
    if (choice < 0)
        return;
    double passed_ms = (double)(deadlines->when_ns[choice] - VIRTUAL_START_NS) / NS_PER_MS;
    explore_note("pass %d: it is %.10g ms", outside.passes, passed_ms);
    backend_virtual_jump(loop, deadlines->when_ns[choice]);
}

static int explore_poll(struct loop *loop, int64_t timeout_ns)
{
    bool woken;
    int ready = backend_virtual_look(loop, &woken);
    bool idle = timeout_ns != 0 && !woken; /* nothing is queued: something has to come */
    struct deadlines deadlines;
    int rc = ready < 0 ? ready : find_deadlines(loop, idle, &deadlines);
    if (rc < 0)
        return rc;
    if (idle && ready == 0 && count_callers() == 0 && deadlines.count == 0)
        return -EDEADLK;
    if (++outside.passes > EXPLORE_PASSES_MAX) {
        explore_complain("it does not end: %d passes", EXPLORE_PASSES_MAX);
        return -ELOOP;
    }
    bool more = count_callers() > 0 || deadlines.count > 0;
    idle &= choose_descriptors(loop, ready, !idle || more) == 0;
    idle &= choose_callers(loop, idle, deadlines.count > 0) == 0;
    if (deadlines.count > 0)
        choose_time(loop, &deadlines, idle);
    return 0;
}

const struct loop_backend backend_explore = {
    .name = "explored",
    .init = explore_init,
    .fini = explore_fini,
    .io_set = explore_io_set,
    .poll = explore_poll,
    .wake = explore_wake,
    .now = explore_now,
};
