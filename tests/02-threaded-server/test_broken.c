/* The wrong twins of the chapter: each has to fall into its trap, and a sanitizer has to name those
 * that it can see. A sanitizer's options are set here, so that its report ends nothing early. */
#include <string.h>

#include "process.h"
#include "runs.h"
#include "unit.h"

#define TWIN(name) "02-threaded-server/broken/" name

/* A sanitizer says this, and the program does not end well. */
__attribute__((unused)) static void expect_report(const char *program, const char *finding,
                                                  const char *place)
{
    struct process *twin =
        process_start_argv((const char *const[]){program_path(program), NULL},
                           (const char *const[]){"TSAN_OPTIONS=halt_on_error=0",
                                                 "ASAN_OPTIONS=halt_on_error=1", NULL});
    assert_int_not_equal(process_wait(twin), 0);
    if (!strstr(process_stderr(twin), finding) || !strstr(process_stderr(twin), place))
        fail_msg("expected %s in %s: %s", finding, place, process_stderr(twin));
    process_free(twin);
}

static void a_counter_without_a_lock_loses(void **state)
{
    (void)state;
#ifdef THREAD_SANITIZER
    expect_report(TWIN("counter"), "data race", "count_up");
#else
    expect_run(TWIN("counter"), 1, "2 threads counted to 10000 each: some is lost\n");
#endif
}

static void one_thing_is_taken_twice(void **state)
{
    (void)state;
    expect_run(TWIN("if_for_while"), 1,
               "one comes, and all are told\n"
               "a thread takes one, and leaves 0\n"
               "a thread takes one, and leaves -1\n"
               "-1 are left\n");
}

static void a_thread_outlives_its_argument(void **state)
{
    (void)state;
#if defined THREAD_SANITIZER
    expect_report(TWIN("outlives"), "data race", "serve");
#elif defined ADDRESS_SANITIZER
    expect_report(TWIN("outlives"), "stack-use-after-scope", "serve");
#else
    expect_run(TWIN("outlives"), 1,
               "Ada was greeted 0 times\n"
               "Bob was greeted 2 times\n");
#endif
}

static void a_wake_up_is_lost(void **state)
{
    (void)state;
    expect_run(TWIN("lost_wakeup"), 1,
               "the first looks: nothing\n"
               "the other brings it, and says so\n"
               "the first slept on, and it was there\n");
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_counter_without_a_lock_loses),
        TEST(one_thing_is_taken_twice),
        TEST(a_thread_outlives_its_argument),
        TEST(a_wake_up_is_lost),
    };
    return cmocka_run_group_tests_name("the wrong twins of 02", tests, NULL, NULL);
}
