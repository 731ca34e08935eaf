/* test_checks.c - a lesson that lies is red, and one that tells the truth is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "lesson.h"
#include "process.h"
#include "unit.h"

/* A course of one file in a temporary folder; its build/ is that of the course under test. */
static char root[64];
static struct names complaints;

static void put(const char *path, const char *text)
{
    char full[200];
    FILE *file;

    snprintf(full, sizeof full, "%s/%s", root, path);
    file = fopen(full, "w");
    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0)
        die("%s cannot be written", full);
}

static int make_course(void **state)
{
    char folder[100];

    (void)state;
    strcpy(root, "/tmp/course.XXXXXX");
    if (mkdtemp(root) == NULL)
        die("%s cannot be made", root);
    snprintf(folder, sizeof folder, "%s/01-first", root);
    CHECK(mkdir(folder, 0700));
    snprintf(folder, sizeof folder, "%s/build", root);
    CHECK(mkdir(folder, 0700));
    put("01-first/one.c", "int one(void)\n{\n    int a = 1;\n\n    return a;\n}\n\nint two;\n");
    return 0;
}

static int remove_course(void **state)
{
    char command[100];

    names_clear(&complaints);
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return process_teardown(state) != 0 || system(command) != 0;
}

/* Checks the page at `path`; the complaints are in `complaints`. */
static void check_page(const char *path)
{
    struct lesson lesson;

    names_clear(&complaints);
    lesson_read(&lesson, root, path);
    check_links(&lesson, root, &complaints);
    check_is_linked(&lesson, root, &complaints);
    check_quotes(&lesson, root, &complaints);
    check_console(&lesson, root, getenv("BUILD"), &complaints);
    lesson_free(&lesson);
}

/* Checks 01-first/README.md with this text. */
static void check(const char *text)
{
    put("01-first/README.md", text);
    check_page("01-first/README.md");
}

static void assert_no_complaint(void)
{
    for (size_t i = 0; i < complaints.count; i++)
        print_error("%s\n", complaints.item[i]);
    assert_int_equal(complaints.count, 0);
}

static void assert_true_lesson(const char *text)
{
    check(text);
    assert_no_complaint();
}

static void assert_first_complaint(const char *path, int line)
{
    char place[64];

    assert_true(complaints.count > 0);
    snprintf(place, sizeof place, "%s:%d: ", path, line);
    if (strncmp(complaints.item[0], place, strlen(place)) != 0)
        fail_msg("not at %s%s", place, complaints.item[0]);
}

static void assert_lie(const char *text, int line)
{
    check(text);
    assert_first_complaint("01-first/README.md", line);
}

#define QUOTE(lines)   "```c\n/* 01-first/one.c */\n" lines "```\n"
#define CONSOLE(lines) "```console\n" lines "```\n"

static void a_quote_stands_to_the_letter(void **state)
{
    (void)state;
    assert_true_lesson(QUOTE("int one(void)\n{\n    int a = 1;\n"));
    assert_true_lesson(QUOTE("int one(void)\n    /* ... */\n    return a;\n/* ... */\nint two;\n"));
    assert_true_lesson("```c\nint is_no_quote;\n```\n");
    assert_lie(QUOTE("int one(void)\n{\n    int a = 2;\n"), 5);
    assert_lie(QUOTE("int one(void)\n    return a;\n"), 4);
    assert_lie(QUOTE("    return a;\n/* ... */\nint one(void)\n"), 5);
    assert_lie(QUOTE("int a = 1;\n"), 3);
}

static void a_quote_names_a_file_that_exists(void **state)
{
    (void)state;
    assert_lie("text\n\n```c\n/* 01-first/none.c */\nint one(void)\n```\n", 4);
}

static void links_lead_somewhere(void **state)
{
    (void)state;
    assert_true_lesson("[a](one.c), [b](../01-first/one.c#L3), `[d](no)`\n");
    assert_true_lesson("[e](https://example.org/none)\n");
    assert_true_lesson("```text\n[f](none)\n```\n");
    assert_lie("[a](one.c) and\n[b](two.c)\n", 2);
    assert_lie("[b](01-first/one.c)\n", 1);
}

static void links_to_a_heading_lead_to_one(void **state)
{
    (void)state;
    put("01-first/more.md", "# More\n\n## In asyncio, `x`: this is…\n");
    assert_true_lesson("[a](more.md#more), [b](more.md#in-asyncio-x-this-is…)\n");
    assert_true_lesson("[c](#below)\n## Below\n");
    assert_lie("[a](more.md#less)\n", 1);
    assert_lie("## Below it\n[c](#below)\n", 2);
    assert_lie("##no heading\n[d](#no-heading)\n", 2);
}

static void a_page_is_linked_from_its_chapter(void **state)
{
    (void)state;
    put("01-first/more.md", "# More\n");
    put("01-first/README.md", "See [more](more.md#more).\n");
    check_page("01-first/more.md");
    assert_no_complaint();
    put("01-first/README.md", "See more.md, or [other](one.c).\n");
    check_page("01-first/more.md");
    assert_first_complaint("01-first/more.md", 1);
}

static void a_page_further_down_is_linked_from_its_folder(void **state)
{
    char folder[100];

    (void)state;
    snprintf(folder, sizeof folder, "%s/01-first/deep", root);
    CHECK(mkdir(folder, 0700));
    put("01-first/deep/README.md", "[hints](hints.md)\n");
    put("01-first/deep/hints.md", "Try.\n");
    put("01-first/deep/hidden.md", "Nobody comes here.\n");
    put("01-first/README.md", "[deep](deep/README.md)\n");
    check_page("01-first/deep/README.md");
    assert_no_complaint();
    check_page("01-first/deep/hints.md");
    assert_no_complaint();
    check_page("01-first/deep/hidden.md");
    assert_first_complaint("01-first/deep/hidden.md", 1);
    put("01-first/README.md", "[hints](deep/hints.md)\n");
    check_page("01-first/deep/README.md");
    assert_first_complaint("01-first/deep/README.md", 1);
}

/* Quotes and commands of a page that is no README.md are looked at as closely. */
static void a_page_is_checked_as_a_lesson_is(void **state)
{
    (void)state;
    put("01-first/README.md", "[more](more.md)\n");
    put("01-first/more.md", "text\n" QUOTE("int one(void)\n{\n    int a = 2;\n"));
    check_page("01-first/more.md");
    assert_first_complaint("01-first/more.md", 6);
    put("01-first/more.md", CONSOLE("$ echo Hello\nHello\n$ echo you\nme\n"));
    check_page("01-first/more.md");
    assert_first_complaint("01-first/more.md", 4);
}

static void fences_are_closed(void **state)
{
    (void)state;
    assert_true_lesson("````text\n```c\n````\n");
    assert_lie("text\n```c\nint one;\n", 2);
}

static void commands_print_what_the_lesson_says(void **state)
{
    (void)state;
    assert_true_lesson(CONSOLE("$ echo Hello\nHello\n$ true\n$ echo 7.1 units\n7.0 units\n"));
    assert_true_lesson(CONSOLE("$ echo one \\\n> two\none two\n"));
    assert_true_lesson(CONSOLE("$ seq 5\n1\n…\n5\n"));
    assert_lie(CONSOLE("$ echo Hello\nHello\n$ echo you\nme\n"), 4);
    assert_lie(CONSOLE("$ echo Hello\n"), 2);
    assert_lie(CONSOLE("$ true\nHello\n"), 2);
    assert_lie(CONSOLE("Hello\n"), 1);
}

static void exit_codes_are_said(void **state)
{
    (void)state;
    assert_true_lesson(CONSOLE("$ cat none\ncat: none: No such file or directory\n[exit 1]\n"));
    assert_lie(CONSOLE("$ cat none\ncat: none: No such file or directory\n"), 2);
    assert_lie(CONSOLE("$ true\n[exit 2]\n"), 2);
}

static void blocks_run_in_order_in_one_shell(void **state)
{
    (void)state;
    assert_true_lesson(CONSOLE("$ x=1 # kept\n") "text\n" CONSOLE("$ echo $x; cd 01-first\n1\n")
                           CONSOLE("$ ls *.c; touch left\none.c\n"));
    assert_int_equal(access(root, F_OK), 0);
}

static void files_left_in_the_top_folder_go(void **state)
{
    char left[100];

    (void)state;
    assert_true_lesson(CONSOLE("$ echo x >left; cat left\nx\n"));
    snprintf(left, sizeof left, "%s/left", root);
    assert_int_not_equal(access(left, F_OK), 0);
}

static void the_delay_server_is_there(void **state)
{
    (void)state;
    assert_true_lesson(CONSOLE("$ curl -s \"$AIO_URL/Ada\"\nHello, Ada…\n"));
    assert_true_lesson(CONSOLE("$ ls build/10-http-server/app\nbuild/10-http-server/app\n"));
}

static void a_server_in_the_background_lives_on(void **state)
{
    (void)state;
    assert_true_lesson(CONSOLE("$ build/10-http-server/app --port 0 >log &\n") "text\n" CONSOLE(
        "$ until grep -s Serving log; do sleep 0.1; done\nServing on 127.0.0.1:…\n"));
}

static void late_output_of_the_background_counts(void **state)
{
    (void)state;
    assert_true_lesson(CONSOLE("$ (sleep 0.3; echo late) &\nlate\n"));
    assert_lie(CONSOLE("$ echo early &\nlate\n"), 2);
}

static void only_what_make_does_at_length_goes_unrun(void **state)
{
    (void)state;
    assert_true_lesson("```console no-run\n$ make demo\n…\n$ make test\n```\n");
    assert_true_lesson("```console no-run\n$ make hostile ONLY=03\n```\n");
    assert_lie("```console no-run\n$ make clean\n```\n", 2);
    assert_lie("```console no-run\n$ make hostility\n```\n", 2);
    assert_lie("```console norun\n$ make test\n```\n", 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_course, remove_course)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_quote_stands_to_the_letter),
        TEST(a_quote_names_a_file_that_exists),
        TEST(links_lead_somewhere),
        TEST(links_to_a_heading_lead_to_one),
        TEST(a_page_is_linked_from_its_chapter),
        TEST(a_page_further_down_is_linked_from_its_folder),
        TEST(a_page_is_checked_as_a_lesson_is),
        TEST(fences_are_closed),
        TEST(commands_print_what_the_lesson_says),
        TEST(exit_codes_are_said),
        TEST(blocks_run_in_order_in_one_shell),
        TEST(files_left_in_the_top_folder_go),
        TEST(the_delay_server_is_there),
        TEST(a_server_in_the_background_lives_on),
        TEST(late_output_of_the_background_counts),
        TEST(only_what_make_does_at_length_goes_unrun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
