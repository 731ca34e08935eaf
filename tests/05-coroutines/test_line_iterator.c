/* test_line_iterator.c - loops whose next value is waited for: the lines of a stream, and numbers
 * that come one an hour. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "co_io.h"
#include "line_iterator.h"
#include "trace.h"
#include "unit.h"

static struct loop *loop;
static int pair[2];

static int set_up(void **state)
{
    (void)state;
    trace_clear();
    loop = loop_new(&backend_virtual);
    return loop ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    close(pair[0]);
    close(pair[1]);
    return coro_count();
}

static void run_until_nothing_is_left(void)
{
    alarm(60);
    assert_int_equal(loop_run_forever(loop), -EDEADLK);
    alarm(0);
}

/* ---- Lines --------------------------------------------------------------------------------- */

static int send_slowly(void *arg)
{
    int rc = 0;
    for (const char *byte = arg; rc == 0 && *byte; byte++) {
        rc = co_write_all(pair[1], byte, 1);
        if (rc == 0)
            rc = co_sleep(3600 * NS_PER_S);
    }
    shutdown(pair[1], SHUT_WR);
    return rc;
}

static int say_lines(void *arg)
{
    char buffer[8];
    struct lines lines;
    struct line line;
    int rc;
    lines_init(&lines, pair[0], buffer, sizeof buffer);
    while ((rc = lines_next(&lines, &line)) > 0) {
        say("%zu:%s", line.length, line.text);
        if (strcmp(line.text, arg) == 0)
            break;
    }
    say("%d", rc);
    rc = lines_next(&lines, &line);
    say("then %d", rc);
    return 0;
}

static void expect(const char *sent, char *last, const char *trace)
{
    assert_int_equal(co_spawn(loop, say_lines, last, "reader"), 0);
    assert_int_equal(co_spawn(loop, send_slowly, (void *)sent, "writer"), 0);
    run_until_nothing_is_left();
    assert_string_equal(trace_text(), trace);
}

static void an_empty_line_is_no_end(void **state)
{
    (void)state;
    expect("a\n\nbc", "none", "1:a, 0:, 2:bc, 0, then 0");
}

static void who_breaks_off_may_go_on(void **state)
{
    (void)state;
    expect("a\nb\nc\n", "b", "1:a, 1:b, 1, then 1");
}

static void an_error_is_below_0(void **state)
{
    (void)state;
    char trace[40];
    snprintf(trace, sizeof trace, "1:a, %d, then %d", -EMSGSIZE, -EMSGSIZE);
    expect("a\n123456789", "none", trace);
}

/* ---- Numbers ------------------------------------------------------------------------------- */

/* One an hour, from 1 to 99. */
static int reader_next(int *given, int *value)
{
    if (*given == 99)
        return 0;
    int rc = co_sleep(3600 * NS_PER_S);
    *value = ++*given;
    return rc < 0 ? rc : 1;
}

static int add_all(void *arg)
{
    int given = 0, value, rc, *sum = arg;
    while ((rc = reader_next(&given, &value)) > 0)
        *sum += value;
    return rc;
}

static void two_loops_need_no_longer_than_one(void **state)
{
    (void)state;
    int sums[2] = {0};
    assert_int_equal(co_spawn(loop, add_all, &sums[0], "one"), 0);
    assert_int_equal(co_spawn(loop, add_all, &sums[1], "other"), 0);
    run_until_nothing_is_left();
    assert_int_equal(sums[0], 4950);
    assert_int_equal(sums[1], 4950);
    assert_true(loop_time(loop) - VIRTUAL_START_NS == 99 * 3600 * NS_PER_S);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_line_is_no_end),
        TEST(who_breaks_off_may_go_on),
        TEST(an_error_is_below_0),
        TEST(two_loops_need_no_longer_than_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
