/* test_wait.c - wait_tasks and wait_for, as traces that CPython 3.13 leaves for the same in Python.
 */
#include "clock.h"
#include "gather.h"
#include "scenario.h"

#define LONG (3600 * NS_PER_S)

struct child {
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
    return child->result;
}

static void join_all(struct task *tasks[], int count)
{
    for (int i = 0; i < count; i++)
        say_end("task", tasks[i]);
}

/* ---- wait_tasks ---------------------------------------------------------------------------- */

static int wait_until(enum wait_until until)
{
    struct child children[] = {{1, 1}, {3, -EIO}, {9, 3}};
    struct task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn(end_after, &children[i]);
    int done = wait_tasks(tasks, 3, until, -1);
    say("%d", done);
    join_all(tasks, 3);
    return 0;
}

static int until_the_first(void *arg)
{
    (void)arg;
    return wait_until(WAIT_FIRST_COMPLETED);
}

static int until_the_first_error(void *arg)
{
    (void)arg;
    return wait_until(WAIT_FIRST_ERROR);
}

static int until_all(void *arg)
{
    (void)arg;
    return wait_until(WAIT_ALL_COMPLETED);
}

static int a_cancelled_one_is_no_error(void *arg)
{
    (void)arg;
    struct child children[] = {{5, 1}, {3, 2}};
    struct task *tasks[2] = {spawn(end_after, &children[0]), spawn(end_after, &children[1])};
    let_others_run(1);
    task_cancel(tasks[0]);
    int done = wait_tasks(tasks, 2, WAIT_FIRST_ERROR, -1);
    say("%d", done);
    join_all(tasks, 2);
    return 0;
}

static int sleep_a_while(void *arg)
{
    int rc = co_sleep((intptr_t)arg);
    say("slept %d", rc);
    return rc < 0 ? rc : 1;
}

static int a_timeout_cancels_nobody(void *arg)
{
    (void)arg;
    struct task *task = spawn(sleep_a_while, (void *)(intptr_t)(20 * NS_PER_MS));
    int done = wait_tasks(&task, 1, WAIT_ALL_COMPLETED, NS_PER_MS);
    say("%d", done);
    done = wait_tasks(&task, 1, WAIT_ALL_COMPLETED, LONG);
    say("%d", done);
    join_all(&task, 1);
    return 0;
}

static int no_time_is_one_look(void *arg)
{
    (void)arg;
    struct child child = {2, 1};
    struct task *task = spawn(end_after, &child);
    int done = wait_tasks(&task, 1, WAIT_ALL_COMPLETED, 0);
    say("%d", done);
    join_all(&task, 1);
    return 0;
}

static int wait_for_task(void *arg)
{
    struct task *task = arg;
    return wait_tasks(&task, 1, WAIT_ALL_COMPLETED, LONG);
}

static int a_cancel_of_the_waiter_is_not_passed_on(void *arg)
{
    (void)arg;
    struct task *task = spawn(sleep_a_while, (void *)(intptr_t)(10 * NS_PER_MS));
    struct task *waiter = spawn(wait_for_task, task);
    let_others_run(2);
    task_cancel(waiter);
    say_end("waiter", waiter);
    join_all(&task, 1);
    return 0;
}

static void say_next_pass(void *arg)
{
    (void)arg;
    say("next pass");
}

/* Unlike await and gather: asyncio's wait() suspends even when all are done. */
static int done_ones_take_a_pass(void *arg)
{
    (void)arg;
    struct child child = {0, 1};
    struct task *task = spawn(end_after, &child);
    struct callback callback;
    let_others_run(1);
    callback_init(&callback, say_next_pass, NULL);
    loop_call_soon(co_loop(), &callback);
    int done = wait_tasks(&task, 1, WAIT_ALL_COMPLETED, -1);
    say("%d", done);
    join_all(&task, 1);
    return 0;
}

/* ---- wait_for ------------------------------------------------------------------------------ */

static void say_result(int rc)
{
    say("%s", rc < 0 ? strerrorname_np(-rc) : "in time");
}

static int one_in_time(void *arg)
{
    (void)arg;
    say_result(wait_for(spawn(sleep_a_while, (void *)(intptr_t)NS_PER_MS), LONG));
    return 0;
}

static int its_error_is_its_own(void *arg)
{
    (void)arg;
    struct child child = {2, -EIO};
    say_result(wait_for(spawn(end_after, &child), LONG));
    return 0;
}

static int no_time_never_starts_it(void *arg)
{
    (void)arg;
    say_result(wait_for(spawn(sleep_a_while, NULL), 0));
    return 0;
}

static int unless_it_is_done(void *arg)
{
    (void)arg;
    struct child child = {0, 6};
    struct task *task = spawn(end_after, &child);
    let_others_run(1);
    say_result(wait_for(task, 0));
    return 0;
}

static int clean_up(void *arg)
{
    int rc = co_sleep(LONG), cleaned = co_sleep(NS_PER_MS);
    say("cleaned %d", cleaned);
    return arg ? -EIO : rc;
}

static int the_end_is_awaited(void *arg)
{
    (void)arg;
    say_result(wait_for(spawn(clean_up, NULL), NS_PER_MS));
    return 0;
}

static int an_error_while_cleaning_up_is_told(void *arg)
{
    (void)arg;
    say_result(wait_for(spawn(clean_up, &(int){1}), NS_PER_MS));
    return 0;
}

static int wait_for_clean_up(void *arg)
{
    (void)arg;
    return wait_for(spawn(clean_up, NULL), LONG);
}

static int a_cancel_from_outside_is_no_timeout(void *arg)
{
    (void)arg;
    struct task *waiter = spawn(wait_for_clean_up, NULL);
    let_others_run(2);
    task_cancel(waiter);
    say_end("waiter", waiter);
    return 0;
}

static const struct scenario scenarios[] = {
    {"until the first", until_the_first, "1, task 1, task EIO, task 3"},
    {"until the first error", until_the_first_error, "2, task 1, task EIO, task 3"},
    {"until all", until_all, "3, task 1, task EIO, task 3"},
    {"a cancelled one is no error", a_cancelled_one_is_no_error, "2, task ECANCELED, task 2"},
    {"a timeout cancels nobody", a_timeout_cancels_nobody, "0, slept 0, 1, task 1"},
    {"no time is one look", no_time_is_one_look, "0, task 1"},
    {"a cancel of the waiter is not passed on", a_cancel_of_the_waiter_is_not_passed_on,
     "waiter ECANCELED, slept 0, task 1"},
    {"done ones take a pass", done_ones_take_a_pass, "next pass, 1, task 1"},
    {"one in time", one_in_time, "slept 0, in time"},
    {"its error is its own", its_error_is_its_own, "EIO"},
    {"no time never starts it", no_time_never_starts_it, "ETIMEDOUT"},
    {"unless it is done", unless_it_is_done, "in time"},
    {"the end is awaited", the_end_is_awaited, "cleaned 0, ETIMEDOUT"},
    {"an error while cleaning up is told", an_error_while_cleaning_up_is_told, "cleaned 0, EIO"},
    {"a cancel from outside is no timeout", a_cancel_from_outside_is_no_timeout,
     "cleaned 0, waiter ECANCELED"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
