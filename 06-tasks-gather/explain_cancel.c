/* explain_cancel.c - what a cancel does to tasks in a gather in a timeout, step by step.
 *
 *     make explain-cancel
 *
 * The run is a real one of the unchanged bricks, on real time. What they do to each other is seen
 * on its way from file to file: the linker puts the __wrap_ functions below in front of theirs
 * (ld's option --wrap, see the Makefile), and each draws a line and calls the real one.
 *
 * Watch that a cancel goes down at once, in one pass, and comes up slowly, by the queue: each task
 * decides itself when it has cleaned up. And that gather does not wait for that: the timeout is
 * told while the soup still cleans up, and only the join waits for it. (A group would: see
 * group.h.)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "gather.h"
#include "options.h"
#include "sequence.h"
#include "timeout.h"

enum lane { TIMEOUT, PARENT, GATHER, SOUP, BREAD, LANES };

static struct sequence chart;
static bool drawing;              /* not before the tasks wait, nor after the end */
static struct task *tasks[LANES]; /* the three that are tasks */
static enum lane actor;           /* who acts now, as far as a cancel is concerned */
static struct loop *loop;
static int64_t begin_ns, unit_ns;
static long pass;
static bool gather_is_done;

/* "-ECANCELED", or "0". Until the next call. */
static const char *result_name(int result)
{
    static char text[40];
    snprintf(text, sizeof text, "%s%s", result < 0 ? "-" : "",
             result < 0 ? strerrorname_np(-result) : "0");
    return text;
}

static int lane_of_coro(const struct coro *coro)
{
    for (int lane = 0; lane < LANES; lane++)
        if (tasks[lane] && tasks[lane]->co.coro == coro)
            return lane;
    return -1;
}

static int lane_of_future(const struct future *future)
{
    for (int lane = 0; lane < LANES; lane++)
        if (tasks[lane] && &tasks[lane]->future == future)
            return lane;
    return GATHER; /* the only future here that is no task */
}

/* ---- In front of the bricks ---------------------------------------------------------------- */

bool __real_task_cancel(struct task *task);
bool __wrap_task_cancel(struct task *task);
int __real_task_uncancel(struct task *task);
int __wrap_task_uncancel(struct task *task);
void __real_coro_resume(struct coro *coro);
void __wrap_coro_resume(struct coro *coro);
void __real_loop_call_soon(struct loop *of, struct callback *callback);
void __wrap_loop_call_soon(struct loop *of, struct callback *callback);
int __real_future_set_result(struct future *future, int result);
int __wrap_future_set_result(struct future *future, int result);
int __real_future_set_cancelled(struct future *future);
int __wrap_future_set_cancelled(struct future *future);

/* The parent does not keep its cancel: it passes it to the gather that it waits for, and that one
 * to its children. So what is called in here is called by the gather. */
bool __wrap_task_cancel(struct task *task)
{
    enum lane from = actor, to = (enum lane)lane_of_future(&task->future);
    sequence_arrow(&chart, from, to, "cancel",
                   to == PARENT ? "the time is over: %s is asked to end" : "and %s is asked to end",
                   task_name(task));
    if (to == PARENT) {
        sequence_arrow(&chart, PARENT, GATHER, "cancel", "it waits for a gather: let that end");
        actor = GATHER;
    }
    bool was_running = __real_task_cancel(task);
    actor = from;
    return was_running;
}

int __wrap_task_uncancel(struct task *task)
{
    int left = __real_task_uncancel(task);
    sequence_arrow(&chart, TIMEOUT, PARENT, "uncancel",
                   "the cancel was mine, I take it back: %d are left", left);
    return left;
}

/* A step that is put into the loop's queue, so that a coroutine goes on in the next pass. */
void __wrap_loop_call_soon(struct loop *of, struct callback *callback)
{
    __real_loop_call_soon(of, callback);
    for (int lane = 0; drawing && lane < LANES; lane++) {
        if (!tasks[lane] || callback != &tasks[lane]->co.step)
            continue;
        if (tasks[lane]->co.wake_result == -ECANCELED)
            sequence_note(&chart, lane, "its sleep is off the timers, its next step in the queue");
        else
            sequence_note(&chart, lane, "its sleep is over, its next step in the queue");
    }
}

void __wrap_coro_resume(struct coro *coro)
{
    int lane = lane_of_coro(coro);
    if (drawing && lane >= 0)
        sequence_note(&chart, lane, "goes on: what it waited for returns %s",
                      result_name(tasks[lane]->co.wake_result));
    __real_coro_resume(coro);
}

/* A child's end is heard by who waits for it: the gather, and later the parent, which joins it. */
static int tell_end(struct future *future, const char *word, int rc)
{
    int lane = lane_of_future(future);
    if (!drawing || rc < 0)
        return rc;
    if (lane == GATHER) {
        gather_is_done = true;
        sequence_arrow(&chart, GATHER, PARENT, word, "one end by a cancel is enough for a gather");
    } else if (lane > GATHER) {
        sequence_arrow(&chart, lane, gather_is_done ? PARENT : GATHER, word,
                       "it has ended; who waits for it hears that in the next pass");
    }
    return rc;
}

int __wrap_future_set_result(struct future *future, int result)
{
    return tell_end(future, result < 0 ? "error" : "result",
                    __real_future_set_result(future, result));
}

int __wrap_future_set_cancelled(struct future *future)
{
    return tell_end(future, "ended", __real_future_set_cancelled(future));
}

/* ---- The loop's passes, counted by a backend in front of epoll's --------------------------- */

static int poll_and_tell(struct loop *of, int64_t timeout_ns)
{
    int rc = backend_epoll.poll(of, timeout_ns);
    pass++;
    if (drawing)
        sequence_heading(&chart, "pass %ld of the loop, after %.1f units", pass,
                         (double)(loop_time(of) - begin_ns) / (double)unit_ns);
    return rc;
}

/* ---- What is run --------------------------------------------------------------------------- */

static int bake(void *arg)
{
    (void)arg;
    return co_sleep(5 * unit_ns);
}

static int cook(void *arg)
{
    (void)arg;
    int rc = co_sleep(5 * unit_ns);
    if (rc < 0) { /* to turn off the stove takes a unit: cleaning up may wait, too */
        int cleaned = co_sleep(unit_ns);
        return cleaned < 0 ? cleaned : rc;
    }
    return 0;
}

static int dine(void *arg)
{
    (void)arg;
    struct timeout_scope scope;
    tasks[PARENT] = task_current();
    task_set_name(tasks[PARENT], "parent");
    tasks[SOUP] = task_spawn(loop, cook, NULL, "soup");
    tasks[BREAD] = task_spawn(loop, bake, NULL, "bread");
    if (!tasks[SOUP] || !tasks[BREAD])
        die_error(ENOMEM, "a task");
    struct task *children[] = {tasks[SOUP], tasks[BREAD]};
    timeout_begin(&scope, 2 * unit_ns);
    int rc = gather(children, 2, NULL, 0);
    sequence_note(&chart, PARENT, "gather returns %s, and it ends the timeout with that",
                  result_name(rc));
    rc = timeout_end(&scope, rc);
    sequence_note(&chart, PARENT, "timeout_end returns %s", result_name(rc));
    for (int i = 0; i < 2; i++) {
        bool is_done = task_is_done(children[i]);
        sequence_note(&chart, PARENT, "joins %s, which has%s ended", task_name(children[i]),
                      is_done ? "" : " not");
        int end = task_join(children[i]);
        sequence_note(&chart, PARENT, "%s: %s", i == 0 ? "soup" : "bread", result_name(end));
    }
    drawing = false;
    return rc == -ETIMEDOUT ? 0 : -EPROTO;
}

static void begin_to_draw(void *arg)
{
    (void)arg;
    drawing = true;
}

int main(int argc, char **argv)
{
    static const char *const lanes[] = {"timeout", "parent", "gather", "soup", "bread", NULL};
    struct timer timer;
    no_options_parse("What a cancel does, step by step.", argc, argv);
    unit_ns = 200 * NS_PER_MS;
    struct loop_backend backend = backend_epoll;
    backend.poll = poll_and_tell;
    loop = loop_new(&backend);
    if (!loop)
        die_error(errno, "cannot make a loop");
    begin_ns = loop_time(loop);
    printf("parent:  timeout of 2 units { gather(soup, bread) }\n"
           "soup:    sleeps 5 units; when cancelled, needs 1 unit to clean up\n"
           "bread:   sleeps 5 units\n\n");
    sequence_begin(&chart, stdout, lanes);
    timer_init(&timer, begin_to_draw, NULL);
    CHECK_RC(loop_call_later(loop, &timer, unit_ns));
    int rc = task_run(loop, dine, NULL, true);
    loop_cancel_timer(loop, &timer);
    loop_free(loop);
    if (rc < 0)
        die_error(rc, "%s", rc == -ECANCELED ? "interrupted" : "the run went otherwise");
    return 0;
}
