/* test_tower.c - the course keeps the rules of the tower (tower.h). */
#include <stdlib.h>

#include "check.h"
#include "tower.h"
#include "unit.h"

#define MAX_LINES_OF_A_TEST 500 /* a list of cases may go on a little longer */

static struct tower tower, tests_folder;

static int read_course(void **state)
{
    (void)state;
    if (getenv("ROOT") == NULL || getenv("BUILD") == NULL)
        die("ROOT and BUILD are not set: run it by `make -C tests/tower run`");
    tower_read(&tower, getenv("ROOT"));
    tower_read_symbols(&tower, getenv("BUILD"));
    tower_read_folder(&tests_folder, getenv("ROOT"), "tests", MAX_LINES_OF_A_TEST);
    return 0;
}

static int free_course(void **state)
{
    (void)state;
    tower_free(&tower);
    tower_free(&tests_folder);
    return 0;
}

static void assert_rule_of(const struct tower *which,
                           void (*rule)(const struct tower *, struct names *))
{
    struct names complaints = {0};
    size_t count;

    rule(which, &complaints);
    for (size_t i = 0; i < complaints.count; i++)
        print_error("%s\n", complaints.item[i]);
    count = complaints.count;
    names_clear(&complaints);
    assert_int_equal(count, 0);
}

static void assert_rule(void (*rule)(const struct tower *, struct names *))
{
    assert_rule_of(&tower, rule);
}

static void the_course_is_there(void **state)
{
    int common = tower_find(&tower, "common"), loop = tower_find(&tower, "03-epoll-loop");

    (void)state;
    assert_int_equal(common, 0);
    assert_int_equal(tower.count, 11);
    assert_true(loop > common);
    assert_true(names_has(&tower.floors[loop].defined, "loop_new"));
    assert_true(names_has(&tower.floors[loop].files, "loop.h"));
}

static void chapters_stand_on_lower_ones(void **state)
{
    (void)state;
    assert_rule(check_stands_on);
}

static void nobody_includes_from_above(void **state)
{
    (void)state;
    assert_rule(check_includes);
}

static void nobody_needs_a_symbol_from_above(void **state)
{
    (void)state;
    assert_rule(check_symbols);
}

static void every_file_can_be_read_in_one_sitting(void **state)
{
    (void)state;
    assert_rule(check_lengths);
    assert_rule_of(&tests_folder, check_lengths);
}

static void every_chapter_has_the_same_shape(void **state)
{
    (void)state;
    assert_rule(check_shape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_course_is_there),
        cmocka_unit_test(chapters_stand_on_lower_ones),
        cmocka_unit_test(nobody_includes_from_above),
        cmocka_unit_test(nobody_needs_a_symbol_from_above),
        cmocka_unit_test(every_file_can_be_read_in_one_sitting),
        cmocka_unit_test(every_chapter_has_the_same_shape),
    };

    return cmocka_run_group_tests(tests, read_course, free_course);
}
