/* How a program ends when its set-up fails, and what the clock promises. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "clock.h"
#include "unit.h"

static void expect_death(int (*body)(void *), void *arg, const char *words)
{
    struct child child;
    run_in_child(&child, body, arg);
    assert_string_equal(child.err, words);
    assert_int_equal(child.status, 1);
}

/* ---- Dying --------------------------------------------------------------------------------- */

static int die_of_hunger(void *arg)
{
    die("no %s for %d", (const char *)arg, 3);
}

static void test_die_says_who_and_why(void **state)
{
    (void)state;
    expect_death(die_of_hunger, "bread", "test_check: no bread for 3\n");
}

static int die_of_error(void *arg)
{
    die_error(*(int *)arg, "port %d", 80);
}

static void test_die_error_names_the_error(void **state)
{
    (void)state;
    const char *words = "test_check: port 80: EADDRINUSE (Address already in use)\n";
    expect_death(die_of_error, &(int){EADDRINUSE}, words);
    expect_death(die_of_error, &(int){-EADDRINUSE}, words);
}

static int die_after_words(void *arg)
{
    CHECK(dup2(STDERR_FILENO, STDOUT_FILENO));
    printf("%s", (const char *)arg);
    die("over");
}

static void test_what_was_printed_comes_first(void **state)
{
    (void)state;
    expect_death(die_after_words, "a line\n", "a line\ntest_check: over\n");
}

static void test_error_text(void **state)
{
    (void)state;
    assert_string_equal(error_text(ECONNREFUSED), "ECONNREFUSED (Connection refused)");
    assert_string_equal(error_text(-EPIPE), "EPIPE (Broken pipe)");
    assert_string_equal(error_text(54321), "error 54321");
}

/* ---- CHECK and CHECK_RC -------------------------------------------------------------------- */

static int check_bad_descriptor(void *arg)
{
    (void)arg;
    return (int)CHECK(fcntl(-1, F_GETFD));
}

static int check_bad_rc(void *arg)
{
    int rc = *(int *)arg;
    return (int)CHECK_RC(rc);
}

static void test_check_names_the_call(void **state)
{
    (void)state;
    struct child child;
    run_in_child(&child, check_bad_descriptor, NULL);
    assert_int_equal(child.status, 1);
    assert_non_null(strstr(child.err, "test_check.c:"));
    assert_non_null(strstr(child.err, "fcntl(-1, "));
    assert_non_null(strstr(child.err, ": EBADF (Bad file descriptor)\n"));
    run_in_child(&child, check_bad_rc, &(int){-ENOMEM});
    assert_int_equal(child.status, 1);
    assert_non_null(strstr(child.err, ": rc: ENOMEM (Cannot allocate memory)\n"));
}

static int want_descriptors(void *arg)
{
    (void)arg;
    die_error(-EMFILE, "no loop");
}

static void test_what_helps_is_said(void **state)
{
    (void)state;
    struct child child;
    run_in_child(&child, want_descriptors, NULL);
    assert_int_equal(child.status, 1);
    assert_non_null(
        strstr(child.err, ": no loop: EMFILE (Too many open files); ulimit -n allows more\n"));
}

static void test_check_gives_the_result(void **state)
{
    (void)state;
    assert_int_equal(CHECK(7), 7);
    assert_int_equal(CHECK_RC(0), 0);
    int fd = (int)CHECK(open("/dev/null", O_RDONLY | O_CLOEXEC));
    assert_true(fd >= 0);
    close(fd);
}

/* ---- The clock ----------------------------------------------------------------------------- */

static void test_sleep_is_never_short(void **state)
{
    (void)state;
    int64_t before = clock_now();
    clock_sleep(2 * NS_PER_MS);
    assert_true(clock_now() - before >= 2 * NS_PER_MS);
    clock_sleep(0);
    clock_sleep(-NS_PER_S);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int signo)
{
    (void)signo;
    alarms++;
}

static void test_signals_do_not_shorten_a_sleep(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval often = {.it_interval.tv_usec = 1000, .it_value.tv_usec = 1000};
    CHECK(sigaction(SIGALRM, &action, NULL));
    CHECK(setitimer(ITIMER_REAL, &often, NULL));
    int64_t before = clock_now();
    clock_sleep(20 * NS_PER_MS);
    int64_t slept = clock_now() - before;
    CHECK(setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL));
    assert_true(slept >= 20 * NS_PER_MS);
    assert_true(alarms > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_die_says_who_and_why),
        cmocka_unit_test(test_die_error_names_the_error),
        cmocka_unit_test(test_what_was_printed_comes_first),
        cmocka_unit_test(test_error_text),
        cmocka_unit_test(test_check_names_the_call),
        cmocka_unit_test(test_what_helps_is_said),
        cmocka_unit_test(test_check_gives_the_result),
        cmocka_unit_test(test_sleep_is_never_short),
        cmocka_unit_test(test_signals_do_not_shorten_a_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
