/* The wrong twins that are about using a limit: each has to fall into its trap, in the same way
 * each time. */
#include <string.h>

#include "runs.h"
#include "unit.h"

#define BROKEN(name) "07-semaphore/broken/" name

static void who_gives_up_waiting_makes_a_permit(void **state)
{
    (void)state;
    expect_run(BROKEN("wrong_branch"), 0,
               "5 came, 0 gave up waiting: at most 2 inside, 2 permits afterwards\n"
               "5 came, 3 gave up waiting: at most 2 inside, 5 permits afterwards\n"
               "5 came, 0 gave up waiting: at most 5 inside, 5 permits afterwards\n");
}

/* The server counts. */
static void a_pool_for_each_request_is_a_connection_for_each(void **state)
{
    (void)state;
    expect_run(BROKEN("pool_per_request"), 0,
               "request 21: too many clients already\n"
               "the server: 20 rows, 21 connections were made, 20 are open, 1 turned away\n");
    struct process *process =
        process_start(program_path(BROKEN("pool_per_request")), "--mend", NULL);
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(
        process_stdout(process),
        "the server: 30 rows, 1 connections were made, 1 are open, 0 turned away\n");
    process_free(process);
}

static void bad_words_are_refused(void **state)
{
    (void)state;
    expect_refused(BROKEN("wrong_branch"), "--mend", "--mend");
    expect_refused(BROKEN("pool_per_request"), "--bend", "--bend");
    expect_help(BROKEN("wrong_branch"));
    expect_help(BROKEN("pool_per_request"));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(who_gives_up_waiting_makes_a_permit),
        TEST(a_pool_for_each_request_is_a_connection_for_each),
        TEST(bad_words_are_refused),
    };
    return cmocka_run_group_tests_name("broken programs", tests, NULL, NULL);
}
