/* The table of `compare`, cell by cell, on the virtual clock: to the nanosecond. */
#include <stdio.h>
#include <string.h>

#include "backend_virtual.h"
#include "clock.h"
#include "comparison.h"
#include "unit.h"

static int run_cell(void *arg)
{
    return compare_cell(arg);
}

/* "3.0 0 | 3 0 0 0": when, what it returns | tasks that ended, failed, were cancelled, still run.
 */
static void expect(enum situation situation, enum tool tool, const char *expected)
{
    struct cell cell = {.tool = tool, .situation = situation, .unit_ns = NS_PER_S};
    struct loop *loop = loop_new(&backend_virtual);
    assert_non_null(loop);
    int rc = task_run(loop, run_cell, &cell, false);
    loop_free(loop);
    assert_int_equal(rc, 0);
    char got[80];
    snprintf(got, sizeof got, "%g %s | %d %d %d %d", (double)cell.elapsed_ns / NS_PER_S,
             cell.result < 0 ? strerrorname_np(-cell.result)
                             : (char[]){(char)('0' + cell.result), 0},
             cell.ended, cell.failed, cell.cancelled, cell.running);
    if (strcmp(got, expected) != 0)
        fail_msg("%s, %s: %s, and not %s", situation_name(situation), tool_name(tool), got,
                 expected);
}

static void all_end_well(void **state)
{
    (void)state;
    expect(ALL_END_WELL, TOOL_GATHER, "3 0 | 3 0 0 0");
    expect(ALL_END_WELL, TOOL_GATHER_ERRORS, "3 0 | 3 0 0 0");
    expect(ALL_END_WELL, TOOL_WAIT_ALL, "3 3 | 3 0 0 0");
    expect(ALL_END_WELL, TOOL_WAIT_FIRST, "1 1 | 1 0 0 2");
    expect(ALL_END_WELL, TOOL_WAIT_ERROR, "3 3 | 3 0 0 0");
    expect(ALL_END_WELL, TOOL_WAIT_FOR, "3 3 | 3 0 0 0");
}

static void one_fails(void **state)
{
    (void)state;
    expect(ONE_FAILS, TOOL_GATHER, "1 EIO | 0 1 0 2");
    expect(ONE_FAILS, TOOL_GATHER_ERRORS, "3 0 | 2 1 0 0");
    expect(ONE_FAILS, TOOL_WAIT_ALL, "3 3 | 2 1 0 0");
    expect(ONE_FAILS, TOOL_WAIT_FIRST, "1 1 | 0 1 0 2");
    expect(ONE_FAILS, TOOL_WAIT_ERROR, "1 1 | 0 1 0 2");
    expect(ONE_FAILS, TOOL_WAIT_FOR, "3 3 | 2 1 0 0");
}

static void the_time_is_over(void **state)
{
    (void)state;
    expect(TIME_IS_OVER, TOOL_GATHER, "1.5 ETIMEDOUT | 1 0 2 0");
    expect(TIME_IS_OVER, TOOL_GATHER_ERRORS, "1.5 ETIMEDOUT | 1 0 2 0");
    expect(TIME_IS_OVER, TOOL_WAIT_ALL, "1.5 1 | 1 0 0 2");
    expect(TIME_IS_OVER, TOOL_WAIT_FIRST, "1 1 | 1 0 0 2");
    expect(TIME_IS_OVER, TOOL_WAIT_ERROR, "1.5 1 | 1 0 0 2");
    expect(TIME_IS_OVER, TOOL_WAIT_FOR, "1.5 ETIMEDOUT | 1 0 1 1");
}

static void the_caller_is_cancelled(void **state)
{
    (void)state;
    expect(CALLER_IS_CANCELLED, TOOL_GATHER, "1.5 ECANCELED | 1 0 2 0");
    expect(CALLER_IS_CANCELLED, TOOL_GATHER_ERRORS, "1.5 ECANCELED | 1 0 2 0");
    expect(CALLER_IS_CANCELLED, TOOL_WAIT_ALL, "1.5 ECANCELED | 1 0 0 2");
    expect(CALLER_IS_CANCELLED, TOOL_WAIT_FIRST, "1 1 | 1 0 0 2");
    expect(CALLER_IS_CANCELLED, TOOL_WAIT_ERROR, "1.5 ECANCELED | 1 0 0 2");
    expect(CALLER_IS_CANCELLED, TOOL_WAIT_FOR, "1.5 ECANCELED | 1 0 1 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_end_well),
        cmocka_unit_test(one_fails),
        cmocka_unit_test(the_time_is_over),
        cmocka_unit_test(the_caller_is_cancelled),
    };
    return cmocka_run_group_tests_name("comparison", tests, NULL, NULL);
}
