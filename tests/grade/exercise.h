/* exercise.h - exercise.ini as a struct: the title, the tests, and what each of them expects.
 *
 *     title = write all of it
 *
 *     [parts]                                  a test
 *     title  = the kernel takes a part
 *     points = 3
 *     needs  = whole                           not tried when that test has failed
 *     plan   = 1000: 300 all                   for the driver
 *     expect returned = 0                      a fact and its value
 *     expect received = payload 1000           the payload's first 1000 bytes
 *     why    = a sentence
 *     lesson = 01-blocking-server/README.md#anchor
 *
 * What stands before the first test besides the title is grade.sh's: file, defines, include, wrap.
 */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stddef.h>

#define MAX_TESTS   16
#define MAX_EXPECTS 8

struct expect {
    const char *fact;
    const char *value; /* a text; NULL: the payload's first `payload` bytes */
    size_t payload;
};

struct test {
    const char *name;
    const char *title;
    int points;
    const char *needs; /* another test's name, or NULL */
    const char *plan;
    const char *why;
    const char *lesson;
    int expect_count;
    struct expect expects[MAX_EXPECTS];
};

struct exercise {
    const char *title;
    int points; /* of all the tests */
    int test_count;
    struct test tests[MAX_TESTS];
    char *text; /* what all the strings point into */
};

/* Dies (exit 2) with the file, the line and what is wrong with it. */
void exercise_read(struct exercise *exercise, const char *path);
void exercise_free(struct exercise *exercise);

#endif
