/* test_explorer.c - the explorer itself: it plays every run once, finds what is planted, repeats
 * it from what it prints, and leaves alone what the loop's contract fixes. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "backend_explore.h"
#include "clock.h"
#include "explorer.h"
#include "loop.h"
#include "loop_contract.h"
#include "names.h"
#include "process.h"
#include "trace.h"
#include "unit.h"

/* ---- The search ----------------------------------------------------------------------------- */

static struct names traces; /* of all runs, each once */

static void two_choices(void *arg)
{
    (void)arg;
    int first = explore_choose(2);
    names_add(&traces, "%d%d", first, first == 0 ? explore_choose(3) : explore_choose(1));
}

static void every_run_is_played_once(void **state)
{
    struct explore_report report;
    (void)state;
    explore_all(two_choices, NULL, 100, &report);
    assert_true(report.complete && !report.failed);
    assert_int_equal(report.runs, 4);
    names_sort(&traces);
    assert_int_equal(traces.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(traces.item[i], ((const char *[]){"00", "01", "02", "10"})[i]);
    names_clear(&traces);
    explore_all(two_choices, NULL, 3, &report);
    assert_false(report.complete);
    assert_int_equal(report.runs, 3);
    names_clear(&traces);
}

/* Wrong if the fourth of eight choices is 2 and the sixth is 1; the others do not matter. */
static void a_rare_mistake(void *arg)
{
    (void)arg;
    int answers[8];
    for (int i = 0; i < 8; i++)
        answers[i] = explore_choose(3);
    explore_note("%d %d", answers[3], answers[5]);
    if (answers[3] == 2 && answers[5] == 1)
        explore_complain("wrong");
}

static void a_failed_run_is_made_simple(void **state)
{
    struct explore_report report;
    (void)state;
    explore_all(a_rare_mistake, NULL, 10000, &report);
    assert_true(report.failed);
    assert_string_equal(report.path, "path:000201");
    assert_string_equal(report.complaint, "wrong");
    assert_string_equal(report.events, "2 1");
}

static void a_seed_finds_it_and_finds_it_again(void **state)
{
    struct explore_report report, again;
    unsigned seed;
    (void)state;
    explore_seeds(a_rare_mistake, NULL, 1000, &report);
    assert_true(report.failed);
    assert_string_equal(report.path, "path:000201");
    assert_int_equal(sscanf(report.replay, "seed:%u", &seed), 1);
    memset(&again, 0, sizeof again);
    explore_seed(a_rare_mistake, NULL, seed, &again);
    assert_string_equal(again.complaint, "wrong");
    assert_string_equal(again.path, report.path);
    explore_path(a_rare_mistake, NULL, "000201", &again);
    assert_string_equal(again.complaint, "wrong");
    explore_path(a_rare_mistake, NULL, "", &again);
    assert_false(again.failed);
}

static int calls;

static void another_each_time(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2; i++)
        explore_choose(2 + calls % 2);
    calls++;
}

static void what_depends_on_more_is_told(void **state)
{
    struct explore_report report;
    (void)state;
    calls = 0;
    explore_all(another_each_time, NULL, 100, &report);
    assert_true(report.failed);
    assert_non_null(strstr(report.complaint, "depends on more than its choices"));
}

static void a_path_that_does_not_fit_is_told(void **state)
{
    struct explore_report report;
    (void)state;
    explore_path(a_rare_mistake, NULL, "3", &report);
    assert_string_equal(report.complaint,
                        "choice 0 has 3 options, and its answer in the path is 3");
    explore_path(a_rare_mistake, NULL, "000000001", &report);
    assert_string_equal(report.complaint, "the run has ended after 8 choices, and its path has 9");
}

static void without_end(void *arg)
{
    (void)arg;
    while (!explore_has_complaint())
        explore_choose(2);
}

static void what_does_not_end_is_told(void **state)
{
    struct explore_report report;
    (void)state;
    explore_path(without_end, NULL, "", &report);
    assert_non_null(strstr(report.complaint, "does not end"));
}

/* ---- As the environment says ---------------------------------------------------------------- */

static void explore_as(const char *wish, int seeds, struct explore_report *report)
{
    setenv("LOOP_EXPLORE", wish, 1);
    explore(a_rare_mistake, NULL, seeds, 10000, report);
    unsetenv("LOOP_EXPLORE");
}

static void the_environment_says_which_runs(void **state)
{
    struct explore_report report;
    (void)state;
    explore_as("path:000201", 5, &report);
    assert_true(report.failed && report.runs == 1);
    explore_as("seed:1", 5, &report);
    assert_false(report.failed);
    assert_int_equal(report.runs, 1);
    explore_as("2", 0, &report);
    assert_int_equal(report.runs, 2);
    explore_as("", 0, &report);
    assert_true(report.failed);
}

/* ---- What the backend leaves to choice ------------------------------------------------------ */

struct party {
    const char *name;
    struct loop *loop;
    struct timer timer;
    int fd;
};

static void on_party(void *arg)
{
    struct party *party = arg;
    say("%s", party->name);
    if (party->fd >= 0)
        loop_remove_reader(party->loop, party->fd);
}

/* A pass is seen by a callback that asks for itself again. */
struct passes {
    struct callback callback;
    struct loop *loop;
    int left;
};

static void on_pass(void *arg)
{
    struct passes *passes = arg;
    say("|");
    if (--passes->left > 0)
        loop_call_soon(passes->loop, &passes->callback);
    else
        loop_stop(passes->loop);
}

/* Plays two parties for so many passes; the traces of all runs are collected. */
static void play_two(void (*announce)(struct party *), int count)
{
    struct party parties[2] = {{.name = "a", .fd = -1}, {.name = "b", .fd = -1}};
    struct passes passes = {.loop = loop_new(&backend_explore), .left = count};
    trace_clear();
    for (int i = 0; i < 2; i++) {
        parties[i].loop = passes.loop;
        timer_init(&parties[i].timer, on_party, &parties[i]);
        announce(&parties[i]);
    }
    callback_init(&passes.callback, on_pass, &passes);
    loop_call_soon(passes.loop, &passes.callback);
    assert_int_equal(loop_run_forever(passes.loop), 0);
    if (!names_has(&traces, trace_text()))
        names_add(&traces, "%s", trace_text());
    explore_nobody_calls(passes.loop);
    for (int i = 0; i < 2; i++) {
        loop_cancel_timer(passes.loop, &parties[i].timer);
        if (parties[i].fd >= 0) {
            loop_forget_fd(passes.loop, parties[i].fd);
            close(parties[i].fd);
        }
    }
    loop_free(passes.loop);
}

/* All runs together leave these traces, in the order of strcmp, and no other. */
static void assert_traces(explore_fn *play, const char *const *expected, size_t count)
{
    struct explore_report report;
    explore_all(play, NULL, 1000, &report);
    names_sort(&traces);
    assert_true(report.complete);
    for (size_t i = 0; i < traces.count && i < count; i++)
        assert_string_equal(traces.item[i], expected[i]);
    assert_int_equal(traces.count, count);
    names_clear(&traces);
}

static void watch(struct party *party)
{
    party->fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_true(party->fd >= 0);
    assert_int_equal(loop_add_reader(party->loop, party->fd, on_party, party), 0);
}

static void two_descriptors(void *arg)
{
    (void)arg;
    play_two(watch, 2);
}

/* In this pass, behind what is queued, or in a later one, or too late for this run. */
static const char *const any_order_and_pass[] = {
    "|, a, b, |", "|, a, |", "|, a, |, b", "|, b, a, |", "|, b, |",    "|, b, |, a",
    "|, |",       "|, |, a", "|, |, a, b", "|, |, b",    "|, |, b, a",
};

static void descriptors_come_in_any_order_and_pass(void **state)
{
    (void)state;
    assert_traces(two_descriptors, any_order_and_pass, 11);
}

static void call(struct party *party)
{
    explore_from_outside(party->loop, on_party, party, party->name);
}

static void two_callers(void *arg)
{
    (void)arg;
    play_two(call, 2);
}

static void callers_come_in_any_order_and_pass(void **state)
{
    (void)state;
    assert_traces(two_callers, any_order_and_pass, 11);
}

static void ask_for_a_millisecond(struct party *party)
{
    int64_t delay_ns = NS_PER_MS + (party->name[0] - 'a');
    assert_int_equal(loop_call_later(party->loop, &party->timer, delay_ns), 0);
}

static void two_timers(void *arg)
{
    (void)arg;
    play_two(ask_for_a_millisecond, 2);
}

static void timers_come_late_but_in_order(void **state)
{
    static const char *const late[] = {"|, a, b, |", "|, a, |", "|, a, |, b",
                                       "|, |",       "|, |, a", "|, |, a, b"};
    (void)state;
    assert_traces(two_timers, late, 6);
}

/* ---- What it leaves alone ------------------------------------------------------------------- */

static void play_scenario(void *scenario)
{
    loop_contract_check(scenario, &backend_explore);
}

/* Those are not chosen. In all other scenarios order is fixed, whatever comes when. */
static bool has_real_threads(const struct loop_scenario *scenario)
{
    return strcmp(scenario->name, "a thread wakes the loop") == 0 ||
           strcmp(scenario->name, "many calls from many threads") == 0;
}

static void what_the_contract_fixes_stays(void **state)
{
    struct explore_report report;
    (void)state;
    signal(SIGPIPE, SIG_IGN); /* one of them writes to a peer that has gone */
    for (size_t i = 0; i < loop_scenario_count; i++)
        if (!has_real_threads(&loop_scenarios[i]))
            explore_seeds(play_scenario, (void *)&loop_scenarios[i], 20, &report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_run_is_played_once),
        cmocka_unit_test(a_failed_run_is_made_simple),
        cmocka_unit_test(a_seed_finds_it_and_finds_it_again),
        cmocka_unit_test(what_depends_on_more_is_told),
        cmocka_unit_test(a_path_that_does_not_fit_is_told),
        cmocka_unit_test(what_does_not_end_is_told),
        cmocka_unit_test(the_environment_says_which_runs),
        cmocka_unit_test(descriptors_come_in_any_order_and_pass),
        cmocka_unit_test(callers_come_in_any_order_and_pass),
        cmocka_unit_test(timers_come_late_but_in_order),
        cmocka_unit_test(what_the_contract_fixes_stays),
    };
    return cmocka_run_group_tests_name("the explorer", tests, NULL, NULL);
}
