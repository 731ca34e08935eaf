/* The picture while it is being made, on a terminal of our own; and events from many threads. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "terminal.h"
#include "timeline.h"
#include "unit.h"

#define LONG_UNIT (3600 * NS_PER_S) /* so long that nothing gets longer than its first column */

static void expect_line(const struct terminal *terminal, int row, const char *expected)
{
    assert_string_equal(terminal->screen[row], expected);
}

static void expect_order(struct terminal *terminal)
{
    terminal_read(terminal);
    assert_false(terminal->strange);
    assert_false(terminal->hides_cursor);
    assert_int_equal(terminal->column, 0);
}

static void make(struct timeline *timeline, FILE *terminal)
{
    assert_int_equal(timeline_init(timeline, "live", LONG_UNIT), 0);
    timeline_go_live(timeline, terminal);
}

/* ---- On a terminal ------------------------------------------------------------------------- */

static void test_it_is_redrawn_in_place(void **state)
{
    (void)state;
    struct terminal terminal;
    struct timeline timeline;
    make(&timeline, terminal_open(&terminal, 24, 31));
    int one = timeline_begin(&timeline, "one");
    expect_order(&terminal);
    expect_line(&terminal, 1, "one |>                   | 0.0");

    int two = timeline_begin(&timeline, "two");
    timeline_end(&timeline, one, 0);
    timeline_end(&timeline, two, -EPIPE);
    expect_order(&terminal);
    expect_line(&terminal, 0, "live");
    expect_line(&terminal, 1, "one |#             | 0.0");
    expect_line(&terminal, 2, "two |x             | 0.0 EPIPE");
    expect_line(&terminal, 3, "     +-------------+");
    expect_line(&terminal, 5, "");
    assert_int_equal(terminal.row, 5);
    timeline_fini(&timeline);
    terminal_close(&terminal);
}

static void test_wiping(void **state)
{
    (void)state;
    struct terminal terminal;
    struct timeline timeline;
    FILE *file = terminal_open(&terminal, 24, 80);
    fputs("a line from before\n", file);
    make(&timeline, file);
    timeline_begin(&timeline, "one");
    timeline_begin(&timeline, "two");
    timeline_end_live(&timeline, true);
    timeline_begin(&timeline, "three");
    fputs("a line from after\n", file);
    fflush(file);
    expect_order(&terminal);
    expect_line(&terminal, 0, "a line from before");
    expect_line(&terminal, 1, "a line from after");
    expect_line(&terminal, 2, "");
    expect_line(&terminal, 4, "");
    timeline_fini(&timeline);
    terminal_close(&terminal);
}

static void test_staying(void **state)
{
    (void)state;
    struct terminal terminal;
    struct timeline timeline;
    make(&timeline, terminal_open(&terminal, 24, 80));
    timeline_begin(&timeline, "one");
    timeline_end_live(&timeline, false);
    timeline_begin(&timeline, "two");
    expect_order(&terminal);
    expect_line(&terminal, 0, "live");
    assert_int_equal(terminal.row, 4);
    timeline_fini(&timeline);
    terminal_close(&terminal);
}

static void test_the_newest_are_shown_where_not_all_fit(void **state)
{
    (void)state;
    struct terminal terminal;
    struct timeline timeline;
    make(&timeline, terminal_open(&terminal, 10, 40));
    for (int i = 0; i < 30; i++) {
        timeline_begin(&timeline, "%d", i);
        expect_order(&terminal);
    }
    expect_line(&terminal, 0, "live");
    assert_memory_equal(terminal.screen[1], "25", 2);
    assert_memory_equal(terminal.screen[5], "29", 2);
    timeline_fini(&timeline);
    terminal_close(&terminal);
}

static bool draws_in_colours(void)
{
    struct terminal terminal;
    struct timeline timeline;
    make(&timeline, terminal_open(&terminal, 24, 80));
    timeline_begin(&timeline, "one");
    expect_order(&terminal);
    expect_line(&terminal, 0, "live");
    timeline_fini(&timeline);
    terminal_close(&terminal);
    return terminal.has_colours;
}

static void test_no_color(void **state)
{
    (void)state;
    assert_true(draws_in_colours());
    setenv("NO_COLOR", "1", 1);
    assert_false(draws_in_colours());
    setenv("NO_COLOR", "", 1); /* as good as none, says no-color.org */
    assert_true(draws_in_colours());
    unsetenv("NO_COLOR");
}

static void test_a_terminals_width_is_taken(void **state)
{
    (void)state;
    struct terminal terminal;
    struct timeline timeline;
    FILE *file = terminal_open(&terminal, 24, 41);
    assert_int_equal(timeline_init(&timeline, "wide", LONG_UNIT), 0);
    timeline_end(&timeline, timeline_begin(&timeline, "one"), 0);
    assert_int_equal(timeline_draw_text(&timeline, file, 0), 0);
    expect_order(&terminal);
    assert_int_equal(strlen(terminal.screen[1]), 40);
    assert_false(terminal.has_colours);
    timeline_fini(&timeline);
    terminal_close(&terminal);
}

/* ---- On none ------------------------------------------------------------------------------- */

static void test_a_file_is_no_terminal(void **state)
{
    (void)state;
    struct timeline timeline;
    FILE *file = tmpfile();
    assert_non_null(file);
    make(&timeline, file);
    timeline_end(&timeline, timeline_begin(&timeline, "one"), 0);
    assert_int_equal(ftell(file), 0);
    timeline_fini(&timeline);
    fclose(file);
}

static void test_a_dumb_terminal_gets_nothing(void **state)
{
    (void)state;
    struct terminal terminal;
    struct timeline timeline;
    setenv("TERM", "dumb", 1);
    make(&timeline, terminal_open(&terminal, 24, 80));
    timeline_begin(&timeline, "one");
    expect_order(&terminal);
    expect_line(&terminal, 0, "");
    setenv("TERM", "xterm", 1);
    timeline_fini(&timeline);
    terminal_close(&terminal);
}

/* ---- Many threads -------------------------------------------------------------------------- */

#define THREADS 4
#define SPANS   50

static void *add_spans(void *arg)
{
    struct timeline *timeline = arg;
    for (int i = 0; i < SPANS; i++) {
        int span = timeline_begin(timeline, "span %d", i);
        timeline_end(timeline, span, span < 0 ? span : 0);
    }
    return NULL;
}

static void test_many_threads(void **state)
{
    (void)state;
    struct terminal terminal;
    struct timeline timeline;
    pthread_t threads[THREADS];
    make(&timeline, terminal_open(&terminal, 24, 80));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_spans, &timeline), 0);
    while (timeline_count_threads() > 1) /* the terminal's room is small: somebody must read */
        terminal_read(&terminal);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(timeline.count, THREADS * SPANS);
    assert_in_range(timeline.threads_seen, 2, THREADS + 1);
    for (int i = 1; i < timeline.count; i++) {
        assert_true(timeline.spans[i].begin_ns >= timeline.spans[i - 1].begin_ns);
        assert_true(timeline.spans[i].end_ns >= timeline.spans[i].begin_ns);
    }
    timeline_fini(&timeline);
    terminal_close(&terminal);
}

static void *count_threads(void *arg)
{
    *(int *)arg = timeline_count_threads();
    return NULL;
}

static void test_threads_are_counted_with_main(void **state)
{
    (void)state;
    pthread_t thread;
    int count = 0;
    assert_int_equal(pthread_create(&thread, NULL, count_threads, &count), 0);
    pthread_join(thread, NULL);
    assert_int_equal(count, 2);
}

static void test_ends_of_nothing(void **state)
{
    (void)state;
    struct timeline timeline;
    assert_int_equal(timeline_init(&timeline, "", NS_PER_S), 0);
    timeline_end(&timeline, -ENOMEM, 0);
    timeline_end(&timeline, 0, 0);
    assert_int_equal(timeline.count, 0);
    timeline_fini(&timeline);
}

int main(void)
{
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    alarm(120);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_redrawn_in_place),
        cmocka_unit_test(test_wiping),
        cmocka_unit_test(test_staying),
        cmocka_unit_test(test_the_newest_are_shown_where_not_all_fit),
        cmocka_unit_test(test_no_color),
        cmocka_unit_test(test_a_terminals_width_is_taken),
        cmocka_unit_test(test_a_file_is_no_terminal),
        cmocka_unit_test(test_a_dumb_terminal_gets_nothing),
        cmocka_unit_test(test_many_threads),
        cmocka_unit_test(test_threads_are_counted_with_main),
        cmocka_unit_test(test_ends_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
