/* run.c - from an ordinary main() into the first task, and cleanly out again: asyncio's run(). */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "task_internal.h"
#include "task_tree.h"

struct run {
    struct loop *loop;
    struct task *main_task;
    bool interrupted; /* by a first SIGINT or SIGTERM */
};

/* The first asks nicely. Whoever sends a second one means it: the signal gets its default action.
 */
static void on_interrupt(struct run *run, int signo)
{
    if (!run->interrupted) {
        run->interrupted = true;
        task_cancel(run->main_task);
        return;
    }
    loop_remove_signal_handler(run->loop, signo);
    signal(signo, SIG_DFL);
    raise(signo);
}

static void on_sigint(void *arg)
{
    on_interrupt(arg, SIGINT);
}

static void on_sigterm(void *arg)
{
    on_interrupt(arg, SIGTERM);
}

static void stop_loop(void *arg)
{
    loop_stop(arg);
}

/* 0, or the loop's error. */
static int run_loop_until(struct loop *loop, struct future *future)
{
    struct future_callback on_done;
    callback_init(&on_done.callback, stop_loop, loop);
    future_add_done_callback(future, &on_done);
    int rc = loop_run_forever(loop);
    future_remove_done_callback(future, &on_done);
    return rc;
}

int run_until(struct loop *loop, struct future *future)
{
    int rc = run_loop_until(loop, future);
    if (rc < 0)
        return rc;
    return future_is_done(future) ? future_result(future) : -EINTR;
}

/* Of one that was asked to end and failed while it did. */
static void tell_of_late_error(struct task *task, int error)
{
    const struct loop_exception exception = {"the task failed while the run was ending",
                                             task_name(task), error};
    loop_call_exception_handler(task->future.loop, &exception);
}

/* Runs as a task of its own, since it has to await. */
static int end_all_others(void *arg)
{
    struct loop *loop = arg;
    struct task *task, *self = task_current();
    task_cancel_all(loop, self);
    while ((task = task_first(loop, self)) != NULL) {
        future_ref(&task->future);
        int rc = await(&task->future);
        (void)rc; /* it may be our own cancel: an interrupt */
        if (future_has_failed(&task->future))
            tell_of_late_error(task, task_result(task));
        task_unref(task);
    }
    return 0;
}

static int leave_nothing_running(struct run *run)
{
    if (task_count(run->loop) == 0)
        return 0;
    struct task *closer = task_spawn(run->loop, end_all_others, run->loop, "end all others");
    if (!closer)
        return -ENOMEM;
    run->main_task = closer; /* an interrupt now ends the waiting, not the program's result */
    int rc = run_loop_until(run->loop, &closer->future);
    task_unref(closer);
    return rc;
}

static int run_main_task(struct run *run, coro_fn *fn, void *arg)
{
    struct task *main_task = task_spawn(run->loop, fn, arg, "main");
    if (!main_task)
        return -ENOMEM;
    run->main_task = main_task;
    int rc = run_loop_until(run->loop, &main_task->future);
    int rc_others = leave_nothing_running(run);
    if (rc == 0)
        rc = task_is_done(main_task) ? task_result(main_task) : rc_others;
    task_unref(main_task);
    return rc;
}

static int handle_signals(struct run *run)
{
    int rc = loop_add_signal_handler(run->loop, SIGINT, on_sigint, run);
    if (rc == 0)
        rc = loop_add_signal_handler(run->loop, SIGTERM, on_sigterm, run);
    if (rc == 0)
        rc = task_tree_on_signal(run->loop, SIGUSR1);
    return rc;
}

static void leave_signals(struct loop *loop)
{
    loop_remove_signal_handler(loop, SIGINT);
    loop_remove_signal_handler(loop, SIGTERM);
    loop_remove_signal_handler(loop, SIGUSR1);
}

int task_run(struct loop *loop, coro_fn *fn, void *arg, bool signals)
{
    struct run run = {.loop = loop};
    int rc = signals ? handle_signals(&run) : 0;
    if (rc == 0)
        rc = run_main_task(&run, fn, arg);
    if (signals)
        leave_signals(loop);
    return rc;
}
