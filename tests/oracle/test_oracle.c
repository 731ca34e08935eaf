/* test_oracle.c - the scenarios print what asyncio printed, to the byte, on every backend. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_uv.h"
#include "backend_virtual.h"
#include "oracle.h"
#include "unit.h"

#define GUARD_S 60

struct asked {
    const struct oracle_suite *suite;
    const struct loop_backend *backend;
};

static void read_expected(const char *name, char *text, size_t size)
{
    char path[4096];
    const char *root = getenv("ROOT");
    snprintf(path, sizeof path, "%s/tests/oracle/%s", root ? root : ".", name);
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

static void check_suite(void **state)
{
    const struct asked *asked = *state;
    char expected[16384];
    int coroutines_before = coro_count();
    read_expected(asked->suite->expected, expected, sizeof expected);

    alarm(GUARD_S);
    int rc = oracle_play(asked->suite, asked->backend);
    alarm(0);

    compare(oracle_printed(), expected);
    assert_int_equal(rc, 0);
    assert_int_equal(coro_count(), coroutines_before);
}

int main(void)
{
    static const struct loop_backend *backends[] = {&backend_virtual, &backend_epoll, &backend_uv};
    size_t count = (size_t)oracle_suite_count * 3;
    struct asked asked[count];
    struct CMUnitTest tests[count];
    char names[count][64];

    for (size_t i = 0; i < count; i++) {
        asked[i] = (struct asked){&oracle_suites[i / 3], backends[i % 3]};
        snprintf(names[i], sizeof names[i], "%s (%s)", asked[i].suite->program,
                 asked[i].backend->name);
        tests[i] = (struct CMUnitTest){
            .name = names[i], .test_func = check_suite, .initial_state = &asked[i]};
    }
    return _cmocka_run_group_tests("oracle", tests, count, NULL, NULL);
}
