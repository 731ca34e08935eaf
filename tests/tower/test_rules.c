/* test_rules.c - every rule of the tower turns red on a small tower that breaks it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "tower.h"
#include "unit.h"

/* A tower of two chapters in a temporary folder, by itself without fault. */
static char root[64];

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0)
        die("%s/%s cannot be written", root, path);
}

static int build_tower(void **state)
{
    (void)state;
    strcpy(root, "/tmp/tower.XXXXXX");
    if (mkdtemp(root) == NULL || chdir(root) < 0)
        die("%s cannot be made", root);
    CHECK(mkdir("common", 0700));
    CHECK(mkdir("01-low", 0700));
    CHECK(mkdir("02-high", 0700));
    put("common/net.h", "int net(void);\n");
    put("01-low/README.md", "low\n");
    put("01-low/Makefile", "STANDS_ON :=\n");
    put("01-low/low.h", "int low(void);\n");
    put("01-low/demo.c", "#include <stdio.h>\n#include \"low.h\"\n#include \"net.h\"\n");
    put("02-high/README.md", "high\n");
    put("02-high/Makefile", "STANDS_ON := 01-low\n");
    put("02-high/high.h", "#include \"low.h\"\n");
    put("02-high/demo.c", "#include \"high.h\"\n");
    return 0;
}

static int remove_tower(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return chdir("/") < 0 || system(command) != 0;
}

/* Reads the tower again and returns the only complaint of this rule, "" if there is none. */
static const char *complaint(void (*rule)(const struct tower *, struct names *))
{
    static char text[300];
    struct names complaints = {0};
    struct tower tower;

    tower_read(&tower, root);
    tower_read_symbols(&tower, root);
    rule(&tower, &complaints);
    for (size_t i = 0; i < complaints.count; i++)
        print_message("%s\n", complaints.item[i]);
    assert_true(complaints.count <= 1);
    snprintf(text, sizeof text, "%s", complaints.count == 0 ? "" : complaints.item[0]);
    names_clear(&complaints);
    tower_free(&tower);
    return text;
}

static void a_good_tower_breaks_no_rule(void **state)
{
    (void)state;
    assert_string_equal(complaint(check_stands_on), "");
    assert_string_equal(complaint(check_includes), "");
    assert_string_equal(complaint(check_symbols), "");
    assert_string_equal(complaint(check_lengths), "");
    assert_string_equal(complaint(check_shape), "");
}

static void an_include_from_above_is_seen(void **state)
{
    (void)state;
    CHECK(mkdir("01-low/broken", 0700));
    put("01-low/broken/twin.c", "# include   \"high.h\" /* of the chapter above */\n");
    assert_string_equal(complaint(check_includes),
                        "01-low/broken/twin.c: includes high.h of 02-high, a higher floor");
}

static void an_include_by_a_path_is_seen(void **state)
{
    (void)state;
    put("common/net.c", "#include \"../01-low/low.h\"\n");
    assert_string_equal(complaint(check_includes),
                        "common/net.c: includes ../01-low/low.h of 01-low, a higher floor");
}

static void an_include_of_what_is_not_named_is_seen(void **state)
{
    (void)state;
    put("02-high/Makefile", "STANDS_ON :=\n");
    assert_string_equal(
        complaint(check_includes),
        "02-high/high.h: includes low.h of 01-low, which its STANDS_ON does not name");
}

static void standing_on_a_higher_chapter_is_seen(void **state)
{
    (void)state;
    put("01-low/Makefile", "STANDS_ON := 02-high\n");
    put("02-high/Makefile", "STANDS_ON :=\n");
    assert_string_equal(complaint(check_stands_on),
                        "01-low/Makefile: STANDS_ON names 02-high, which is no lower chapter");
}

static void standing_on_nothing_is_seen(void **state)
{
    (void)state;
    put("02-high/Makefile", "PROGRAMS := demo\nSTANDS_ON := 01-low 00-none\n");
    assert_string_equal(complaint(check_stands_on),
                        "02-high/Makefile: STANDS_ON names 00-none, which is no lower chapter");
}

static void a_floor_left_out_is_seen(void **state)
{
    (void)state;
    CHECK(mkdir("03-top", 0700));
    put("03-top/Makefile", "STANDS_ON := 02-high\n");
    assert_string_equal(complaint(check_stands_on),
                        "03-top/Makefile: STANDS_ON names 02-high, but not 01-low below it");
}

static void build_library(const char *folder, const char *code)
{
    char command[400];

    snprintf(command, sizeof command,
             "cd %s && echo '%s' | gcc -x c -c -o brick.o - && ar rcs lib%s.a brick.o", folder,
             code, folder);
    assert_int_equal(system(command), 0);
}

static void a_symbol_from_above_is_seen(void **state)
{
    (void)state;
    build_library("01-low", "int high(void); int low(void) { return high(); }");
    build_library("02-high", "int low(void); int high(void) { return low(); }");
    assert_string_equal(complaint(check_symbols), "01-low: its library needs high of 02-high");
}

static void a_file_too_long_is_seen(void **state)
{
    char lines[322];

    (void)state;
    memset(lines, '\n', 321);
    lines[321] = '\0';
    put("02-high/long.c", lines + 1);
    assert_string_equal(complaint(check_lengths), "");
    put("02-high/long.c", lines);
    assert_string_equal(complaint(check_lengths),
                        "02-high/long.c: has 321 lines; a file is one idea in at most 320");
}

static void a_chapter_without_a_lesson_is_seen(void **state)
{
    (void)state;
    CHECK(unlink("01-low/README.md"));
    assert_string_equal(complaint(check_shape), "01-low: has no README.md");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, build_tower, remove_tower)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_tower_breaks_no_rule),
        TEST(an_include_from_above_is_seen),
        TEST(an_include_by_a_path_is_seen),
        TEST(an_include_of_what_is_not_named_is_seen),
        TEST(standing_on_a_higher_chapter_is_seen),
        TEST(standing_on_nothing_is_seen),
        TEST(a_floor_left_out_is_seen),
        TEST(a_symbol_from_above_is_seen),
        TEST(a_file_too_long_is_seen),
        TEST(a_chapter_without_a_lesson_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
