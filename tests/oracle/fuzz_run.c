/* fuzz_run.c - does in C what a program of fuzz.py says, and prints what came of each statement. */
#include <errno.h>
#include <stdio.h>

#include "as_completed.h"
#include "backend_virtual.h"
#include "check.h"
#include "exact_clock.h"
#include "fuzz.h"
#include "gather.h"
#include "group.h"
#include "oracle.h"
#include "shield.h"
#include "timeout.h"

static const struct fuzz_program *program;
static struct task *tasks[FUZZ_TASKS]; /* NULL: not spawned */

struct runner {
    int id;
    struct group *group; /* the innermost that it is in, or NULL */
    bool conditioned;    /* it holds the condition's lock */
};

static int run_body(void *arg);
static int run_statements(struct runner *runner, int begin, int end);

static int say(const struct runner *runner, const char *what, int rc)
{
    printf("%d %s %s\n", runner->id, what, rc_text(rc));
    return rc;
}

/* ---- Statements that do not wait ----------------------------------------------------------- */

static void spawn_one(const struct runner *runner, int k)
{
    struct runner *child = (struct runner *)(intptr_t)(k + 1);
    int rc = 0;
    if (runner->group)
        rc = group_spawn_task(runner->group, run_body, child, NULL, &tasks[k]);
    else if (!(tasks[k] = task_spawn(co_loop(), run_body, child, NULL)))
        rc = -ENOMEM;
    say(runner, rc == -ESHUTDOWN ? "refused" : "spawn", k);
}

static int do_now(const struct runner *runner, const struct fuzz_statement *s)
{
    switch (s->word) {
    case FUZZ_SPAWN:
        if (!tasks[s->a])
            spawn_one(runner, s->a);
        return 0;
    case FUZZ_CANCEL:
        say(runner, "cancel", task_cancel(tasks[s->a]));
        return 0;
    case FUZZ_UNCANCEL:
        say(runner, "uncancel", task_uncancel(task_current()));
        return 0;
    default:
        return say(runner, "fail", -EIO);
    }
}

/* ---- Statements that wait ------------------------------------------------------------------ */

static int wait_for_one(const struct fuzz_statement *s)
{
    future_ref(&tasks[s->a]->future);
    return wait_for(tasks[s->a], s->b * NS_PER_US);
}

static int wait_for_two(const struct fuzz_statement *s)
{
    struct task *two[] = {tasks[s->a], tasks[s->b]};
    return wait_tasks(two, 2, (enum wait_until)s->c, s->d < 0 ? -1 : s->d * NS_PER_US);
}

static int gather_two(const struct fuzz_statement *s)
{
    struct task *two[] = {tasks[s->a], tasks[s->b]};
    return gather(two, 2, NULL, s->c ? GATHER_RETURN_ERRORS : 0);
}

/* Ends with the first error, as a `for` in which each is awaited. */
static int complete_two(const struct runner *runner, const struct fuzz_statement *s)
{
    struct task *two[] = {tasks[s->a], tasks[s->b]}, *task;
    struct as_completed it;
    if (task_is_done(two[0]) && task_is_done(two[1]))
        return 0; /* Python has no order for those */
    int rc = as_completed_begin(&it, two, 2, s->c < 0 ? -1 : s->c * NS_PER_US);
    while (rc >= 0 && (rc = as_completed_next(&it, &task)) > 0) {
        rc = task_result(task);
        if (rc >= 0)
            say(runner, "next", rc);
    }
    as_completed_end(&it);
    return rc;
}

static int do_waiting(const struct runner *runner, const struct fuzz_statement *s)
{
    if (s->word >= FUZZ_SET)
        return say(runner, fuzz_word_text(s->word), fuzz_sync_do(s));
    switch (s->word) {
    case FUZZ_SLEEP:
        return say(runner, "sleep", co_sleep(s->a * NS_PER_US));
    case FUZZ_AWAIT:
        return say(runner, "await", await_task(tasks[s->a]));
    case FUZZ_SHIELD:
        return say(runner, "shield", shield(tasks[s->a]));
    case FUZZ_WAIT_FOR:
        return say(runner, "wait_for", wait_for_one(s));
    case FUZZ_GATHER:
        return say(runner, "gather", gather_two(s));
    case FUZZ_WAIT:
        return say(runner, "wait", wait_for_two(s));
    default:
        return say(runner, "as_completed", complete_two(runner, s));
    }
}

/* ---- Blocks -------------------------------------------------------------------------------- */

static int do_timeout(struct runner *runner, const struct fuzz_statement *s, int begin)
{
    struct timeout_scope scope;
    timeout_begin(&scope, s->a * NS_PER_US);
    int rc = timeout_end(&scope, run_statements(runner, begin, s->next - 1));
    say(runner, "expired", timeout_expired(&scope));
    return say(runner, "timeout", rc);
}

static void say_error(struct group *group, struct task *task, int error, void *arg)
{
    (void)group, (void)task;
    say(arg, "child", error);
}

static int do_group(struct runner *runner, const struct fuzz_statement *s, int begin)
{
    struct group group, *outer = runner->group;
    struct runner inside = {runner->id, &group, runner->conditioned};
    group_begin(&group);
    group_on_error(&group, say_error, runner);
    int rc = run_statements(&inside, begin, s->next - 1);
    rc = group_end(&group, rc);
    runner->group = outer;
    say(runner, "cancelling", task_cancelling(task_current()));
    return say(runner, "group", rc);
}

static int do_holding(struct runner *runner, const struct fuzz_statement *s, int begin)
{
    int rc = fuzz_sync_acquire(s->word);
    if (rc == 0) {
        struct runner inside = *runner;
        inside.conditioned |= s->word == FUZZ_CONDITIONED;
        say(runner, "holds", 0);
        rc = run_statements(&inside, begin, s->next - 1);
        int released = fuzz_sync_release(s->word);
        rc = released < 0 ? released : rc;
    }
    return say(runner, fuzz_word_text(s->word), rc);
}

static int do_try(struct runner *runner, const struct fuzz_statement *s, int begin)
{
    const struct fuzz_statement *handler = &program->statements[s->next];
    int rc = run_statements(runner, begin, s->next);
    if (rc >= 0)
        return 0;
    int handled = run_statements(runner, s->next + 1, handler->next - 1);
    if (handled < 0)
        return handled;
    return handler->a ? 0 : rc; /* swallowed, or raised again */
}

static int do_block(struct runner *runner, int i)
{
    const struct fuzz_statement *s = &program->statements[i];
    switch (s->word) {
    case FUZZ_TIMEOUT:
        return do_timeout(runner, s, i + 1);
    case FUZZ_GROUP:
        return do_group(runner, s, i + 1);
    case FUZZ_TRY:
        return do_try(runner, s, i + 1);
    default:
        return do_holding(runner, s, i + 1);
    }
}

static int behind(int i)
{
    const struct fuzz_statement *s = &program->statements[i];
    if (s->word == FUZZ_TRY)
        return program->statements[s->next].next;
    return s->next > 0 ? s->next : i + 1;
}

/* What is asked of a task that is not there yet is left out; so is what would leave the condition's
 * lock taken for ever: a wait for it without the lock, the lock taken twice. */
static bool is_possible(const struct runner *runner, const struct fuzz_statement *s)
{
    switch (s->word) {
    case FUZZ_CONDITION_WAIT:
        return runner->conditioned;
    case FUZZ_CONDITIONED:
        return !runner->conditioned;
    case FUZZ_CANCEL:
    case FUZZ_AWAIT:
    case FUZZ_SHIELD:
    case FUZZ_WAIT_FOR:
        return tasks[s->a];
    case FUZZ_GATHER:
    case FUZZ_WAIT:
    case FUZZ_AS_COMPLETED:
        return tasks[s->a] && tasks[s->b];
    default:
        return true;
    }
}

static int run_statements(struct runner *runner, int begin, int end)
{
    int rc = 0;
    for (int i = begin; i < end && rc >= 0; i = behind(i)) {
        const struct fuzz_statement *s = &program->statements[i];
        if (!is_possible(runner, s))
            continue;
        if (s->word >= FUZZ_TIMEOUT)
            rc = do_block(runner, i);
        else if (s->word >= FUZZ_AWAIT || s->word == FUZZ_SLEEP)
            rc = do_waiting(runner, s);
        else
            rc = do_now(runner, s);
    }
    return rc < 0 ? rc : 0;
}

static int run_body(void *arg)
{
    struct runner runner = {.id = (int)(intptr_t)arg - 1};
    say(&runner, "begins", 0);
    int rc = run_statements(&runner, program->begin[runner.id], program->end[runner.id]);
    say(&runner, "ends", rc);
    return rc < 0 ? rc : runner.id;
}

/* The first task, and then all the others in the order of their numbers, until none is left. One
 * that takes longer than a program can last waits for what never comes: then all are cancelled. */
static int run_all(void *arg)
{
    fuzz_sync_begin();
    tasks[0] = task_spawn(co_loop(), run_body, (void *)1, NULL);
    for (int i = 0; tasks[0] && i < program->tasks; i++) {
        if (!tasks[i] || task_is_done(tasks[i]))
            continue;
        int ended = wait_tasks(&tasks[i], 1, WAIT_ALL_COMPLETED, 10 * NS_PER_S);
        CHECK_RC(ended);
        if (ended == 0)
            fuzz_sync_break_lock();
        for (int k = 0; ended == 0 && k < program->tasks; k++) {
            if (tasks[k] && !task_is_done(tasks[k]))
                task_cancel(tasks[k]);
        }
        i = -1;
    }
    for (int i = 0; i < program->tasks; i++) {
        if (!tasks[i])
            continue;
        printf("%d %s %d\n", i, rc_text(task_result(tasks[i])), task_cancelling(tasks[i]));
        task_unref(tasks[i]);
    }
    fuzz_sync_end();
    return tasks[0] ? *(int *)arg : -ENOMEM;
}

int fuzz_run(const struct fuzz_program *the_program)
{
    int ok = 0;
    program = the_program;
    struct loop *loop = loop_new(exact_clock(&backend_virtual));
    if (!loop)
        return -errno;
    int rc = task_run(loop, run_all, &ok, false);
    loop_free(loop);
    return rc;
}
