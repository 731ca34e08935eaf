/* suites.c - which scenarios belong together, and playing them. */
#include "suites.h"

#include <errno.h>

#include "backend.h"
#include "exact_clock.h"
#include "oracle.h"

#define SCENARIO(name) {#name, name},

static const struct oracle_scenario oracle[] = {ORACLE_SCENARIOS(SCENARIO)};
static const struct oracle_scenario groups[] = {GROUPS_SCENARIOS(SCENARIO)};
static const struct oracle_scenario shields[] = {SHIELDS_SCENARIOS(SCENARIO)};
static const struct oracle_scenario cancels[] = {CANCELS_SCENARIOS(SCENARIO)};
static const struct oracle_scenario times[] = {TIMES_SCENARIOS(SCENARIO)};
static const struct oracle_scenario told[] = {TOLD_SCENARIOS(SCENARIO)};
static const struct oracle_scenario limits[] = {LIMITS_SCENARIOS(SCENARIO)};
static const struct oracle_scenario queues[] = {QUEUES_SCENARIOS(SCENARIO)};
static const struct oracle_scenario syncs[] = {SYNC_SCENARIOS(SCENARIO)};

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

const struct oracle_suite oracle_suites[] = {
    {"oracle.py", "expected.txt", oracle, COUNT(oracle)},
    {"groups.py", "groups.txt", groups, COUNT(groups)},
    {"shields.py", "shields.txt", shields, COUNT(shields)},
    {"cancels.py", "cancels.txt", cancels, COUNT(cancels)},
    {"times.py", "times.txt", times, COUNT(times)},
    {"told.py", "told.txt", told, COUNT(told)},
    {"limits.py", "limits.txt", limits, COUNT(limits)},
    {"queues.py", "queues.txt", queues, COUNT(queues)},
    {"sync.py", "sync.txt", syncs, COUNT(syncs)},
};
const int oracle_suite_count = COUNT(oracle_suites);

static int play_one(void *arg)
{
    const struct oracle_scenario *scenario = arg;
    return scenario->play();
}

static int play_all(void *arg)
{
    const struct oracle_suite *suite = arg;
    for (int i = 0; i < suite->count; i++) {
        p("== %s", suite->scenarios[i].name);
        int rc = task_join(spawn(play_one, (intptr_t)&suite->scenarios[i]));
        if (rc < 0)
            p("the scenario itself failed: %s", rc_text(rc));
        if (task_count(co_loop()) != 1)
            p("tasks left: %d", task_count(co_loop()) - 1);
    }
    return 0;
}

/* An error that nobody asked for is part of what is seen. */
static void tell(const struct loop_exception *exception, void *arg)
{
    (void)arg;
    p("told: %s %s", exception->name ? exception->name : "a future", rc_text(exception->error));
}

int oracle_play(const struct oracle_suite *suite, const struct loop_backend *backend)
{
    struct loop *loop = loop_new(exact_clock(backend));
    if (!loop)
        return -errno;
    loop_set_exception_handler(loop, tell, NULL);
    oracle_clear();
    int rc = task_run(loop, play_all, (void *)suite, false);
    struct loop_pending left = loop_pending(loop);
    loop_free(loop);
    if (left.callbacks + left.timers + left.readers + left.writers > 0)
        p("left in the loop: %d callbacks, %d timers", left.callbacks, left.timers);
    return rc;
}
