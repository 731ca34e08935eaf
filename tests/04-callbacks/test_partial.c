/* Bound calls, and the table of what a loop still has to do. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "loop.h"
#include "partial.h"
#include "pending_table.h"
#include "process.h"
#include "trace.h"
#include "unit.h"

/* ---- Bound calls --------------------------------------------------------------------------- */

static void greet(const struct bound *bound, void *last)
{
    say("%s %ld %s", bound[0].text, bound[1].number, last ? (const char *)last : "-");
}

static void hush(const struct bound *bound, void *last)
{
    (void)bound;
    (void)last;
    say("hush");
}

static void expect_description(const struct partial *partial, const char *expected)
{
    char text[300];
    assert_int_equal(partial_describe(partial, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void bound_arguments_come_first(void **state)
{
    (void)state;
    struct partial partial;
    trace_clear();
    partial_init(&partial, greet, bind_text("Ada"), bind_number(-3));
    partial_call(&partial, "the result");
    partial_run(&partial);
    assert_string_equal(trace_text(), "Ada -3 the result, Ada -3 -");
}

static void it_says_what_it_is(void **state)
{
    (void)state;
    struct partial partial;
    char expected[40];
    partial_init(&partial, greet, bind_text("Ada"), bind_number(-3));
    expect_description(&partial, "greet(\"Ada\", -3)");
    partial_init(&partial, hush);
    expect_description(&partial, "hush()");
    partial_init(&partial, hush, bind_text(NULL), bind_number(0), bind_text(""), bind_number(1));
    expect_description(&partial, "hush(NULL, 0, \"\", 1)");
    partial_init(&partial, hush, bind_pointer(&partial));
    snprintf(expected, sizeof expected, "hush(%p)", (void *)&partial);
    expect_description(&partial, expected);
}

static void texts_of_any_kind(void **state)
{
    (void)state;
    struct partial partial;
    partial_init(&partial, hush, bind_text("a \"b\"\\\n\x1b\xff"));
    expect_description(&partial, "hush(\"a \\\"b\\\"\\\\\\x0a\\x1b\\xff\")");
    partial_init(&partial, hush, bind_text("0123456789012345678901234567890123456789"));
    expect_description(&partial, "hush(\"0123456789012345678901234567890123456789\")");
    partial_init(&partial, hush, bind_text("0123456789012345678901234567890123456789x"));
    expect_description(&partial, "hush(\"0123456789012345678901234567890123456789...\")");
}

/* Each size: never a byte too much, always a NUL, and the length of the whole. */
static void cut_to_any_size(void **state)
{
    (void)state;
    static const char whole[] = "greet(\"Ada\", -3)";
    struct partial partial;
    partial_init(&partial, greet, bind_text("Ada"), bind_number(-3));
    assert_int_equal(partial_describe(&partial, NULL, 0), strlen(whole));
    for (size_t size = 1; size <= sizeof whole; size++) {
        char *text = malloc(size); /* a sanitizer guards its end */
        assert_non_null(text);
        assert_int_equal(partial_describe(&partial, text, size), strlen(whole));
        assert_int_equal(strlen(text), size - 1);
        assert_memory_equal(text, whole, size - 1);
        free(text);
    }
}

/* ---- The table ----------------------------------------------------------------------------- */

static void expect_table(struct loop *loop, const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    assert_int_equal(pending_print(loop, file), 0);
    fclose(file);
    assert_string_equal(text, expected);
    free(text);
}

static void on_plain(void *arg)
{
    (void)arg;
}

/* Timers by time and then by the order of asking, whatever the heap's own order is. */
static void all_that_is_to_be_done(void **state)
{
    (void)state;
    struct loop *loop = loop_new(&backend_virtual);
    struct partial partials[5];
    struct callback callbacks[2];
    struct timer timers[6];
    int ends[2];
    char expected[400];
    expect_table(loop, "nothing\n");
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    partial_init(&partials[0], greet, bind_text("soon"), bind_number(1));
    partial_init(&partials[1], greet, bind_text("reader"), bind_number(2));
    partial_init(&partials[2], greet, bind_text("writer"), bind_number(3));
    callback_init(&callbacks[0], partial_run, &partials[0]);
    callback_init(&callbacks[1], on_plain, NULL);
    loop_call_soon(loop, &callbacks[0]);
    loop_call_soon(loop, &callbacks[1]);
    static const int seconds[] = {3, 1, 2, 1, 0, 4};
    for (int i = 0; i < 6; i++) {
        timer_init_named(&timers[i], on_plain, NULL, &"a\0b\0c\0d\0e\0f"[2 * i]);
        assert_int_equal(loop_call_later(loop, &timers[i], seconds[i] * NS_PER_S), 0);
    }
    loop_cancel_timer(loop, &timers[5]);
    assert_int_equal(loop_add_reader(loop, ends[1], partial_run, &partials[1]), 0);
    assert_int_equal(loop_add_writer(loop, ends[0], partial_run, &partials[2]), 0);
    assert_int_equal(loop_add_reader(loop, ends[0], on_plain, NULL), 0);
    loop_remove_reader(loop, ends[0]);
    snprintf(expected, sizeof expected,
             "queued  -           greet(\"soon\", 1)\n"
             "queued  -           on_plain\n"
             "timer   in    0.0 s e\n"
             "timer   in    1.0 s b\n"
             "timer   in    1.0 s d\n"
             "timer   in    2.0 s c\n"
             "timer   in    3.0 s a\n"
             "reader  fd %-8d greet(\"reader\", 2)\n"
             "writer  fd %-8d greet(\"writer\", 3)\n",
             ends[1], ends[0]);
    expect_table(loop, expected);
    loop_forget_fd(loop, ends[0]);
    loop_forget_fd(loop, ends[1]);
    close(ends[0]);
    close(ends[1]);
    loop_free(loop);
}

static void on_look(void *arg)
{
    expect_table(arg, "queued  -           on_plain\nqueued  -           on_plain\n");
}

/* From inside a pass: what is left of this one, and what is asked for the next. */
static void in_the_middle_of_a_pass(void **state)
{
    (void)state;
    struct loop *loop = loop_new(&backend_virtual);
    struct callback look, plain, first;
    callback_init(&first, on_plain, NULL);
    callback_init(&look, on_look, loop);
    callback_init(&plain, on_plain, NULL);
    loop_call_soon(loop, &first);
    loop_call_soon(loop, &look);
    loop_call_soon(loop, &plain);
    struct timer due;
    timer_init(&due, on_plain, NULL);
    assert_int_equal(loop_call_later(loop, &due, 0), 0);
    loop_stop(loop); /* one pass */
    assert_int_equal(loop_run_forever(loop), 0);
    expect_table(loop, "nothing\n");
    loop_free(loop);
}

static void the_program(void **state)
{
    (void)state;
    struct process *program = process_start(program_path("04-callbacks/pending"), NULL);
    assert_int_equal(process_wait(program), 0);
    const char *out = process_stdout(program);
    assert_non_null(strstr(out, "queued  -           report(\"the load\", 93)\n"));
    assert_non_null(strstr(out, "hear: Ada says hello\n"));
    const char *end = strstr(out, "when it has stopped:\n");
    assert_non_null(end);
    assert_non_null(strstr(end, "remind(\"the meeting\")\n"));
    assert_null(strstr(end, "reader"));
    assert_null(strstr(end, "on_the_end"));
    process_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bound_arguments_come_first),
        cmocka_unit_test(it_says_what_it_is),
        cmocka_unit_test(texts_of_any_kind),
        cmocka_unit_test(cut_to_any_size),
        cmocka_unit_test(all_that_is_to_be_done),
        cmocka_unit_test(in_the_middle_of_a_pass),
        cmocka_unit_test_teardown(the_program, process_teardown),
    };
    return cmocka_run_group_tests_name("partial", tests, NULL, NULL);
}
