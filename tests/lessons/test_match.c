/* test_match.c - what counts as the output that a lesson shows, and what does not. */
#include <math.h>

#include "match.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void a_line_is_compared_to_the_letter(void **state)
{
    (void)state;
    assert_true(match_line("Hello, Ada", "Hello, Ada", 1));
    assert_true(match_line("", "", 1));
    assert_false(match_line("Hello, Ada", "Hello, Bob", 1));
    assert_false(match_line("Hello, Ada", "Hello, Ada ", 1));
    assert_false(match_line("Hello, Ada", "Hello, Ad", 1));
    assert_false(match_line("max in flight 5", "max in flight 6", 1));
}

static void an_ellipsis_is_any_text_in_the_line(void **state)
{
    (void)state;
    assert_true(match_line("port …", "port 40123", 1));
    assert_true(match_line("… and … end", "this and that end", 1));
    assert_true(match_line("a…b", "ab", 1));
    assert_false(match_line("port …!", "port 40123", 1));
    assert_false(match_line("a … c", "a b d", 1));
}

static void a_decimal_may_be_off_a_little(void **state)
{
    (void)state;
    assert_true(match_line("took 7.0 units", "took 7.1 units", 1));
    assert_true(match_line("took 7.0 units", "took 8.74 units", 1));
    assert_true(match_line("took 0.1 s", "took 0.7 s", 1));
    assert_true(match_line("(7.0 units)", "(7.1 units)", 1));
    assert_true(match_line("  9.8 x", " 10.2 x", 1));
    assert_false(match_line("took 7.0 units", "took 8.8 units", 1));
    assert_false(match_line("took 7.0 units", "took 5.2 units", 1));
    assert_false(match_line("took 0.1 s", "took 0.8 s", 1));
    assert_false(match_line("took 7.0 units", "took 7 units", 1));
    assert_false(match_line("took 7 units", "took 8 units", 1));
    assert_false(match_line("row  29.0  1", "row  7.5 29.0  1", 1));
    assert_false(match_line("HTTP/1.1 200", "HTTP/1.0 200", 1));
    assert_false(match_line("127.0.0.1", "127.0.0.2", 1));
    assert_false(match_line("127.0.0.1", "127.1.0.1", 1));
}

static void slack_widens_what_is_allowed(void **state)
{
    (void)state;
    assert_true(match_line("took 7.0 units", "took 13.9 units", 4));
    assert_true(match_line("a  |####      |  5.0", "a  |  ####    |  9.0", 4));
    assert_false(match_line("took 7.0 units", "took 14.1 units", 4));
    assert_false(match_line("max in flight 5", "max in flight 6", 4));
    assert_true(match_line("took 0.0 KB", "took 999.9 KB", INFINITY));
    assert_false(match_line("took 0.0 KB", "took KB", INFINITY));
}

static void a_bar_may_be_off_a_little(void **state)
{
    (void)state;
    assert_true(
        match_line("1 delay 5  |##########      |  5.0", "1 delay 5  |###########     |  5.1", 1));
    assert_true(
        match_line("1 delay 5  |##########      |  5.0", "1 delay 5  | #########      |  5.0", 1));
    assert_false(
        match_line("1 delay 5  |##########      |  5.0", "1 delay 5  |    ##########  |  5.0", 1));
    assert_false(
        match_line("1 delay 5  |##########      |  5.0", "2 delay 5  |##########      |  5.0", 1));
    assert_false(
        match_line("1 delay 5  |##########      |  5.0", "1 delay 5  |xxxxxxxxxx      |  5.0", 1));
    assert_true(match_line("   +----+----+--", "   +-----+----+-", 1));
    assert_true(match_line("   0    1    2 units", "   0     1    2 units", 1));
    assert_true(match_line("   0    1    2 units", "   0   1   2   3 units", 1));
    assert_false(match_line("   0    1    2 units", "   1   2   3   4 units", 1));
    assert_false(match_line("   0    1    2 units", "   +---+---+---+", 1));
}

static void lines_are_compared_one_by_one(void **state)
{
    char *expected[] = {"one", "two"}, *same[] = {"one", "two"}, *more[] = {"one", "two", "three"};

    (void)state;
    assert_true(match_lines(expected, 2, same, 2, 1));
    assert_true(match_lines(NULL, 0, NULL, 0, 1));
    assert_false(match_lines(expected, 2, more, 3, 1));
    assert_false(match_lines(expected, 2, same, 1, 1));
    assert_false(match_lines(NULL, 0, same, 1, 1));
}

static void an_ellipsis_alone_is_any_lines(void **state)
{
    char *expected[] = {"first", "…", "last"};
    char *close[] = {"first", "last"}, *far[] = {"first", "a", "b", "last"};
    char *endless[] = {"first", "a", "b"};

    (void)state;
    assert_true(match_lines(expected, COUNT(expected), close, COUNT(close), 1));
    assert_true(match_lines(expected, COUNT(expected), far, COUNT(far), 1));
    assert_true(match_lines(expected, 2, endless, COUNT(endless), 1));
    assert_false(match_lines(expected, COUNT(expected), endless, COUNT(endless), 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_compared_to_the_letter),
        cmocka_unit_test(an_ellipsis_is_any_text_in_the_line),
        cmocka_unit_test(a_decimal_may_be_off_a_little),
        cmocka_unit_test(slack_widens_what_is_allowed),
        cmocka_unit_test(a_bar_may_be_off_a_little),
        cmocka_unit_test(lines_are_compared_one_by_one),
        cmocka_unit_test(an_ellipsis_alone_is_any_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
