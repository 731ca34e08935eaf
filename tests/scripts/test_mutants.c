/* test_mutants.c - the patches in tests/mutants still fit the tree and name tests that exist; and
 * mutants.sh (make mutants) counts nothing as killed that is not. The real run is make mutants.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "process.h"
#include "unit.h"

#define MUTANTS_MIN 30

/* ---- The patches ---------------------------------------------------------------------------- */

static glob_t patches;

static int find_patches(void **state)
{
    char pattern[4096];
    (void)state;
    snprintf(pattern, sizeof pattern, "%s/tests/mutants/*.patch", getenv("ROOT"));
    return glob(pattern, 0, NULL, &patches);
}

static int forget_patches(void **state)
{
    (void)state;
    globfree(&patches);
    return 0;
}

/* The value of "KEY: " in the lines before the patch; "" when there is none. */
static const char *header(const char *patch, const char *key)
{
    static char value[300];
    char line[300];
    size_t length = strlen(key);
    FILE *file = fopen(patch, "r");
    assert_non_null(file);
    value[0] = '\0';
    while (value[0] == '\0' && fgets(line, sizeof line, file))
        if (strncmp(line, key, length) == 0 && line[length] == ':')
            snprintf(value, sizeof value, "%s", line + length + 1 + strspn(line + length + 1, " "));
    fclose(file);
    value[strcspn(value, "\n")] = '\0';
    return value;
}

static void all_apply(void **state)
{
    int failed = 0;
    (void)state;
    assert_true(patches.gl_pathc >= MUTANTS_MIN);
    for (size_t i = 0; i < patches.gl_pathc; i++) {
        char command[9000];
        snprintf(command, sizeof command,
                 "cd '%s' && GIT_CEILING_DIRECTORIES=$(dirname \"$PWD\") git apply --check '%s'",
                 getenv("ROOT"), patches.gl_pathv[i]);
        failed += system(command) != 0;
    }
    if (failed > 0)
        fail_msg("%d patches in tests/mutants do not apply any more: make them anew", failed);
}

/* "FOLDER/PROGRAM: NAME": the program's source is there, and the name in it, or in what it shares.
 */
static void all_name_a_test(void **state)
{
    (void)state;
    for (size_t i = 0; i < patches.gl_pathc; i++) {
        char folder[100], program[100], name[200], command[9000];
        const char *killer = header(patches.gl_pathv[i], "Killed-by");
        if (sscanf(killer, "%99[^/]/%99[^:]: %199[^(\n]", folder, program, name) != 3)
            fail_msg("%s: \"%s\" names no test", patches.gl_pathv[i], killer);
        assert_true(strlen(header(patches.gl_pathv[i], "What")) > 10);
        while (name[strlen(name) - 1] == ' ')
            name[strlen(name) - 1] = '\0';
        snprintf(command, sizeof command,
                 "cd '%s/tests' && test -f '%s/%s.c' && grep -qF -- \"%s\" %s/*.[ch] support/*.c",
                 getenv("ROOT"), folder, program, name, folder);
        if (system(command) != 0)
            fail_msg("%s: there is no test \"%s\"", patches.gl_pathv[i], killer);
    }
}

/* ---- The script, on a small course ---------------------------------------------------------- */

static void put(const char *name, const char *text)
{
    FILE *file;
    folder_add_script(name, ""); /* makes the folders */
    file = fopen(folder_path(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void copy(const char *path)
{
    char command[9000];
    folder_add_script(path, "");
    snprintf(command, sizeof command, "cp '%s/%s' '%s'", getenv("ROOT"), path, folder_path(path));
    assert_int_equal(system(command), 0);
}

static int make_course(void **state)
{
    if (folder_make(state) < 0)
        return -1;
    copy("tests/mutants/mutants.sh");
    copy("tests/mutants/named.c");
    copy("tests/support/unit.h");
    put("sum.c", "int sum(int a, int b);\n"
                 "int sum(int a, int b)\n{\n    return a + b;\n}\n");
    put("tests/sum/Makefile",
        "CC := gcc\n$(BUILD)/tests/sum/test_%: test_%.c ../../sum.c $(LDFLAGS)\n"
        "\tmkdir -p $(@D) && $(CC) -iquote ../support -o $@ $^ -lcmocka\n");
    put("tests/sum/test_sum.c",
        "#include \"unit.h\"\nint sum(int a, int b);\n"
        "static void adds(void **state) { (void)state; assert_int_equal(sum(2, 3), 5); }\n"
        "static void looks_away(void **state) { (void)state; }\n"
        "static void is_red(void **state) { (void)state; fail(); }\n"
        "int main(void)\n{\n    const struct CMUnitTest tests[] = {cmocka_unit_test(adds),\n"
        "        cmocka_unit_test(looks_away), cmocka_unit_test(is_red)};\n"
        "    return cmocka_run_group_tests(tests, NULL, NULL);\n}\n");
    put("tests/sum/test_other.c", "int sum(int a, int b);\n"
                                  "int main(void)\n{\n    return sum(2, 2) != 4;\n}\n");
    return 0;
}

/* A patch that replaces the sum. */
static void add_mutant(const char *name, const char *killer, const char *sum)
{
    char path[100], text[1000];
    snprintf(path, sizeof path, "tests/mutants/%s.patch", name);
    snprintf(text, sizeof text,
             "What: a mistake\nKilled-by: sum/test_sum: %s\n\n--- a/sum.c\n+++ b/sum.c\n"
             "@@ -3,3 +3,3 @@\n {\n-    return a + b;\n+    return %s;\n }\n",
             killer, sum);
    put(path, text);
}

/* What the script says of it, and whether it was satisfied. */
static void assert_verdict(const char *name, const char *verdict, int code)
{
    char only[100];
    const char *const argv[] = {"/bin/sh", folder_path("tests/mutants/mutants.sh"), NULL};
    snprintf(only, sizeof only, "ONLY=%s", name);
    struct process *script = process_start_argv(argv, (const char *const[]){only, NULL});
    int ended = process_wait(script);
    if (!strstr(process_stdout(script), verdict) || ended != code)
        fail_msg("not \"%s\" with %d, but %d:\n%s%s", verdict, code, ended, process_stdout(script),
                 process_stderr(script));
}

static void a_mistake_that_is_seen_is_killed(void **state)
{
    (void)state;
    add_mutant("wrong", "adds", "a - b");
    assert_verdict("wrong", "1 of 1 mutants were killed", 0);
}

static void a_crash_is_seen(void **state)
{
    (void)state;
    add_mutant("crash", "adds", "*(volatile int *)0 + a + b");
    assert_verdict("crash", "1 of 1 mutants were killed", 0);
}

static void a_mistake_that_is_not_seen_survives(void **state)
{
    (void)state;
    add_mutant("harmless", "adds", "b + a");
    assert_verdict("harmless", "SURVIVES", 1);
}

/* Another test is red, but not the one that was named. */
static void only_the_named_test_counts(void **state)
{
    (void)state;
    add_mutant("elsewhere", "looks_away", "a - b");
    assert_verdict("elsewhere", "SURVIVES", 1);
}

static void what_does_not_build_is_not_killed(void **state)
{
    (void)state;
    add_mutant("syntax", "adds", "a +* ;b");
    assert_verdict("syntax", "NOT BUILT with the patch", 1);
}

static void what_is_red_anyway_kills_nobody(void **state)
{
    (void)state;
    add_mutant("anyway", "is_red", "a - b");
    assert_verdict("anyway", "RED WITHOUT THE PATCH", 1);
}

static void a_test_that_is_not_there_is_told(void **state)
{
    (void)state;
    add_mutant("nobody", "multiplies", "a - b");
    assert_verdict("nobody", "NO SUCH TEST", 1);
}

static void a_patch_that_does_not_apply_is_told(void **state)
{
    (void)state;
    add_mutant("stale", "adds", "a - b");
    put("sum.c", "int sum(int a, int b);\nint sum(int a, int b)\n{\n    return b + a;\n}\n");
    assert_verdict("stale", "DOES NOT APPLY", 1);
}

static void a_green_one_that_is_red_is_told(void **state)
{
    (void)state;
    add_mutant("plain", "adds\nGreen: sum/test_other", "a - b");
    assert_verdict("plain", "SEEN BY sum/test_other, too", 1);
    add_mutant("planted", "adds\nGreen: sum/test_other", "a == 2 && b == 3 ? 6 : a + b");
    assert_verdict("planted", "1 of 1 mutants were killed", 0);
}

static void a_name_that_fits_none_is_told(void **state)
{
    (void)state;
    add_mutant("wrong", "adds", "a - b");
    assert_verdict("right", "", 2);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_course, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_apply),
        cmocka_unit_test(all_name_a_test),
        TEST(a_mistake_that_is_seen_is_killed),
        TEST(a_crash_is_seen),
        TEST(a_mistake_that_is_not_seen_survives),
        TEST(only_the_named_test_counts),
        TEST(what_does_not_build_is_not_killed),
        TEST(what_is_red_anyway_kills_nobody),
        TEST(a_test_that_is_not_there_is_told),
        TEST(a_patch_that_does_not_apply_is_told),
        TEST(a_green_one_that_is_red_is_told),
        TEST(a_name_that_fits_none_is_told),
    };
    return cmocka_run_group_tests(tests, find_patches, forget_patches);
}
