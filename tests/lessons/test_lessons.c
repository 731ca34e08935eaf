/* test_lessons.c - every lesson of the course is true, and so is every further page: quotes,
 * commands, links.
 *
 * With LESSON in the environment, only those that it names: LESSON='05*' make -C tests/lessons run,
 * or LESSON=03-epoll-loop/NAME.md for one page.
 */
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lesson.h"
#include "process.h"
#include "unit.h"

static const char *root, *build;
static struct names lessons; /* the course's Markdown files, from the top folder */

static int on_file_found(const char *path, const struct stat *status, int type, struct FTW *place)
{
    const char *name = path + strlen(root) + 1;
    size_t length = strlen(path);

    (void)status;
    (void)place;
    if (type == FTW_F && length > 3 && strcmp(path + length - 3, ".md") == 0 &&
        strncmp(name, "build/", 6) != 0)
        names_add(&lessons, "%s", name);
    return 0;
}

#ifdef ADDRESS_SANITIZER
/* Does it preload a library of the course's? The sanitizer's own would have to come first. */
static bool preloads(const struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->block_count; i++)
        for (size_t k = 0; k < lesson->blocks[i].lines.count; k++)
            if (strncmp(lesson->blocks[i].lines.item[k], "$ LD_PRELOAD=", 13) == 0)
                return true;
    return false;
}
#endif

/* The lessons show what plain programs do: some of them race on purpose, some count the process's
 * threads. With the thread sanitizer in them they report and count otherwise. */
static void check_commands(const struct lesson *lesson, struct names *complaints)
{
#ifdef THREAD_SANITIZER
    (void)lesson;
    (void)complaints;
#else
#ifdef ADDRESS_SANITIZER
    if (preloads(lesson)) {
        print_message("left out: the commands of %s (a sanitizer cannot be preloaded with a "
                      "library; make test runs them)\n",
                      lesson->path);
        return;
    }
#endif
    check_console(lesson, root, build, complaints);
#endif
}

#ifdef THREAD_SANITIZER
static void the_lessons_commands(void **state)
{
    (void)state;
    print_message("left out: a lesson shows what plain programs print (make test runs them)\n");
    skip();
}
#endif

static void lesson_is_true(void **state)
{
    const char *path = *state;
    struct names complaints = {0};
    struct lesson lesson;
    size_t count;

    lesson_read(&lesson, root, path);
    check_links(&lesson, root, &complaints);
    check_is_linked(&lesson, root, &complaints);
    check_quotes(&lesson, root, &complaints);
    check_commands(&lesson, &complaints);
    lesson_free(&lesson);
    for (size_t i = 0; i < complaints.count; i++)
        print_error("%s\n", complaints.item[i]);
    count = complaints.count;
    names_clear(&complaints);
    assert_int_equal(count, 0);
}

int main(void)
{
    struct CMUnitTest *tests;
    int failed;

    root = getenv("ROOT");
    build = getenv("BUILD");
    if (root == NULL || build == NULL)
        die("ROOT and BUILD are not set: run it by `make -C tests/lessons run`");
    CHECK(nftw(root, on_file_found, 16, FTW_PHYS));
    names_sort(&lessons);
    tests = calloc(lessons.count + 2, sizeof *tests);
    if (tests == NULL)
        die("no memory");
    for (size_t i = 0; i < lessons.count; i++)
        tests[i] = (struct CMUnitTest){.name = lessons.item[i],
                                       .test_func = lesson_is_true,
                                       .teardown_func = process_teardown,
                                       .initial_state = lessons.item[i]};
    size_t count = lessons.count;
#ifdef THREAD_SANITIZER
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(the_lessons_commands);
#endif
    if (getenv("LESSON") != NULL)
        cmocka_set_test_filter(getenv("LESSON"));
    failed = _cmocka_run_group_tests("lessons", tests, count, NULL, NULL);
    names_clear(&lessons);
    free(tests);
    return failed;
}
