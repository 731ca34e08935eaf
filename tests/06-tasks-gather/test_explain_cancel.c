/* test_explain_cancel.c - the chart of a cancel is the chart of a cancel; the layout of a chart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "sequence.h"
#include "unit.h"

static void a_chart_has_lanes(void **state)
{
    static const char *const names[] = {"left", "middle", "right", NULL};
    char text[2000];
    struct sequence sequence;
    (void)state;
    FILE *file = fmemopen(text, sizeof text, "w");
    assert_non_null(file);
    sequence_begin(&sequence, file, names);
    sequence_heading(&sequence, "pass %d", 7);
    sequence_arrow(&sequence, 0, 1, "word", "first of %d", 4);
    sequence_arrow(&sequence, 2, 0, "back", "over one");
    sequence_arrow(&sequence, 1, 2, "a word that is too long", "its word is left out");
    sequence_note(&sequence, 2, "alone");
    fclose(file);
    assert_string_equal(text, "        left       middle       right\n"
                              "          |           |           |\n"
                              "pass 7\n"
                              "   1      |---word--->|           |    first of 4\n"
                              "   2      |<--------back----------|    over one\n"
                              "   3      |           |---------->|    its word is left out\n"
                              "   4      |           |           o    alone\n");
}

/* The words that stand in the chart in this order; the times between them are not looked at. */
static const char *const expected[] = {
    "|--cancel-->|           |           |           |    the time is over: parent",
    "|--cancel-->|           |           |    it waits for a gather",
    "|--cancel-->|           |    and soup",
    "its sleep is off the timers",
    "|--------cancel-------->|    and bread",
    "its sleep is off the timers",
    "pass",
    "goes on: what it waited for returns -ECANCELED",
    "goes on: what it waited for returns -ECANCELED",
    "|<-------ended----------|    it has ended",
    "pass",
    "|<-error----|           |           |    one end by a cancel is enough for a gather",
    "pass",
    "gather returns -ECANCELED",
    "|-uncancel->|           |           |           |    the cancel was mine, I take it back: 0",
    "timeout_end returns -ETIMEDOUT",
    "joins soup, which has not ended",
    "its sleep is over",
    "goes on: what it waited for returns 0",
    "|<-------ended----------|           |    it has ended",
    "soup: -ECANCELED",
    "joins bread, which has ended",
    "bread: -ECANCELED",
};

static void a_cancel_is_drawn(void **state)
{
    (void)state;
    struct process *process = process_start(program_path("06-tasks-gather/explain_cancel"), NULL);
    assert_int_equal(process_wait(process), 0);
    const char *text = process_stdout(process);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const char *found = strstr(text, expected[i]);
        if (!found)
            fail_msg("not there, or too early: \"%s\" in\n%s", expected[i],
                     process_stdout(process));
        text = found + strlen(expected[i]);
    }
    process_free(process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chart_has_lanes),
        cmocka_unit_test_teardown(a_cancel_is_drawn, process_teardown),
    };
    return cmocka_run_group_tests_name("explain cancel", tests, NULL, NULL);
}
