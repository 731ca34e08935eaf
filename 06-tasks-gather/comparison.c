/* comparison.c - one cell: a caller who waits by one tool, and somebody who looks at the clock. */
#include "comparison.h"

#include <errno.h>

#include "gather.h"
#include "timeout.h"

#define TASKS 3

static const int delays[TASKS] = {3, 1, 2}; /* units */

struct sleeper {
    const struct cell *cell;
    int index;
};

/* One run: it lies in compare_cell's frame, which joins everybody who uses it. */
struct scene {
    struct cell *cell;
    struct sleeper sleepers[TASKS];
    struct task *tasks[TASKS];
    int spawned;
    int64_t begun;
};

/* ---- Who is waited for --------------------------------------------------------------------- */

static int sleep_or_fail(void *arg)
{
    const struct sleeper *sleeper = arg;
    const struct cell *cell = sleeper->cell;
    int rc = co_sleep(delays[sleeper->index] * cell->unit_ns);
    if (rc == 0 && sleeper->index == 1 && cell->situation == ONE_FAILS)
        rc = -EIO;
    return rc < 0 ? rc : delays[sleeper->index];
}

static int spawn_sleepers(struct scene *scene)
{
    for (int i = 0; i < TASKS; i++) {
        scene->sleepers[i] = (struct sleeper){scene->cell, i};
        scene->tasks[i] = task_spawn(co_loop(), sleep_or_fail, &scene->sleepers[i], "sleeper");
        if (!scene->tasks[i])
            return -ENOMEM;
        scene->spawned++;
    }
    return 0;
}

/* ---- Who waits ----------------------------------------------------------------------------- */

static int64_t time_limit(const struct cell *cell)
{
    return cell->situation == TIME_IS_OVER ? cell->unit_ns * 3 / 2 : -1;
}

/* wait_for gives its reference up, and the scene needs one more. */
static int wait_for_first(struct scene *scene)
{
    int64_t limit = time_limit(scene->cell);
    future_ref(&scene->tasks[0]->future);
    return wait_for(scene->tasks[0], limit < 0 ? INT64_MAX / 2 : limit);
}

static int use_wait(struct scene *scene, enum wait_until until)
{
    return wait_tasks(scene->tasks, TASKS, until, time_limit(scene->cell));
}

/* gather has no timeout of its own. */
static int use_gather(struct scene *scene, unsigned flags)
{
    struct timeout_scope scope;
    timeout_begin(&scope, time_limit(scene->cell));
    return timeout_end(&scope, gather(scene->tasks, TASKS, NULL, flags));
}

static int use_tool(struct scene *scene)
{
    switch (scene->cell->tool) {
    case TOOL_GATHER:
        return use_gather(scene, 0);
    case TOOL_GATHER_ERRORS:
        return use_gather(scene, GATHER_RETURN_ERRORS);
    case TOOL_WAIT_ALL:
        return use_wait(scene, WAIT_ALL_COMPLETED);
    case TOOL_WAIT_FIRST:
        return use_wait(scene, WAIT_FIRST_COMPLETED);
    case TOOL_WAIT_ERROR:
        return use_wait(scene, WAIT_FIRST_ERROR);
    default:
        return wait_for_first(scene);
    }
}

static void look_at_tasks(const struct scene *scene)
{
    struct cell *cell = scene->cell;
    for (int i = 0; i < TASKS; i++) {
        struct task *task = scene->tasks[i];
        if (!task_is_done(task))
            cell->running++;
        else if (task_is_cancelled(task))
            cell->cancelled++;
        else if (task_result(task) < 0)
            cell->failed++;
        else
            cell->ended++;
    }
}

/* A task. */
static int wait_and_look(void *arg)
{
    struct scene *scene = arg;
    int rc = use_tool(scene);
    scene->cell->result = rc;
    scene->cell->elapsed_ns = loop_time(co_loop()) - scene->begun;
    look_at_tasks(scene);
    return rc;
}

/* ---- One cell ------------------------------------------------------------------------------ */

static int run_caller(struct scene *scene)
{
    const struct cell *cell = scene->cell;
    struct task *caller = task_spawn(co_loop(), wait_and_look, scene, "caller");
    if (!caller)
        return -ENOMEM;
    int rc = 0;
    if (cell->situation == CALLER_IS_CANCELLED) {
        rc = co_sleep(cell->unit_ns * 3 / 2);
        task_cancel(caller);
    }
    int caller_rc = task_join(caller);
    (void)caller_rc; /* it is in the cell */
    return rc;
}

int compare_cell(void *arg)
{
    struct scene scene = {.cell = arg, .begun = loop_time(co_loop())};
    int rc = spawn_sleepers(&scene);
    if (rc == 0)
        rc = run_caller(&scene);
    for (int i = 0; i < scene.spawned; i++) {
        task_cancel(scene.tasks[i]);
        int task_rc = task_join(scene.tasks[i]);
        (void)task_rc; /* what it was when the tool returned is in the cell */
    }
    return rc;
}

/* ---- Names --------------------------------------------------------------------------------- */

const char *tool_name(enum tool tool)
{
    static const char *const names[TOOLS] = {
        "gather",
        "gather, RETURN_ERRORS",
        "wait, ALL_COMPLETED",
        "wait, FIRST_COMPLETED",
        "wait, FIRST_ERROR",
        "wait_for, the first",
    };
    return names[tool];
}

const char *situation_name(enum situation situation)
{
    static const char *const names[SITUATIONS] = {
        "all end well",
        "the second fails after 1 unit",
        "a timeout of 1.5 units",
        "the caller is cancelled after 1.5 units",
    };
    return names[situation];
}
