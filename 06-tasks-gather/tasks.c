/* tasks.c - a dinner in eight tasks, and who of them waits for whom.
 *
 *     build/06-tasks-gather/tasks             the tree, half a unit after the beginning
 *     build/06-tasks-gather/tasks --watch     the tree whenever it has changed, to the end
 *
 * Watch who stands below whom: a task below each that waits for it. And how the tree shrinks as the
 * tasks end. Any program of the course with tasks prints its own when it gets a SIGUSR1:
 *
 *     build/06-tasks-gather/demo 100 & sleep 1; kill -USR1 $!
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "gather.h"
#include "group.h"
#include "options.h"
#include "shield.h"
#include "task_tree.h"
#include "timeout.h"

static int64_t unit_ns;

/* ---- The dinner ---------------------------------------------------------------------------- */

/* What takes so many units; the argument is the number. */
static int take_units(void *arg)
{
    return co_sleep((int64_t)(intptr_t)arg * unit_ns);
}

static void *units(int count)
{
    return (void *)(intptr_t)count;
}

static int join_all(struct task *tasks[], int count, int rc)
{
    for (int i = 0; i < count; i++) {
        if (!tasks[i])
            continue;
        if (rc < 0)
            task_cancel(tasks[i]);
        int joined = task_join(tasks[i]);
        rc = rc < 0 ? rc : joined;
    }
    return rc;
}

static int cook_soup(void *arg)
{
    (void)arg;
    struct task *water = task_spawn(co_loop(), take_units, units(1), "water");
    if (!water)
        return -ENOMEM;
    int rc = task_join(water);
    return rc < 0 ? rc : co_sleep(2 * unit_ns);
}

static int cook(void *arg)
{
    (void)arg;
    struct task *dishes[] = {task_spawn(co_loop(), take_units, units(2), "bread"),
                             task_spawn(co_loop(), cook_soup, NULL, "soup")};
    int rc = dishes[0] && dishes[1] ? gather(dishes, 2, NULL, 0) : -ENOMEM;
    return join_all(dishes, 2, rc);
}

/* Waits two units for the guests, who come when they come. */
static int receive(void *arg)
{
    struct timeout_scope scope;
    timeout_begin(&scope, 2 * unit_ns);
    int rc = timeout_end(&scope, shield(arg));
    return rc == -ETIMEDOUT ? 0 : rc;
}

static int dine(void *arg)
{
    (void)arg;
    struct task *guests = task_spawn(co_loop(), take_units, units(4), "guests");
    if (!guests)
        return -ENOMEM;
    struct group group;
    group_begin(&group);
    int rc = group_spawn(&group, cook, NULL, "kitchen");
    if (rc == 0)
        rc = group_spawn(&group, receive, guests, "door");
    rc = group_end(&group, rc);
    return join_all(&guests, 1, rc);
}

/* ---- Looking at it ------------------------------------------------------------------------- */

struct look {
    struct loop *loop;
    struct timer timer;
    int64_t begin_ns;
    bool watch;
    char *last; /* the tree that was printed last */
};

/* The tree as text; the caller frees it. */
static char *tree_text(const struct loop *loop)
{
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    if (!file)
        die_error(errno, "the tree");
    CHECK_RC(task_tree_print(loop, file));
    fclose(file);
    return text;
}

static void print(const struct look *look, const char *text)
{
    if (look->watch && isatty(STDOUT_FILENO))
        printf("\033[H\033[2J"); /* a new picture, not one below the other */
    if (look->watch)
        printf("after %.1f units:\n",
               (double)(loop_time(look->loop) - look->begin_ns) / (double)unit_ns);
    printf("%s%s", text, look->watch ? "\n" : "");
    fflush(stdout);
}

static void on_look(void *arg)
{
    struct look *look = arg;
    char *text = tree_text(look->loop);
    if (look->last && strcmp(text, look->last) == 0) {
        free(text);
    } else {
        print(look, text);
        free(look->last);
        look->last = text;
    }
    if (look->watch)
        CHECK_RC(loop_call_later(look->loop, &look->timer, unit_ns / 2));
}

struct options {
    long unit_ms;
    bool watch;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'w':
        options->watch = true;
        return 0;
    case 'u':
        options->unit_ms = option_number(state, "--unit-ms", text, 2, 60 * 1000);
        return 0;
    case ARGP_KEY_ARG:
        argp_failure(state, USAGE_ERROR, 0, "\"%s\": expected no arguments; see --help", text);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"watch", 'w', NULL, 0, "Print the tree again whenever it has changed", 0},
        {"unit-ms", 'u', "MS", 0, "Length of a unit (default 500)", 0},
        {0},
    };
    static const struct argp argp = {
        .options = list, .parser = parse_option, .doc = "Tasks, and what each of them waits for."};
    struct options options = {.unit_ms = 500};
    argp_err_exit_status = USAGE_ERROR;
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (error != 0)
        die_error(error, "options");
    unit_ns = options.unit_ms * NS_PER_MS;

    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    struct look look = {.loop = loop, .begin_ns = loop_time(loop), .watch = options.watch};
    timer_init(&look.timer, on_look, &look);
    CHECK_RC(loop_call_later(loop, &look.timer, unit_ns / 2));
    int rc = task_run(loop, dine, NULL, true);
    loop_cancel_timer(loop, &look.timer);
    free(look.last);
    loop_free(loop);
    if (rc < 0)
        die_error(rc, "%s", rc == -ECANCELED ? "interrupted" : "the dinner failed");
    return 0;
}
