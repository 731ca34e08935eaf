/* The three drawings of a timeline whose times are given; and its counting from many threads. */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "timeline.h"
#include "unit.h"

#define UNIT (100 * NS_PER_MS)

/* ---- Timelines whose times are made up ----------------------------------------------------- */

/* In units; end < 0: still running. */
static void add(struct timeline *timeline, const char *label, double begin, double end, int result)
{
    int span = timeline_begin(timeline, "%s", label);
    assert_true(span >= 0);
    timeline_end(timeline, span, result);
    timeline->zero_ns = NS_PER_S;
    timeline->spans[span].begin_ns = NS_PER_S + (int64_t)(begin * UNIT);
    timeline->spans[span].end_ns = end < 0 ? 0 : NS_PER_S + (int64_t)(end * UNIT);
}

static void make(struct timeline *timeline, const char *title)
{
    assert_int_equal(timeline_init(timeline, title, UNIT), 0);
}

/* A drawing, to be freed. */
static char *drawn(const struct timeline *timeline, enum timeline_format format, int columns)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(timeline_draw(timeline, format, out, columns), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void expect_text(const struct timeline *timeline, int columns, const char *expected)
{
    char *text = drawn(timeline, TIMELINE_TEXT, columns);
    assert_string_equal(text, expected);
    free(text);
}

/* ---- Text ---------------------------------------------------------------------------------- */

static void add_five(struct timeline *timeline)
{
    add(timeline, "1 delay 5", 0, 5.01, 0);
    add(timeline, "2 delay 7", 0.01, 7.02, 0);
    add(timeline, "3 delay 5", 0.02, 2.03, -ECONNRESET);
    add(timeline, "4 delay 5", 2.03, 7.04, 0);
    add(timeline, "5 delay 7", 3.04, -1, 0);
}

static void test_bars_to_the_letter(void **state)
{
    (void)state;
    struct timeline timeline;
    make(&timeline, "five of them");
    add_five(&timeline);
    expect_text(&timeline, 0,
                "five of them\n"
                "1 delay 5  |###################################              |  5.0\n"
                "2 delay 7  |#################################################|  7.0\n"
                "3 delay 5  |xxxxxxxxxxxxxx                                   |  2.0 ECONNRESET\n"
                "4 delay 5  |              ###################################|  5.0\n"
                "5 delay 7  |                     >>>>>>>>>>>>>>>>>>>>>>>>>>>>|  4.0\n"
                "            +------+------+------+------+------+------+------+\n"
                "            0      1      2      3      4      5      6      7 units\n");
    timeline_fini(&timeline);
}

static void test_narrow_bars_cut_labels(void **state)
{
    (void)state;
    struct timeline timeline;
    make(&timeline, "a title that is longer than the line");
    add_five(&timeline);
    expect_text(&timeline, 20,
                "a title that is long\n"
                "1 dela |####  | 5.0\n"
                "2 dela |######| 7.0\n"
                "3 dela |x     | 2.0\n"
                "4 dela | #####| 5.0\n"
                "5 dela |  >>>>| 4.0\n"
                "        +---+-\n"
                "        0   5 units\n");
    timeline_fini(&timeline);
}

static void test_one_after_another(void **state)
{
    (void)state;
    struct timeline timeline;
    make(&timeline, "29 units");
    add(&timeline, "a", 0, 5.01, 0);
    add(&timeline, "b", 5.02, 12.03, 0);
    add(&timeline, "c", 12.04, 29.1, -ETIMEDOUT);
    expect_text(&timeline, 50,
                "29 units\n"
                "a  |#####                        |   5.0\n"
                "b  |     #######                 |   7.0\n"
                "c  |            xxxxxxxxxxxxxxxxx|  17.1 ETIMEDOUT\n"
                "    +----+----+----+----+----+---\n"
                "    0    5    10   15   20   25 units\n");
    timeline_fini(&timeline);
}

static void test_nothing_at_all(void **state)
{
    (void)state;
    struct timeline timeline;
    make(&timeline, "");
    expect_text(&timeline, 20,
                "\n"
                "  +------------+\n"
                "  0            1\n");
    assert_int_equal(timeline_elapsed(&timeline), 0);
    timeline_fini(&timeline);
}

static void test_no_line_is_too_long(void **state)
{
    (void)state;
    struct timeline timeline;
    make(&timeline,
         "a title of some length, for there is room enough for it in a struct of this size");
    add(&timeline, "a label, which is as long as one may be", 0, 0.001, -EPROTONOSUPPORT);
    add(&timeline, "", 1234, 1234.5, 0);
    add(&timeline, "b", 3599999, -1, 0);
    for (int columns = 20; columns <= 200; columns++) {
        char *text = drawn(&timeline, TIMELINE_TEXT, columns), *rest = text, *line;
        int lines = 0;
        while ((line = strsep(&rest, "\n")) != NULL && rest != NULL) {
            assert_in_range(strlen(line), 1, columns);
            lines++;
        }
        assert_int_equal(lines, 1 + 3 + 2);
        free(text);
    }
    timeline_fini(&timeline);
}

static void test_a_full_disk_is_told(void **state)
{
    (void)state;
    struct timeline timeline;
    make(&timeline, "full");
    for (int i = 0; i < 1000; i++)
        add(&timeline, "span", i, i + 1, 0);
    for (int format = TIMELINE_TEXT; format <= TIMELINE_TRACE; format++) {
        FILE *full = fopen("/dev/full", "we");
        assert_non_null(full);
        assert_int_equal(timeline_draw(&timeline, format, full, 0), -ENOSPC);
        fclose(full);
    }
    timeline_fini(&timeline);
}

/* ---- Labels that would break a document ---------------------------------------------------- */

#define NASTY "<&>\"'\\]]>\n\033[2J\xff"
#define CLEAN "<&>\"'\\]]>??[2J?"

static void test_labels_are_kept_printable(void **state)
{
    (void)state;
    struct timeline timeline;
    make(&timeline, NASTY);
    add(&timeline, NASTY, 0, 1, 0);
    assert_string_equal(timeline.title, CLEAN);
    assert_string_equal(timeline.spans[0].label, CLEAN);
    timeline_fini(&timeline);
}

/* ---- SVG ----------------------------------------------------------------------------------- */

/* One piece of XML: an element's begin pushes its name, its end must pop the same. Enough of a
 * parser to see what a label could break. Returns where the piece ends. */
static const char *take_tag(const char *at, char stack[][16], int *depth)
{
    const char *end = strchr(at, '>');
    assert_non_null(end);
    char name[16] = "";
    if (at[1] == '/') {
        assert_true(*depth > 0);
        snprintf(name, sizeof name, "%.*s", (int)(end - at - 2), at + 2);
        assert_string_equal(name, stack[--*depth]);
    } else if (at[1] != '?' && end[-1] != '/') {
        assert_true(*depth < 8);
        snprintf(stack[(*depth)++], 16, "%.*s", (int)strcspn(at + 1, " >"), at + 1);
    }
    assert_null(memchr(at + 1, '<', (size_t)(end - at - 1)));
    return end + 1;
}

static void expect_well_formed(const char *xml)
{
    char stack[8][16];
    int depth = 0;
    while (*xml != '\0') {
        if (*xml == '<') {
            xml = take_tag(xml, stack, &depth);
            continue;
        }
        assert_true(*xml != '>' && (isprint((unsigned char)*xml) || *xml == '\n'));
        if (*xml == '&')
            assert_in_range(strcspn(xml, ";"), 3, 5);
        xml++;
    }
    assert_int_equal(depth, 0);
}

static int occurrences(const char *text, const char *what)
{
    int count = 0;
    while ((text = strstr(text, what)) != NULL) {
        text += strlen(what);
        count++;
    }
    return count;
}

static void test_svg(void **state)
{
    (void)state;
    struct timeline timeline;
    make(&timeline, NASTY);
    add_five(&timeline);
    add(&timeline, NASTY, 1, 2, 0);
    char *svg = drawn(&timeline, TIMELINE_SVG, 0);
    expect_well_formed(svg);
    assert_int_equal(occurrences(svg, "<rect class=\"done\""), 4);
    assert_int_equal(occurrences(svg, "<rect class=\"failed\""), 1);
    assert_int_equal(occurrences(svg, "<rect class=\"running\""), 1);
    assert_int_equal(occurrences(svg, "viewBox=\"0 0 720 "), 1);
    assert_int_equal(occurrences(svg, "1 delay 5: from 0.00 to 5.01 units"), 1);
    assert_non_null(strstr(svg, "&lt;&amp;&gt;&quot;&#39;\\]]&gt;??[2J?"));
    free(svg);
    timeline_fini(&timeline);
}

/* ---- Trace --------------------------------------------------------------------------------- */

static void expect_span(json_t *event, const char *name, int lane, int ts, int dur,
                        const char *outcome)
{
    const char *ph, *said, *result;
    int pid, tid, begin, duration;
    assert_int_equal(json_unpack(event, "{s:s, s:s, s:i, s:i, s:i, s:i, s:{s:s}}", "ph", &ph,
                                 "name", &said, "pid", &pid, "tid", &tid, "ts", &begin, "dur",
                                 &duration, "args", "outcome", &result),
                     0);
    assert_string_equal(ph, "X");
    assert_string_equal(said, name);
    assert_string_equal(result, outcome);
    assert_int_equal(tid, lane);
    assert_int_equal(begin, ts);
    assert_int_equal(duration, dur);
}

static void test_trace(void **state)
{
    (void)state;
    struct timeline timeline;
    make(&timeline, "title");
    add(&timeline, "one", 0, 5, 0);
    add(&timeline, NASTY, 1, 3, -EPIPE);
    add(&timeline, "three", 2.5, -1, 0);
    char *text = drawn(&timeline, TIMELINE_TRACE, 0);
    json_t *trace = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(trace);
    json_t *events = json_object_get(trace, "traceEvents");
    assert_int_equal(json_array_size(events), 1 + 3 * 3);
    expect_span(json_array_get(events, 3), "one", 1, 0, 500000, "done");
    expect_span(json_array_get(events, 6), CLEAN, 2, 100000, 200000, "EPIPE");
    expect_span(json_array_get(events, 9), "three", 3, 250000, 250000, "running");
    json_decref(trace);
    free(text);
    timeline_fini(&timeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bars_to_the_letter),
        cmocka_unit_test(test_narrow_bars_cut_labels),
        cmocka_unit_test(test_one_after_another),
        cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_no_line_is_too_long),
        cmocka_unit_test(test_a_full_disk_is_told),
        cmocka_unit_test(test_labels_are_kept_printable),
        cmocka_unit_test(test_svg),
        cmocka_unit_test(test_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
