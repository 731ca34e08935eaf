/* cmocka.h - as much of cmocka as the tests of this chapter use, for a processor that Debian brings
 * no cmocka for unless it is the machine's own. The first assertion that fails ends the program.
 */
#ifndef SMALL_CMOCKA_H
#define SMALL_CMOCKA_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    int (*set_up)(void **state), (*tear_down)(void **state);
};

#define cmocka_unit_test_setup_teardown(test, set_up, tear_down) \
    {                                                            \
#test, test, set_up, tear_down                           \
    }
#define cmocka_unit_test_teardown(test, tear_down) \
    cmocka_unit_test_setup_teardown(test, NULL, tear_down)
#define cmocka_unit_test(test) cmocka_unit_test_setup_teardown(test, NULL, NULL)

#define fail_msg(...)                                                         \
    do {                                                                      \
        printf("%s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), puts(""); \
        exit(1);                                                              \
    } while (0)

#define assert_true(right)         ((right) ? (void)0 : fail_at(__FILE__, __LINE__, #right))
#define assert_false(wrong)        assert_true(!(wrong))
#define assert_null(pointer)       assert_true(!(pointer))
#define assert_non_null(pointer)   assert_true(pointer)
#define assert_int_equal(a, b)     assert_true((long long)(a) == (long long)(b))
#define assert_int_not_equal(a, b) assert_true((long long)(a) != (long long)(b))
#define assert_ptr_equal(a, b)     assert_true((const void *)(a) == (const void *)(b))
#define assert_in_range(n, low, high) \
    assert_true((long long)(n) >= (long long)(low) && (long long)(n) <= (long long)(high))
#define assert_memory_equal(a, b, bytes) assert_true(memcmp((a), (b), (bytes)) == 0)
#define assert_string_equal(a, b)                       \
    do {                                                \
        if (strcmp((a), (b)) != 0)                      \
            fail_msg("\"%s\" is not \"%s\"", (a), (b)); \
    } while (0)

static inline void fail_at(const char *file, int line, const char *what)
{
    printf("%s:%d: not so: %s\n", file, line, what);
    exit(1);
}

static inline int run_them(const struct CMUnitTest *tests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *state = NULL;
        if (tests[i].set_up)
            assert_int_equal(tests[i].set_up(&state), 0);
        tests[i].test(&state);
        if (tests[i].tear_down)
            assert_int_equal(tests[i].tear_down(&state), 0);
        printf("%s: right\n", tests[i].name);
    }
    return 0;
}

#define cmocka_run_group_tests(tests, set_up, tear_down) \
    run_them(tests, sizeof tests / sizeof tests[0])

#define cmocka_run_group_tests_name(name, tests, set_up, tear_down) \
    cmocka_run_group_tests(tests, set_up, tear_down)

#endif
