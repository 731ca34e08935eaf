/* The grader is graded: the starter earns nothing, the solution everything, each wrong variant
 * fails the tests that its first lines name, and no cheat earns a point.
 *
 * A wrong variant begins with the lines "FAILS: names of tests" and "SAYS: what the student reads";
 * a cheat with the second of them.
 */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "exercise.h"

#define EXERCISE "01-blocking-server/exercises/write-all"
#define GUARD_S  280

/* ---- Commands ------------------------------------------------------------------------------ */

struct result {
    int code;
    char text[65536]; /* stdout and stderr */
};

/* Runs a shell command in the top folder. */
static void run(struct result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void run(struct result *result, const char *format, ...)
{
    char command[2048];
    int head = snprintf(command, sizeof command, "cd '%s' && { ", getenv("ROOT"));
    va_list arguments;
    va_start(arguments, format);
    int length = head + vsnprintf(command + head, sizeof command - (size_t)head, format, arguments);
    va_end(arguments);
    assert_true((size_t)length + sizeof "; } 2>&1" <= sizeof command);
    strcat(command, "; } 2>&1");

    FILE *pipe = popen(command, "re");
    assert_non_null(pipe);
    size_t count = fread(result->text, 1, sizeof result->text - 1, pipe);
    result->text[count] = '\0';
    int status = pclose(pipe);
    result->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void expect_text(const struct result *result, const char *text)
{
    if (!strstr(result->text, text))
        fail_msg("expected \"%s\" in:\n%s", text, result->text);
}

static void expect_no_text(const struct result *result, const char *text)
{
    if (strstr(result->text, text))
        fail_msg("expected no \"%s\" in:\n%s", text, result->text);
}

static void expect_code(const struct result *result, int code)
{
    if (result->code != code)
        fail_msg("expected the exit code %d, not %d, of:\n%s", code, result->code, result->text);
}

/* Says after which "KEY: " in the first lines of a file. */
static void read_mark(const char *path, const char *key, char *mark, size_t size)
{
    char line[512];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    *mark = '\0';
    while (*mark == '\0' && fgets(line, sizeof line, file)) {
        char *place = strstr(line, key);
        if (!place)
            continue;
        place += strlen(key);
        char *end = strstr(place, " */");
        place[end ? (size_t)(end - place) : strcspn(place, "\n")] = '\0';
        snprintf(mark, size, "%s", place);
    }
    fclose(file);
    if (*mark == '\0')
        fail_msg("%s lacks a line \"%s\"", path, key);
}

/* ---- Points -------------------------------------------------------------------------------- */

static struct exercise exercise;

static int read_exercise(void **state)
{
    (void)state;
    char path[1024];
    snprintf(path, sizeof path, "%s/" EXERCISE "/exercise.ini", getenv("ROOT"));
    exercise_read(&exercise, path);
    return 0;
}

static int free_exercise(void **state)
{
    (void)state;
    exercise_free(&exercise);
    return 0;
}

static void expect_points(const struct result *result, int points)
{
    char line[64];
    snprintf(line, sizeof line, "\n%d of %d points\n", points, exercise.points);
    expect_text(result, line);
    expect_code(result, points == exercise.points ? 0 : 1);
}

static bool is_named(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *place = names; (place = strstr(place, name)); place += length)
        if ((place == names || place[-1] == ' ') && (!place[length] || place[length] == ' '))
            return true;
    return false;
}

/* Exactly these tests have failed; and the points are those of the others. */
static void expect_failures(const struct result *result, const char *names)
{
    int points = 0;
    for (int i = 0; i < exercise.test_count; i++) {
        const struct test *test = &exercise.tests[i];
        int earned = is_named(names, test->name) ? 0 : test->points;
        char line[256];
        snprintf(line, sizeof line, "\n  %2d/%-2d  %s\n", earned, test->points, test->title);
        expect_text(result, line);
        points += earned;
    }
    expect_points(result, points);
}

/* ---- The exercise -------------------------------------------------------------------------- */

static void the_solution_gets_all(void **state)
{
    (void)state;
    struct result result;
    run(&result, "sh tests/grade/grade.sh 01-write-all --file " EXERCISE "/solution.c");
    expect_failures(&result, "");
    expect_no_text(&result, "warns");
}

static void the_starter_gets_nothing(void **state)
{
    (void)state;
    struct result result;
    const char *build = getenv("BUILD");
    run(&result,
        "awk -f tests/grade/starter.awk " EXERCISE "/solution.c >'%s/tests/grade/starter.c' && "
        "sh tests/grade/grade.sh 01-write-all --file '%s/tests/grade/starter.c'",
        build, build);
    expect_points(&result, 0);
    expect_no_text(&result, "warns");
    expect_text(&result, "got       returned: -38 (-ENOSYS)");
    run(&result, "cat '%s/tests/grade/starter.c'", build);
    expect_no_text(&result, "SOLUTION");
    expect_no_text(&result, "rest");
}

/* For each file in a folder: run `check`, counting. */
static void for_each_file(const char *pattern, size_t at_least, void (*check)(const char *path))
{
    char path[1024];
    glob_t files;
    snprintf(path, sizeof path, "%s/%s", getenv("ROOT"), pattern);
    assert_int_equal(glob(path, 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= at_least);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check(files.gl_pathv[i]);
    globfree(&files);
}

static void check_wrong(const char *path)
{
    char fails[256], says[256];
    struct result result;
    read_mark(path, "FAILS: ", fails, sizeof fails);
    read_mark(path, "SAYS: ", says, sizeof says);
    run(&result, "sh tests/grade/grade.sh 01-write-all --file '%s'", path);
    expect_failures(&result, fails);
    expect_text(&result, says);
    expect_text(&result, "         why       ");
    expect_text(&result, "         read      01-blocking-server/README.md#");
    expect_no_text(&result, "warns");
}

static void each_wrong_variant_is_caught(void **state)
{
    (void)state;
    for_each_file(EXERCISE "/wrong/*.c", 5, check_wrong);
}

static void check_cheat(const char *path)
{
    char says[256];
    struct result result;
    read_mark(path, "SAYS: ", says, sizeof says);
    run(&result, "sh tests/grade/grade.sh 01-write-all --file '%s'", path);
    expect_text(&result, says);
    expect_points(&result, 0);
}

static void no_cheat_earns_a_point(void **state)
{
    (void)state;
    for_each_file("tests/grade/cheats/*.c", 10, check_cheat);
}

/* make leaves pipes open to what it starts. One without a reader must not end a student's code. */
static void what_the_grader_inherits_is_not_the_students(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    close(fds[0]);
    for_each_file("tests/grade/cheats/scribbles.c", 1, check_cheat);
    close(fds[1]);
}

/* "#writing-all-of-it" is the heading "## Writing all of it", as sites that show Markdown make it.
 */
static bool has_heading(const char *lesson, const char *anchor)
{
    char line[1024], slug[1024];
    FILE *file = fopen(lesson, "re");
    assert_non_null(file);
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        size_t length = 0;
        const char *text = line + strspn(line, "# ");
        for (; line[0] == '#' && *text && *text != '\n'; text++)
            if (*text == ' ')
                slug[length++] = '-';
            else if (strchr("-_", *text) || (*text >= 'a' && *text <= 'z') ||
                     (*text >= '0' && *text <= '9'))
                slug[length++] = *text;
            else if (*text >= 'A' && *text <= 'Z')
                slug[length++] = (char)(*text - 'A' + 'a');
        slug[length] = '\0';
        found = length > 0 && strcmp(slug, anchor) == 0;
    }
    fclose(file);
    return found;
}

static void the_lesson_has_what_is_to_be_read(void **state)
{
    (void)state;
    for (int i = 0; i < exercise.test_count; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", getenv("ROOT"), exercise.tests[i].lesson);
        char *anchor = strchr(path + strlen(getenv("ROOT")), '#');
        assert_non_null(anchor);
        *anchor++ = '\0';
        if (!has_heading(path, anchor))
            fail_msg("%s has no heading \"%s\"", path, anchor);
    }
}

/* ---- The student's file -------------------------------------------------------------------- */

/* In a copy of the course, since the student's file in this one is the student's. */
static void the_students_file_is_made_once(void **state)
{
    (void)state;
    struct result result;
    const char *build = getenv("BUILD");
    run(&result,
        "copy='%s/tests/grade/copy' && rm -rf \"$copy\" && mkdir -p \"$copy/tests\" && "
        "cp -R common 01-blocking-server \"$copy\" && cp -R tests/grade \"$copy/tests\" && "
        "cd \"$copy\" && rm -f " EXERCISE "/write_all.c && "
        "sh tests/grade/grade.sh 01-write-all",
        build);
    expect_text(&result, "Your file is " EXERCISE "/write_all.c: edit it, then grade again.\n");
    expect_points(&result, 0);

    run(&result,
        "cd '%s/tests/grade/copy' && cp " EXERCISE "/solution.c " EXERCISE "/write_all.c && "
        "sh tests/grade/grade.sh 01-write-all && "
        "cmp " EXERCISE "/solution.c " EXERCISE "/write_all.c",
        build);
    expect_no_text(&result, "Your file is");
    expect_points(&result, exercise.points);
    run(&result, "rm -rf '%s/tests/grade/copy'", build);
    expect_code(&result, 0);
}

static void git_ignores_the_students_file(void **state)
{
    (void)state;
    struct result result;
    run(&result,
        "test ! -e .git || git -c safe.directory='*' check-ignore -q " EXERCISE "/write_all.c");
    expect_code(&result, 0);
}

/* ---- The list ------------------------------------------------------------------------------ */

static void without_a_name_it_lists_them(void **state)
{
    (void)state;
    struct result result;
    run(&result, "sh tests/grade/grade.sh 2>/dev/null");
    expect_code(&result, 0);
    expect_text(&result, "make grade EX=EXERCISE");
    expect_text(&result, "\n  01-write-all  write all of it\n");
}

/* ---- Misuse -------------------------------------------------------------------------------- */

static void misuse_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *arguments;
        const char *named;
    } misuses[] = {
        {"--file common/help.sh", "which exercise is \"common/help.sh\" an answer to?"},
        {"01-write-nothing", "there is no exercise \"01-write-nothing\""},
        {"write-all", "there is no exercise \"write-all\""},
        {"'01-../../x'", "there is no exercise"},
        {"01-write-all --file /nowhere.c", "\"/nowhere.c\" is no file that can be read"},
        {"01-write-all --file common", "\"common\" is no file"},
        {"01-write-all --file", "--file needs a file"},
        {"01-write-all --fast", "unknown option \"--fast\""},
        {"01-write-all 02-write-all", "one exercise at a time"},
    };
    for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++) {
        struct result result;
        run(&result, "sh tests/grade/grade.sh %s", misuses[i].arguments);
        expect_code(&result, 2);
        expect_text(&result, misuses[i].named);
        expect_text(&result, "\n  01-write-all  ");
    }
}

int main(void)
{
    if (!getenv("ROOT") || !getenv("BUILD")) {
        fprintf(stderr, "ROOT and BUILD are not set: run this with make\n");
        return 2;
    }
    alarm(GUARD_S);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_solution_gets_all),
        cmocka_unit_test(the_starter_gets_nothing),
        cmocka_unit_test(each_wrong_variant_is_caught),
        cmocka_unit_test(no_cheat_earns_a_point),
        cmocka_unit_test(what_the_grader_inherits_is_not_the_students),
        cmocka_unit_test(the_lesson_has_what_is_to_be_read),
        cmocka_unit_test(the_students_file_is_made_once),
        cmocka_unit_test(git_ignores_the_students_file),
        cmocka_unit_test(without_a_name_it_lists_them),
        cmocka_unit_test(misuse_is_named),
    };
    return cmocka_run_group_tests_name("the grader", tests, read_exercise, free_exercise);
}
