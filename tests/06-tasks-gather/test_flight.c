/* flight.h: one task for all who come, and its end when nobody is left. */
#include "clock.h"
#include "flight.h"
#include "gather.h"
#include "scenario.h"

static struct flight flight;
static int starts, ends, tidying_ns;

/* Takes 10 ms, and as long as it likes to clean up. */
static int load(void *arg)
{
    int number = ++starts;
    int rc = co_sleep(NS_PER_S / 100);
    if (rc < 0) {
        say("ended early");
        if (co_sleep(tidying_ns) < 0)
            say("cancelled twice");
    }
    ends++;
    return rc < 0 ? rc : arg ? -EIO : number * 10;
}

static int join_and_say(void *arg)
{
    int rc = flight_join(&flight);
    if (rc < 0)
        say("%s: %s", (const char *)arg, strerrorname_np(-rc));
    else
        say("%s: %d", (const char *)arg, rc);
    return rc;
}

static void begin(void *load_arg)
{
    starts = ends = tidying_ns = 0;
    flight_init(&flight, load, load_arg);
}

static int end(struct task *const tasks[], int count)
{
    for (int i = 0; i < count; i++) {
        int rc = task_join(tasks[i]);
        (void)rc;
    }
    say("%d started, %d ended", starts, ends);
    return 0;
}

static int one_for_all(void *arg)
{
    (void)arg;
    begin(NULL);
    struct task *tasks[] = {spawn(join_and_say, "Ada"), spawn(join_and_say, "Bob"),
                            spawn(join_and_say, "Cleo")};
    return end(tasks, 3);
}

static int next_one_anew(void *arg)
{
    (void)arg;
    begin(NULL);
    struct task *first = spawn(join_and_say, "Ada");
    end(&first, 1);
    struct task *second = spawn(join_and_say, "Bob");
    return end(&second, 1);
}

static int an_error_is_shared(void *arg)
{
    (void)arg;
    begin(&flight);
    struct task *tasks[] = {spawn(join_and_say, "Ada"), spawn(join_and_say, "Bob")};
    return end(tasks, 2);
}

static int who_leaves_takes_nobody_along(void *arg)
{
    (void)arg;
    begin(NULL);
    struct task *tasks[] = {spawn(join_and_say, "Ada"), spawn(join_and_say, "Bob")};
    if (co_yield() < 0 || co_yield() < 0)
        return -1;
    task_cancel(tasks[0]);
    return end(tasks, 2);
}

static int the_last_one_ends_it(void *arg)
{
    (void)arg;
    begin(NULL);
    struct task *tasks[] = {spawn(join_and_say, "Ada"), spawn(join_and_say, "Bob")};
    if (co_yield() < 0 || co_yield() < 0)
        return -1;
    task_cancel(tasks[1]);
    task_cancel(tasks[0]);
    return end(tasks, 2);
}

/* The old flight is still cleaning up: the new caller waits, and starts another one. */
static int who_comes_too_late_starts_anew(void *arg)
{
    (void)arg;
    begin(NULL);
    tidying_ns = NS_PER_S / 100;
    struct task *tasks[2] = {spawn(join_and_say, "Ada")};
    if (co_yield() < 0 || co_yield() < 0)
        return -1;
    task_cancel(tasks[0]);
    if (co_yield() < 0 || co_yield() < 0)
        return -1;
    tasks[1] = spawn(join_and_say, "Bob");
    return end(tasks, 2);
}

int main(void)
{
    static const struct scenario scenarios[] = {
        {"one for all", one_for_all, "Ada: 10, Bob: 10, Cleo: 10, 1 started, 1 ended"},
        {"the next one starts anew", next_one_anew,
         "Ada: 10, 1 started, 1 ended, Bob: 20, 2 started, 2 ended"},
        {"an error is shared", an_error_is_shared, "Ada: EIO, Bob: EIO, 1 started, 1 ended"},
        {"who leaves takes nobody along", who_leaves_takes_nobody_along,
         "Ada: ECANCELED, Bob: 10, 1 started, 1 ended"},
        {"the last one ends it", the_last_one_ends_it,
         "Bob: ECANCELED, ended early, Ada: ECANCELED, 1 started, 1 ended"},
        {"who comes too late starts anew", who_comes_too_late_starts_anew,
         "ended early, Ada: ECANCELED, Bob: 20, 2 started, 2 ended"},
    };
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
