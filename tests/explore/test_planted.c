/* test_planted.c - a lost permit and a lost item, planted in the bricks (tests/mutants/40 and 41):
 * the explorer finds each, by walking through all runs and by seed, and what it prints repeats the
 * failure. The plain run sees neither; nor do the tests of chapters 07 and 08 (make mutants). */
#include <stdio.h>
#include <string.h>

#include "process.h"
#include "unit.h"

struct plant {
    const char *program, *test;
};

static struct plant permit = {"tests/explore/planted_semaphore", "one permit for three"};
static struct plant item = {"tests/explore/planted_queue", "one item for three"};

/* Runs the test as LOOP_EXPLORE says. Its exit code. */
static int play(const struct plant *plant, const char *wish, struct process **process)
{
    char variable[2000];
    const char *const argv[] = {program_path(plant->program), plant->test, NULL};
    snprintf(variable, sizeof variable, "LOOP_EXPLORE=%s", wish);
    *process = process_start_argv(argv, (const char *const[]){variable, NULL});
    return process_wait(*process);
}

/* It is red, and the waiter that was forgotten is the reason. */
static const char *assert_found(const struct plant *plant, const char *wish)
{
    struct process *process;
    int code = play(plant, wish, &process);
    const char *told = process_stderr(process);
    if (code != 1 || !strstr(told, "somebody waits for what never comes"))
        fail_msg("LOOP_EXPLORE=%s: exit code %d, and it says: %s", wish, code, told);
    return told;
}

static void assert_green(const struct plant *plant, const char *wish)
{
    struct process *process;
    if (play(plant, wish, &process) != 0)
        fail_msg("LOOP_EXPLORE=%s: %s", wish, process_stderr(process));
}

/* What stands behind `label` there, up to a blank. */
static void read_word(const char *text, const char *label, char *word, size_t size)
{
    const char *begin = strstr(text, label);
    assert_non_null(begin);
    begin += strlen(label);
    snprintf(word, size, "%.*s", (int)strcspn(begin, " \n"), begin);
}

static void all_runs_find_it(void **state)
{
    char path[1100];
    const struct plant *plant = *state;
    read_word(assert_found(plant, ""), "simplest: LOOP_EXPLORE=", path, sizeof path);
    assert_found(plant, path);
    assert_true(strlen(path) > strlen("path:"));
    path[strlen(path) - 1] = '0'; /* without the last thing that happens */
    assert_green(plant, path);
}

static void seeds_find_it(void **state)
{
    char seed[40];
    const struct plant *plant = *state;
    read_word(assert_found(plant, "2000"), "again: LOOP_EXPLORE=", seed, sizeof seed);
    assert_memory_equal(seed, "seed:", 5);
    assert_found(plant, seed);
}

static void the_plain_run_does_not(void **state)
{
    assert_green(*state, "path:");
}

#define FOR(plant, name, function)                              \
    {                                                           \
        name, function, NULL, process_teardown, (void *)(plant) \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOR(&permit, "the lost permit: all runs find it", all_runs_find_it),
        FOR(&permit, "the lost permit: seeds find it", seeds_find_it),
        FOR(&permit, "the lost permit: the plain run does not", the_plain_run_does_not),
        FOR(&item, "the lost item: all runs find it", all_runs_find_it),
        FOR(&item, "the lost item: seeds find it", seeds_find_it),
        FOR(&item, "the lost item: the plain run does not", the_plain_run_does_not),
    };
    return cmocka_run_group_tests_name("planted", tests, NULL, NULL);
}
