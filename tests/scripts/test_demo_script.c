/* test_demo_script.c - common/demo.sh: with the real server and demos, and with stand-ins that fail
 * in one way each.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "process.h"
#include "unit.h"

/* A server that is there, and ends when it is told to. */
#define SERVER(end) \
    "echo Serving on 127.0.0.1:9\ntrap 'kill $!; wait $!; " end "' TERM\nsleep 1000 & wait"

/* A demo that writes this row into its --summary. */
#define ROW(row) "echo '" row "' >>\"$4\""

static const char *in_build(void)
{
    return getenv("BUILD");
}

static const char *in_folder(void)
{
    return folder_path("");
}

/* Its temporary files go to FOLDER/tmp. */
static struct process *start_demos(const char *build, const char *url, const char *one,
                                   const char *other)
{
    char script[300], tmp[300], aio_url[100];
    const char *const environment[] = {tmp, aio_url, NULL};

    folder_add_script("tmp/unused", "");
    unlink(folder_path("tmp/unused"));
    snprintf(script, sizeof script, "%s/common/demo.sh", getenv("ROOT"));
    snprintf(tmp, sizeof tmp, "TMPDIR=%s", folder_path("tmp"));
    snprintf(aio_url, sizeof aio_url, "AIO_URL=%s", url);
    const char *const argv[] = {"/bin/sh", script, build, one, other, NULL};
    return process_start_argv(argv, environment);
}

static void assert_in(const char *text, const char *where)
{
    if (strstr(where, text) == NULL)
        fail_msg("\"%s\" is not in:\n%s", text, where);
}

/* No process of its group, no temporary file. */
static void assert_nothing_left(struct process *demos)
{
    assert_true(process_group_is_empty(demos));
    assert_int_equal(folder_count("tmp"), 0);
}

static void two_at_once_draw_and_measure(void **state)
{
    struct process *demos[2];

    (void)state;
    for (int i = 0; i < 2; i++)
        demos[i] = start_demos(in_build(), "", "03-epoll-loop", "01-blocking-server");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(process_wait(demos[i]), 0);
        assert_in("\n== 03-epoll-loop\n", process_stdout(demos[i]));
        assert_in("\nchapter   ", process_stdout(demos[i]));
        assert_in("\n01-blocking-server   ", process_stdout(demos[i]));
        assert_string_equal(process_stderr(demos[i]), "");
        assert_true(process_group_is_empty(demos[i]));
    }
    assert_int_equal(folder_count("tmp"), 0);
}

static void one_alone_has_no_table(void **state)
{
    struct process *demo = start_demos(in_build(), "", "03-epoll-loop", NULL);

    (void)state;
    assert_int_equal(process_wait(demo), 0);
    assert_in("max in flight 5", process_stdout(demo));
    assert_null(strstr(process_stdout(demo), "\nchapter   "));
    assert_nothing_left(demo);
}

static void end_in_the_middle(int signo)
{
    struct process *demos = start_demos(in_build(), "", "01-blocking-server", "03-epoll-loop");

    process_wait_stdout(demos, "== 01-blocking-server");
    process_signal(demos, signo);
    assert_int_equal(process_wait(demos), 128 + signo);
    assert_null(strstr(process_stdout(demos), "03-epoll-loop"));
    assert_nothing_left(demos);
}

static void ctrl_c_leaves_nothing(void **state)
{
    (void)state;
    end_in_the_middle(SIGINT);
}

static void a_termination_leaves_nothing(void **state)
{
    (void)state;
    end_in_the_middle(SIGTERM);
}

static void what_the_mechanism_cannot_give_is_said(void **state)
{
    struct process *demos;

    (void)state;
    folder_add_script("10-http-server/app", SERVER("exit 0"));
    folder_add_script("05-coroutines/demo", ROW("05-coroutines 29.0 1 1"));
    folder_add_script("07-semaphore/demo", ROW("07-semaphore 17.6 2 1"));
    demos = start_demos(in_folder(), "", "05-coroutines", "07-semaphore");
    assert_int_equal(process_wait(demos), 1);
    assert_string_equal(process_stderr(demos),
                        "demo: 05-coroutines took 29.0 units with 1 in flight; its mechanism must "
                        "give 7 with 5\n"
                        "demo: failed: 05-coroutines\n");
    assert_nothing_left(demos);
}

static void a_missing_second_row_is_said(void **state)
{
    struct process *demos;

    (void)state;
    folder_add_script("10-http-server/app", SERVER("exit 0"));
    folder_add_script("09-threadpool-offload/demo", ROW("09-threadpool-offload 12.1 4 5"));
    demos = start_demos(in_folder(), "", "09-threadpool-offload", NULL);
    assert_int_equal(process_wait(demos), 1);
    assert_in("demo: 09-threadpool-offload: a row of the table is missing", process_stderr(demos));
}

static void a_demo_that_fails_is_named_and_the_rest_runs(void **state)
{
    struct process *demos;

    (void)state;
    folder_add_script("10-http-server/app", SERVER("exit 0"));
    folder_add_script("05-coroutines/demo", "echo oh >&2; exit 3");
    folder_add_script("07-semaphore/demo", ROW("07-semaphore 17.0 2 1"));
    demos = start_demos(in_folder(), "", "05-coroutines", "07-semaphore");
    assert_int_equal(process_wait(demos), 1);
    assert_string_equal(process_stderr(demos), "oh\ndemo: failed: 05-coroutines\n");
    assert_in("\n07-semaphore 17.0 2 1\n", process_stdout(demos));
    assert_nothing_left(demos);
}

static void a_server_that_does_not_start_is_told(void **state)
{
    struct process *demos;

    (void)state;
    folder_add_script("10-http-server/app", "echo no port >&2; exit 1");
    folder_add_script("05-coroutines/demo", "");
    demos = start_demos(in_folder(), "", "05-coroutines", NULL);
    assert_int_equal(process_wait(demos), 1);
    assert_in("does not start:\nno port\n", process_stderr(demos));
    assert_nothing_left(demos);
}

static void a_server_that_ends_badly_is_told(void **state)
{
    struct process *demos;

    (void)state;
    folder_add_script("10-http-server/app", SERVER("echo leak >&2; exit 23"));
    folder_add_script("05-coroutines/demo", ROW("05-coroutines 7.0 5 1"));
    demos = start_demos(in_folder(), "", "05-coroutines", NULL);
    assert_int_equal(process_wait(demos), 1);
    assert_in("demo: the server ended with exit code 23:\n", process_stderr(demos));
    assert_in("\nleak\n", process_stderr(demos));
    assert_nothing_left(demos);
}

static void a_server_that_is_named_is_asked(void **state)
{
    struct process *demos;

    (void)state; /* there is no server to be started in this folder */
    folder_add_script("05-coroutines/demo", "echo asked $2\n" ROW("05-coroutines 7.0 5 1"));
    demos = start_demos(in_folder(), "http://127.0.0.1:8", "05-coroutines", NULL);
    assert_int_equal(process_wait(demos), 0);
    assert_in("asked http://127.0.0.1:8\n", process_stdout(demos));
    assert_nothing_left(demos);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_at_once_draw_and_measure),
        TEST(one_alone_has_no_table),
        TEST(ctrl_c_leaves_nothing),
        TEST(a_termination_leaves_nothing),
        TEST(what_the_mechanism_cannot_give_is_said),
        TEST(a_missing_second_row_is_said),
        TEST(a_demo_that_fails_is_named_and_the_rest_runs),
        TEST(a_server_that_does_not_start_is_told),
        TEST(a_server_that_ends_badly_is_told),
        TEST(a_server_that_is_named_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
