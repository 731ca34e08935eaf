/* permit_lost.c - broken on purpose: a semaphore of one's own that loses a permit with a cancel.
 *
 *     build/07-semaphore/broken/permit_lost
 *
 * It looks right. Who finds no permit waits in line; a release hands its permit to the first; who
 * is cancelled while he waits leaves the line. But look at the moment between: a visitor has been
 * handed a permit, and before he runs again he is cancelled. His acquire returns an error, so he
 * gives nothing back; and the one who released has nothing any more. Here that happens twice, and
 * after that nobody gets in, though nobody is in. asyncio's semaphore had this fault, too
 * (python/asyncio#270).
 *
 * The mend, in gate_enter, behind TAILQ_REMOVE:
 *
 *     if (rc < 0 && future_is_done(&self.permit) && !future_is_cancelled(&self.permit))
 *         gate_leave(gate);
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "options.h"
#include "timeout.h"

struct visitor {
    struct future permit; /* done: it was handed one */
    TAILQ_ENTRY(visitor) place;
};

struct gate {
    int free;
    TAILQ_HEAD(, visitor) line;
};

static int gate_enter(struct gate *gate)
{
    if (gate->free > 0) {
        gate->free--;
        return 0;
    }
    struct visitor self;
    future_init(&self.permit, co_loop());
    TAILQ_INSERT_TAIL(&gate->line, &self, place);
    int rc = await(&self.permit);
    TAILQ_REMOVE(&gate->line, &self, place);
    return rc;
}

static void gate_leave(struct gate *gate)
{
    struct visitor *visitor;
    TAILQ_FOREACH(visitor, &gate->line, place)
    {
        if (future_set_result(&visitor->permit, 0) == 0)
            return;
    }
    gate->free++;
}

/* ---- Its day ------------------------------------------------------------------------------- */

static int visit(void *gate)
{
    int rc = gate_enter(gate);
    if (rc == 0)
        gate_leave(gate);
    return rc;
}

/* All permits are out, and somebody waits. One comes back, and he goes away in the same moment. */
static int leave_and_cancel_the_next(struct gate *gate, int out)
{
    struct task *visitor = task_spawn(co_loop(), visit, gate, "visitor");
    if (!visitor)
        return -ENOMEM;
    int rc = co_yield(); /* it begins, and waits */
    gate_leave(gate);
    task_cancel(visitor);
    int end = task_join(visitor);
    printf("a visitor is handed a permit and cancelled: %s, %d are out, %d free\n",
           end < 0 ? strerrorname_np(-end) : "0", out, gate->free);
    return rc;
}

static int day(void *arg)
{
    struct gate *gate = arg;
    struct timeout_scope scope;
    int rc = 0;
    for (int i = 0; i < 2 && rc == 0; i++)
        rc = gate_enter(gate);
    for (int out = 1; out >= 0 && rc == 0; out--)
        rc = leave_and_cancel_the_next(gate, out);
    if (rc < 0)
        return rc;
    timeout_begin(&scope, 50 * NS_PER_MS);
    rc = timeout_end(&scope, gate_enter(gate));
    printf("who comes now: %s\n", rc < 0 ? strerrorname_np(-rc) : "has one");
    return rc == -ETIMEDOUT ? 0 : rc;
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a semaphore that loses permits.", argc, argv);
    struct gate gate = {.free = 2};
    TAILQ_INIT(&gate.line);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    CHECK_RC(task_run(loop, day, &gate, true));
    loop_free(loop);
    coro_trim();
    return 0;
}
