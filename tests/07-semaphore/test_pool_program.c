/* The program pool: its limit holds, each job is counted, and bad options are refused. */
#include <signal.h>
#include <string.h>

#include "runs.h"
#include "unit.h"

#define POOL "07-semaphore/pool"

static struct process *pool(const char *const arguments[])
{
    const char *argv[8] = {program_path(POOL)};
    for (int i = 0; arguments[i]; i++)
        argv[i + 1] = arguments[i];
    return process_start_argv(argv, (const char *const[]){NULL});
}

static void two_at_a_time(void **state)
{
    (void)state;
    struct process *process = pool((const char *const[]){"--size", "2", "--jobs", "5", NULL});
    assert_int_equal(process_wait(process), 0);
    expect_printed(process, "0.0 s: job 1 is taken, 1 more could be\n");
    expect_printed(process, "job 5 is taken");
    expect_printed(process, "5 have ended, 0 of them failed; most at a time: 2\n");
    process_free(process);
}

static void a_load_factor_takes_more_than_run(void **state)
{
    (void)state;
    struct process *process =
        pool((const char *const[]){"--size", "1", "--load-factor", "2", "--jobs", "3", NULL});
    assert_int_equal(process_wait(process), 0);
    expect_printed(process, "0.0 s: job 3 is taken, 0 more could be\n");
    expect_printed(process, "3 have ended, 0 of them failed; most at a time: 1\n");
    process_free(process);
}

static void whose_time_is_over_has_failed(void **state)
{
    (void)state;
    struct process *process = pool((const char *const[]){"--limit-ms", "1", "--jobs", "2", NULL});
    assert_int_equal(process_wait(process), 0);
    expect_printed(process, "a job has failed: ETIMEDOUT\n");
    expect_printed(process, "2 have ended, 2 of them failed; most at a time: 2\n");
    process_free(process);
}

static void ctrl_c_ends_it(void **state)
{
    (void)state;
    struct process *process = pool((const char *const[]){"--size", "1", "--jobs", "100000", NULL});
    process_wait_stdout(process, "job 2 is taken");
    process_signal(process, SIGINT);
    assert_int_equal(process_wait(process), 128 + SIGINT);
    process_free(process);
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    expect_refused(POOL, "--size=0", "0");
    expect_refused(POOL, "--load-factor=-1", "-1");
    expect_refused(POOL, "--jobs=many", "many");
    expect_refused(POOL, "--limit-ms=0", "0");
    expect_help(POOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_at_a_time),
        cmocka_unit_test(a_load_factor_takes_more_than_run),
        cmocka_unit_test(whose_time_is_over_has_failed),
        cmocka_unit_test(ctrl_c_ends_it),
        cmocka_unit_test(bad_options_are_refused),
    };
    return cmocka_run_group_tests_name("07-semaphore/pool", tests, NULL, NULL);
}
