/* exercise.c - reads an ini file, line by line, in place. */
#include "exercise.h"

#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol.h"

#define MISUSE 2

struct place {
    const char *path;
    int line;
};

static void __attribute__((noreturn))
complain(const struct place *place, const char *what, const char *text)
{
    fprintf(stderr, "%s:%d: %s: \"%s\"\n", place->path, place->line, what, text);
    exit(MISUSE);
}

/* Without the blanks around it. */
static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

static long parse_count(const struct place *place, const char *text, long max)
{
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || count < 0 || count > max)
        complain(place, "not a number that makes sense here", text);
    return count;
}

static void add_expect(struct test *test, const struct place *place, char *fact, char *value)
{
    if (test->expect_count == MAX_EXPECTS)
        complain(place, "too many expectations", fact);
    struct expect *expect = &test->expects[test->expect_count++];
    expect->fact = trim(fact);
    expect->value = value;
    if (strncmp(value, "payload ", 8) == 0) {
        expect->value = NULL;
        expect->payload = (size_t)parse_count(place, value + 8, PAYLOAD_MAX);
    }
}

static void set_test_key(struct test *test, const struct place *place, char *key, char *value)
{
    const struct {
        const char *name;
        const char **field;
    } texts[] = {
        {"title", &test->title}, {"needs", &test->needs},   {"plan", &test->plan},
        {"why", &test->why},     {"lesson", &test->lesson},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(key, texts[i].name) == 0) {
            *texts[i].field = value;
            return;
        }
    if (strcmp(key, "points") == 0)
        test->points = (int)parse_count(place, value, 1000);
    else if (strncmp(key, "expect ", 7) == 0)
        add_expect(test, place, key + 7, value);
    else
        complain(place, "an unknown key", key);
}

static void begin_test(struct exercise *exercise, const struct place *place, char *name)
{
    char *end = strchr(name, ']');
    if (!end || exercise->test_count == MAX_TESTS)
        complain(place, end ? "too many tests" : "expected [name]", name);
    *end = '\0';
    exercise->tests[exercise->test_count++] = (struct test){.name = name};
}

static void read_line(struct exercise *exercise, const struct place *place, char *line)
{
    line = trim(line);
    if (*line == '\0' || *line == ';')
        return;
    if (*line == '[') {
        begin_test(exercise, place, line + 1);
        return;
    }
    char *equals = strchr(line, '=');
    if (!equals)
        complain(place, "expected \"key = value\"", line);
    *equals = '\0';
    char *key = trim(line), *value = trim(equals + 1);
    if (exercise->test_count > 0)
        set_test_key(&exercise->tests[exercise->test_count - 1], place, key, value);
    else if (strcmp(key, "title") == 0)
        exercise->title = value;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        error(MISUSE, errno, "%s", path);
    char *text = NULL;
    size_t size = 0;
    if (getdelim(&text, &size, '\0', file) < 0)
        error(MISUSE, errno, "%s is empty or cannot be read", path);
    fclose(file);
    return text;
}

/* Every test is whole: the judge relies on it. */
static void check_tests(struct exercise *exercise, const struct place *place)
{
    if (!exercise->title || exercise->test_count == 0)
        complain(place, "no title, or no tests", "");
    for (int i = 0; i < exercise->test_count; i++) {
        const struct test *test = &exercise->tests[i];
        if (!test->title || !test->plan || !test->why || !test->lesson || test->points == 0 ||
            test->expect_count == 0)
            complain(place, "this test lacks a key", test->name);
        if (strlen(test->plan) >= PLAN_MAX)
            complain(place, "this plan is too long", test->plan);
        exercise->points += test->points;
    }
}

void exercise_read(struct exercise *exercise, const char *path)
{
    *exercise = (struct exercise){.text = read_file(path)};
    struct place place = {.path = path};
    char *rest = exercise->text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        place.line++;
        read_line(exercise, &place, line);
    }
    check_tests(exercise, &place);
}

void exercise_free(struct exercise *exercise)
{
    free(exercise->text);
}
