/* The wrong twins of chapter 07's bricks: each has to fall into its trap, in the same way each
 * time.
 */
#include "runs.h"
#include "unit.h"

static void a_permit_is_lost_with_each_cancel(void **state)
{
    (void)state;
    expect_run("07-semaphore/broken/permit_lost", 0,
               "a visitor is handed a permit and cancelled: ECANCELED, 1 are out, 0 free\n"
               "a visitor is handed a permit and cancelled: ECANCELED, 0 are out, 0 free\n"
               "who comes now: ETIMEDOUT\n");
}

static void a_connection_is_kept_with_each_error(void **state)
{
    (void)state;
    expect_run("07-semaphore/broken/connection_kept", 0,
               "who?         answered   1 idle, 0 in use\n"
               "what         EINVAL     0 idle, 1 in use\n"
               "when?        answered   1 idle, 1 in use\n"
               "where        EINVAL     0 idle, 2 in use\n"
               "why?         ETIMEDOUT  0 idle, 2 in use\n"
               "close        ETIMEDOUT  0 idle, 2 in use\n");
}

static void they_take_no_arguments(void **state)
{
    (void)state;
    expect_refused("07-semaphore/broken/permit_lost", "2", "2");
    expect_refused("07-semaphore/broken/connection_kept", "2", "2");
    expect_help("07-semaphore/broken/permit_lost");
    expect_help("07-semaphore/broken/connection_kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_permit_is_lost_with_each_cancel),
        cmocka_unit_test(a_connection_is_kept_with_each_error),
        cmocka_unit_test(they_take_no_arguments),
    };
    return cmocka_run_group_tests_name("07-semaphore/broken: the bricks", tests, NULL, NULL);
}
