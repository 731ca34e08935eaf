/* test_debug.c - LOOP_DEBUG names a coroutine that has ended in the very step that was slow. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"
#include "co.h"
#include "unit.h"

/* More than there are stacks kept for reuse, so that the last one's is unmapped with its name. */
enum { MANY = 1100 };

static int left;

static int end_slowly(void *arg)
{
    struct loop *loop = arg;
    if (--left == 0) {
        clock_sleep(101 * NS_PER_MS); /* what is called slow: no other clock than the real one */
        loop_stop(loop);
    }
    return 0;
}

static void read_file(FILE *file, char *text, size_t size)
{
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
}

static void one_that_has_ended_is_named(void **state)
{
    (void)state;
    FILE *errors = tmpfile();
    int stderr_copy = dup(STDERR_FILENO);
    struct loop *loop = loop_new(&backend_epoll);
    assert_true(errors && loop && stderr_copy >= 0);
    loop_set_debug(loop, true);
    left = MANY;
    for (int i = 0; i < MANY; i++)
        assert_int_equal(co_spawn(loop, end_slowly, loop, "the guilty one"), 0);

    dup2(fileno(errors), STDERR_FILENO);
    int rc = loop_run_forever(loop);
    dup2(stderr_copy, STDERR_FILENO);
    close(stderr_copy);
    loop_free(loop);
    coro_trim();

    char said[1000];
    read_file(errors, said, sizeof said);
    fclose(errors);
    assert_int_equal(rc, 0);
    assert_non_null(strstr(said, "loop: the guilty one kept the loop for "));
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_that_has_ended_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
