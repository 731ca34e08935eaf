/* test_generator.c - frames that stop and go on: loops, frames in frames, and after the end. */
#include "generator.h"
#include "trace.h"
#include "unit.h"

struct count_down {
    struct generator generator;
    int n;
};

static bool count_down(struct count_down *frame, int *value)
{
    GENERATOR_BEGIN(frame);
    for (; frame->n > 0; frame->n--)
        YIELD(frame, *value = frame->n);
    GENERATOR_END(frame);
}

/* Counts down from 1, from 2, ... from `rows`: an inner frame that is begun again. */
struct triangle {
    struct generator generator;
    int rows, row;
    struct count_down inner;
};

static bool triangle(struct triangle *frame, int *value)
{
    GENERATOR_BEGIN(frame);
    for (frame->row = 1; frame->row <= frame->rows; frame->row++) {
        frame->inner = (struct count_down){.n = frame->row};
        YIELD_FROM(frame, count_down(&frame->inner, value));
    }
    GENERATOR_END(frame);
}

/* Three frames deep, with something before and behind. */
struct framed {
    struct generator generator;
    struct triangle inner;
};

static bool framed(struct framed *frame, int *value)
{
    GENERATOR_BEGIN(frame);
    YIELD(frame, *value = 100);
    YIELD_FROM(frame, triangle(&frame->inner, value));
    YIELD(frame, *value = 200);
    GENERATOR_END(frame);
}

static void a_loop_goes_on_in_its_middle(void **state)
{
    (void)state;
    struct count_down frame = {.n = 3};
    int value;
    trace_clear();
    while (count_down(&frame, &value))
        say("%d", value);
    assert_string_equal(trace_text(), "3, 2, 1");
}

static void nothing_runs_before_the_first_call(void **state)
{
    (void)state;
    struct count_down frame = {.n = 1};
    int value = 0;
    assert_false(generator_has_ended(&frame.generator));
    assert_int_equal(value, 0);
    assert_true(count_down(&frame, &value));
    assert_int_equal(value, 1);
    assert_false(
        generator_has_ended(&frame.generator)); /* it does not know yet that this was all */
}

static void what_has_ended_ends_again(void **state)
{
    (void)state;
    struct count_down frame = {.n = 0};
    int value = 7;
    for (int i = 0; i < 3; i++) {
        assert_false(count_down(&frame, &value));
        assert_true(generator_has_ended(&frame.generator));
    }
    assert_int_equal(value, 7);
}

static void two_of_a_kind_know_nothing_of_each_other(void **state)
{
    (void)state;
    struct count_down a = {.n = 2}, b = {.n = 3};
    int value;
    trace_clear();
    while (count_down(&b, &value)) {
        say("b %d", value);
        if (count_down(&a, &value))
            say("a %d", value);
    }
    assert_string_equal(trace_text(), "b 3, a 2, b 2, a 1, b 1");
}

static void an_inner_one_gives_through_the_outer_ones(void **state)
{
    (void)state;
    struct framed frame = {.inner.rows = 3};
    int value;
    trace_clear();
    while (framed(&frame, &value))
        say("%d", value);
    assert_string_equal(trace_text(), "100, 1, 2, 1, 3, 2, 1, 200");
    assert_true(generator_has_ended(&frame.inner.inner.generator));
}

static void an_inner_one_may_give_nothing(void **state)
{
    (void)state;
    struct framed frame = {.inner.rows = 0};
    int value;
    trace_clear();
    while (framed(&frame, &value))
        say("%d", value);
    assert_string_equal(trace_text(), "100, 200");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_goes_on_in_its_middle),
        cmocka_unit_test(nothing_runs_before_the_first_call),
        cmocka_unit_test(what_has_ended_ends_again),
        cmocka_unit_test(two_of_a_kind_know_nothing_of_each_other),
        cmocka_unit_test(an_inner_one_gives_through_the_outer_ones),
        cmocka_unit_test(an_inner_one_may_give_nothing),
    };
    return cmocka_run_group_tests_name("generators", tests, NULL, NULL);
}
