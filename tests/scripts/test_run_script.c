/* test_run_script.c - tests/run.sh counts what folders of made-up tests print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "process.h"
#include "unit.h"

/* A course with tests/run.sh and the folders that the tests add. */
static int make_course(void **state)
{
    char command[400];

    if (folder_make(state) < 0)
        return -1;
    folder_add_script("tests/run.sh", "");
    snprintf(command, sizeof command, "cp %s/tests/run.sh %s", getenv("ROOT"),
             folder_path("tests/run.sh"));
    return system(command);
}

/* The folder tests/NAME, whose `make run` does this. */
static void add_tests(const char *name, const char *run)
{
    char path[100], makefile[1000];

    snprintf(path, sizeof path, "tests/%s/script", name);
    folder_add_script(path, run);
    snprintf(path, sizeof path, "tests/%s/Makefile", name);
    snprintf(makefile, sizeof makefile, "run:\n\t@sh script");
    folder_add_script(path, makefile);
}

static struct process *run(const char *one, const char *other)
{
    const char *const argv[] = {"/bin/sh", folder_path("tests/run.sh"), one, other, NULL};

    return process_start_argv(argv, NULL);
}

/* Its output ends so. */
static void assert_ends(struct process *runner, const char *text)
{
    const char *output = process_stdout(runner);
    size_t length = strlen(text), all = strlen(output);

    if (all < length || strcmp(output + all - length, text) != 0)
        fail_msg("not at the end: \"%s\" of:\n%s", text, output);
}

#define PASSED(n)    "echo '[  PASSED  ] " n " test(s).'\n"
#define FAILED(n)    "echo '[  FAILED  ] " n " test(s), listed below:'\n"
#define PROGRAM(p)   "echo '== tests/" p "'\n"
#define HAS_ENDED(p) "echo 'FAILED: tests/" p "'; exit 1\n"

static void passed_tests_are_added_up(void **state)
{
    struct process *runner;

    (void)state;
    add_tests("a", PROGRAM("a/test_1") PASSED("3") PROGRAM("a/test_2") PASSED("4"));
    add_tests("b", PROGRAM("b/test_1") PASSED("10"));
    runner = run("a", "b");
    assert_int_equal(process_wait(runner), 0);
    assert_ends(runner, "\n17 passed, 0 failed\n");
}

static void a_failed_test_does_not_end_the_run(void **state)
{
    struct process *runner;

    (void)state;
    add_tests("a", PROGRAM("a/test_1") PASSED("3") FAILED("2") HAS_ENDED("a/test_1"));
    add_tests("b", PROGRAM("b/test_1") PASSED("10"));
    runner = run("a", "b");
    assert_int_equal(process_wait(runner), 1);
    assert_ends(runner, "\nfailed:\n  tests/a/test_1\n\n13 passed, 2 failed\n");
}

/* It crashed after its tests had passed, or a sanitizer found something at its end. */
static void a_program_that_fails_alone_counts_as_one(void **state)
{
    struct process *runner;

    (void)state;
    add_tests("a", PROGRAM("a/test_1") PASSED("3")
                       FAILED("2") "echo 'FAILED: tests/a/test_1'\n" PROGRAM("a/test_2") PASSED("1")
                           HAS_ENDED("a/test_2"));
    runner = run("a", NULL);
    assert_int_equal(process_wait(runner), 1);
    assert_ends(runner, "failed:\n  tests/a/test_1\n  tests/a/test_2\n\n4 passed, 3 failed\n");
}

static void a_folder_that_does_not_build_counts_as_one(void **state)
{
    struct process *runner;

    (void)state;
    add_tests("a", "echo a.c:1: error; exit 1");
    add_tests("b", PROGRAM("b/test_1") PASSED("10"));
    runner = run("a", "b");
    assert_int_equal(process_wait(runner), 1);
    assert_ends(runner, "\nfailed:\n  tests/a\n\n10 passed, 1 failed\n");
}

static void what_is_left_out_is_named_with_the_reason(void **state)
{
    struct process *runner;

    (void)state;
    add_tests("a",
              PROGRAM("a/test_1") "echo '[==========] Running 3 test(s).'\n"
                                  "echo 'left out: needs a database'\n"
                                  "echo '[  SKIPPED ] one'\necho '[  SKIPPED ] two'\n"
                                  "echo '[==========] 3 test(s) run.'\n" PASSED(
                                      "1") "echo '[  SKIPPED ] 2 test(s), listed below:'\n"
                                           "echo '[  SKIPPED ] one'\necho '[  SKIPPED ] two'\n");
    runner = run("a", NULL);
    assert_int_equal(process_wait(runner), 0);
    assert_ends(runner, "\nleft out:\n  one: needs a database\n  two\n"
                        "\n1 passed, 0 failed, 2 skipped\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_course, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(passed_tests_are_added_up),
        TEST(a_failed_test_does_not_end_the_run),
        TEST(a_program_that_fails_alone_counts_as_one),
        TEST(a_folder_that_does_not_build_counts_as_one),
        TEST(what_is_left_out_is_named_with_the_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
