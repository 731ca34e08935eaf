/* test_gather.c - results in the order of asking, errors in the order of time; as traces that
 * CPython 3.13 leaves for the same in Python. */
#include "clock.h"
#include "gather.h"
#include "scenario.h"

#define LONG (3600 * NS_PER_S)

/* Ends after so many passes, with this result. */
struct child {
    const char *name;
    int passes;
    int result;
};

static int end_after(void *arg)
{
    struct child *child = arg;
    for (int i = 0; i < child->passes; i++) {
        if (co_yield() < 0)
            return -ECANCELED;
    }
    say("end %s", child->name);
    return child->result;
}

static void unref_all(struct task *tasks[], int count)
{
    for (int i = 0; i < count; i++)
        task_unref(tasks[i]);
}

static int say_passes(void *arg)
{
    (void)arg;
    for (int i = 0; i < 6; i++) {
        say("pass %d", i);
        if (co_yield() < 0)
            return -ECANCELED;
    }
    return 0;
}

/* The other task counts how many passes the end of the last child takes to the gatherer: two. */
static int results_stand_in_the_order_of_asking(void *arg)
{
    (void)arg;
    struct child children[] = {{"1", 3, 1}, {"2", 1, 2}, {"3", 2, 3}};
    struct task *tasks[3];
    int results[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(end_after, &children[i]);
    struct task *other = spawn(say_passes, NULL);
    int rc = gather(tasks, 3, results, 0);
    say("%d: %d %d %d", rc, results[0], results[1], results[2]);
    unref_all(tasks, 3);
    return task_join(other);
}

static int the_first_error_comes_at_once_and_siblings_go_on(void *arg)
{
    (void)arg;
    struct child children[] = {{"1", 9, -EIO}, {"2", 1, -ETIMEDOUT}, {"3", 7, 3}};
    struct task *tasks[3];
    int results[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(end_after, &children[i]);
    int rc = gather(tasks, 3, results, 0);
    say("%s, %s", strerrorname_np(-rc), strerrorname_np(-results[0]));
    for (int i = 0; i < 3; i++)
        say_end("task", tasks[i]);
    return 0;
}

static int errors_can_be_results(void *arg)
{
    (void)arg;
    struct child children[] = {{"1", 3, -EIO}, {"2", 1, 2}};
    struct task *tasks[3] = {spawn(end_after, &children[0]), spawn(end_after, &children[1]),
                             spawn(end_after, &children[1])};
    int results[3];
    task_cancel(tasks[2]);
    int rc = gather(tasks, 3, results, GATHER_RETURN_ERRORS);
    say("%d: %s %d %s", rc, strerrorname_np(-results[0]), results[1], strerrorname_np(-results[2]));
    unref_all(tasks, 3);
    return 0;
}

static int none_is_done_at_once(void *arg)
{
    (void)arg;
    say("%d", gather(NULL, 0, NULL, 0));
    return 0;
}

/* ---- Cancelled ----------------------------------------------------------------------------- */

static int swallow(void *arg)
{
    (void)arg;
    say("swallowed %d", co_sleep(LONG) == -ECANCELED);
    return 9;
}

static int sleep_long(void *arg)
{
    (void)arg;
    return co_sleep(LONG);
}

struct gatherer {
    coro_fn *children[2];
    unsigned flags;
};

static int gather_two(void *arg)
{
    struct gatherer *gatherer = arg;
    struct task *tasks[2];
    int results[2];
    for (int i = 0; i < 2; i++)
        tasks[i] = spawn(gatherer->children[i], NULL);
    int rc = gather(tasks, 2, results, gatherer->flags);
    say("%d: %d %d", rc == -ECANCELED, results[0] == -ECANCELED, results[1] == -ECANCELED);
    unref_all(tasks, 2);
    return rc;
}

static void cancel_gatherer(struct gatherer *gatherer)
{
    struct task *task = spawn(gather_two, gatherer);
    let_others_run(2);
    task_cancel(task);
    say_end("gatherer", task);
}

static int a_cancel_goes_to_the_children(void *arg)
{
    (void)arg;
    cancel_gatherer(&(struct gatherer){{sleep_long, sleep_long}, 0});
    return 0;
}

static int a_cancel_is_not_lost_in_the_results(void *arg)
{
    (void)arg;
    cancel_gatherer(&(struct gatherer){{swallow, sleep_long}, GATHER_RETURN_ERRORS});
    return 0;
}

static int nor_when_all_swallow_it(void *arg)
{
    (void)arg;
    cancel_gatherer(&(struct gatherer){{swallow, swallow}, 0});
    return 0;
}

static int gather_these(void *arg)
{
    struct task *const *tasks = arg;
    int rc = gather(tasks, 2, NULL, 0);
    say("gather %s", strerrorname_np(-rc));
    return rc;
}

static void cancel_from_callback(void *arg)
{
    say("cancel %d", task_cancel(arg));
}

/* The callback stands behind the gather's own: by then the error has ended the gather, and the
 * gatherer has not run. */
static int a_cancel_after_an_error_stays_with_the_gatherer(void *arg)
{
    (void)arg;
    struct child fails = {"1", 4, -EIO};
    struct task *tasks[] = {spawn(end_after, &fails), spawn(sleep_long, NULL)};
    struct task *gatherer = spawn(gather_these, tasks);
    struct future_callback late;
    callback_init(&late.callback, cancel_from_callback, gatherer);
    let_others_run(2);
    future_add_done_callback(&tasks[0]->future, &late);
    say_end("gatherer", gatherer);
    say("sibling %s, %d cancels", task_is_done(tasks[1]) ? "done" : "runs",
        task_cancelling(tasks[1]));
    task_cancel(tasks[1]);
    say_end("sibling", tasks[1]);
    task_unref(tasks[0]);
    return 0;
}

static const struct scenario scenarios[] = {
    {"results stand in the order of asking", results_stand_in_the_order_of_asking,
     "pass 0, end 2, pass 1, end 3, pass 2, end 1, pass 3, pass 4, 0: 1 2 3, pass 5"},
    {"the first error comes at once, and siblings go on",
     the_first_error_comes_at_once_and_siblings_go_on,
     "end 2, ETIMEDOUT, EINPROGRESS, end 3, end 1, task EIO, task ETIMEDOUT, task 3"},
    {"errors can be results", errors_can_be_results, "end 2, end 1, 0: EIO 2 ECANCELED"},
    {"none is done at once", none_is_done_at_once, "0"},
    {"a cancel goes to the children", a_cancel_goes_to_the_children, "1: 1 1, gatherer ECANCELED"},
    {"a cancel is not lost in the results", a_cancel_is_not_lost_in_the_results,
     "swallowed 1, 1: 0 1, gatherer ECANCELED"},
    {"nor when all swallow it", nor_when_all_swallow_it,
     "swallowed 1, swallowed 1, 1: 0 0, gatherer ECANCELED"},
    {"a cancel after an error stays with the gatherer",
     a_cancel_after_an_error_stays_with_the_gatherer,
     "end 1, cancel 1, gather ECANCELED, gatherer ECANCELED, sibling runs, 0 cancels, "
     "sibling ECANCELED"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
