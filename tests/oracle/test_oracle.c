/* test_oracle.c - the scenarios print what asyncio prints, to the byte, on every backend. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_uv.h"
#include "backend_virtual.h"
#include "exact_clock.h"
#include "oracle.h"
#include "unit.h"

#define GUARD_S 60

static const struct {
    const char *name;
    int (*play)(void);
} scenarios[] = {
    {"s1", s1},   {"s2", s2},   {"s3", s3},   {"s3r", s3r}, {"s4", s4},
    {"s5", s5},   {"s6", s6},   {"s7", s7},   {"s8", s8},   {"s10", s10},
    {"s11", s11}, {"s12", s12}, {"s13", s13}, {"s15", s15}, {"s17", s17},
    {"s18", s18}, {"s20", s20}, {"s21", s21}, {"s24", s24},
};

static int play_all(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        p("== %s", scenarios[i].name);
        int rc = scenarios[i].play();
        if (rc < 0)
            p("the scenario itself failed: %s", rc_text(rc));
        if (task_count(co_loop()) != 1)
            p("tasks left: %d", task_count(co_loop()) - 1);
    }
    return 0;
}

static void read_expected(char *text, size_t size)
{
    char path[4096];
    const char *root = getenv("ROOT");
    snprintf(path, sizeof path, "%s/tests/oracle/expected.txt", root ? root : ".");
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s", path);
    size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
    assert_in_range(length, 1, size - 2);
}

/* Line by line first: the first one that differs says more than two long texts. */
static void compare(const char *printed, const char *expected)
{
    int line = 1;
    const char *begin = expected, *ours = printed;
    for (size_t i = 0; expected[i] && expected[i] == printed[i]; i++) {
        if (expected[i] == '\n') {
            line++;
            begin = expected + i + 1;
            ours = printed + i + 1;
        }
    }
    if (strcmp(printed, expected) != 0)
        fail_msg("line %d is \"%.*s\", and should be \"%.*s\"", line, (int)strcspn(ours, "\n"),
                 ours, (int)strcspn(begin, "\n"), begin);
}

static void check_backend(void **state)
{
    char expected[4096];
    int coroutines_before = coro_count();
    read_expected(expected, sizeof expected);
    oracle_clear();

    struct loop *loop = loop_new(exact_clock(*state));
    assert_non_null(loop);
    alarm(GUARD_S);
    int rc = task_run(loop, play_all, NULL, false);
    alarm(0);
    struct loop_pending left = loop_pending(loop);
    loop_free(loop);

    compare(oracle_printed(), expected);
    assert_int_equal(rc, 0);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    assert_int_equal(coro_count(), coroutines_before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"oracle on the virtual clock", check_backend, NULL, NULL, (void *)&backend_virtual},
        {"oracle on epoll", check_backend, NULL, NULL, (void *)&backend_epoll},
        {"oracle on libuv", check_backend, NULL, NULL, (void *)&backend_uv},
    };
    return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
