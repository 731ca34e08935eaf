/* The small programs of the chapter: the toy, the ways to ask for a call, and the wrong twins, each
 * of which has to fall into its trap. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "unit.h"

#define PROGRAM(name) program_path("03-epoll-loop/" name)

static void expect_output(const char *path, const char *expected)
{
    struct process *process = process_start(path, NULL);
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(process_stdout(process), expected);
    assert_string_equal(process_stderr(process), "");
    process_free(process);
}

static void the_toy_ends_when_all_are_done(void **state)
{
    (void)state;
    expect_output(PROGRAM("toy"), "round  0: tea\n"
                                  "round  1: toast\n"
                                  "round  4: egg\n"
                                  "round  6: toast, done\n"
                                  "round  8: tea\n"
                                  "round 16: tea, done\n"
                                  "round 16: egg, done\n"
                                  "17 rounds, in 11 of them nobody was ready\n");
}

/* ---- call ------------------------------------------------------------------------------------ */

/* What `call LESSON` says, each line without the time in front of it; and the times. */
struct said {
    char text[2000];
    double times[20];
    int count;
};

static void call(struct said *said, const char *lesson, const char *unit_ms)
{
    struct process *process = process_start(PROGRAM("call"), lesson, "--unit-ms", unit_ms, NULL);
    assert_int_equal(process_wait(process), 0);
    *said = (struct said){.count = 0};
    const char *line = process_stdout(process);
    while (*line) {
        char *behind;
        double time = strtod(line, &behind);
        if (behind > line && said->count < 20)
            said->times[said->count++] = time;
        for (line = behind; isblank((unsigned char)*line); line++)
            ;
        size_t length = strcspn(line, "\n") + 1;
        assert_true(strlen(said->text) + length < sizeof said->text);
        strncat(said->text, line, length);
        line += length;
    }
    assert_string_equal(process_stderr(process), "");
    process_free(process);
}

static void soon_is_first_in_first_out(void **state)
{
    (void)state;
    struct said said;
    call(&said, "soon", "1");
    assert_string_equal(said.text, "is_running: false\n"
                                   "hello\n"
                                   "is_running: true\n"
                                   "hello again\n"
                                   "stopping the loop\n"
                                   "is_running: false\n");
}

static void stop_lets_the_pass_end(void **state)
{
    (void)state;
    struct said said;
    call(&said, "stop", "1");
    assert_string_equal(said.text, "stopping the loop\n"
                                   "was queued already\n"
                                   "the run has ended; here is another one\n"
                                   "was asked for later\n");
}

static void later_is_never_early(void **state)
{
    (void)state;
    struct said said;
    call(&said, "later", "5");
    assert_string_equal(said.text, "hello\n"
                                   "stopping the loop\n");
    assert_int_equal(said.count, 2);
    assert_true(said.times[0] >= 10.0);
    assert_true(said.times[1] >= 20.0);
}

static void equal_times_run_in_order(void **state)
{
    (void)state;
    struct said said;
    call(&said, "at", "5");
    assert_string_equal(said.text, "number 3 is cancelled\n"
                                   "at 10: number 1\n"
                                   "at 10: number 2\n"
                                   "at 10: number 4\n"
                                   "at 10: number 5\n"
                                   "at 11: stopping the loop\n");
    assert_true(said.times[0] >= 10.0 && said.times[4] >= 11.0);
}

/* The one who blocks is named, with the debug mode on. */
static void a_slow_callback_is_named(void **state)
{
    (void)state;
    struct said said;
    call(&said, "slow", "50");
    assert_string_equal(said.text, "a callback that blocks for 3 units\n"
                                   "the timer that was due at 1\n");
    assert_true(said.times[1] >= 3.0);

    const char *const argv[] = {PROGRAM("call"), "slow", "--unit-ms", "50", NULL};
    const char *const environment[] = {"LOOP_DEBUG=1", NULL};
    struct process *process = process_start_argv(argv, environment);
    assert_int_equal(process_wait(process), 0);
    assert_non_null(strstr(process_stderr(process), "loop: on_block kept the loop for "));
    process_free(process);
}

/* The thread asks after a unit, and nothing happens until the loop wakes for its own timer. The
 * thread sanitizer ends the program for what it does; that has a test of its own. */
static void from_another_thread_nobody_wakes_the_loop(void **state)
{
    (void)state;
#ifdef THREAD_SANITIZER
    skip();
#else
    struct said said;
    call(&said, "thread", "25");
    assert_string_equal(said.text, "the thread asks for five calls\n"
                                   "call 1 is made\n"
                                   "call 2 is made\n"
                                   "call 3 is made\n"
                                   "call 4 is made\n"
                                   "call 5 is made\n"
                                   "heartbeat\n");
    assert_true(said.times[1] >= 20.0);
#endif
}

static void the_thread_sanitizer_sees_it(void **state)
{
    (void)state;
#ifdef THREAD_SANITIZER
    struct process *process = process_start(PROGRAM("call"), "thread", "--unit-ms", "25", NULL);
    assert_int_not_equal(process_wait(process), 0);
    assert_non_null(strstr(process_stderr(process), "data race"));
    process_free(process);
#else
    skip();
#endif
}

/* No heartbeat: the loop was woken, long before it. */
static void threadsafe_wakes_the_loop(void **state)
{
    (void)state;
    struct said said;
    call(&said, "threadsafe", "500");
    assert_string_equal(said.text, "the thread asks for five calls\n"
                                   "call 1 is made\n"
                                   "call 2 is made\n"
                                   "call 3 is made\n"
                                   "call 4 is made\n"
                                   "call 5 is made\n");
}

static void expect_refused(const char *program, const char *argument, const char *named)
{
    struct process *process = process_start(program_path(program), argument, NULL);
    assert_int_equal(process_wait(process), 2);
    assert_string_equal(process_stdout(process), "");
    if (!strstr(process_stderr(process), named))
        fail_msg("%s does not name %s: %s", program, named, process_stderr(process));
    process_free(process);
}

static void bad_words_are_refused(void **state)
{
    (void)state;
    expect_refused("03-epoll-loop/call", "never", "\"never\"");
    expect_refused("03-epoll-loop/call", "--unit-ms=0", "--unit-ms \"0\"");
    expect_refused("03-epoll-loop/call", NULL, "which lesson");
    expect_refused("03-epoll-loop/toy", "car", "\"car\"");
    expect_refused("03-epoll-loop/server", "--idle=-1", "--idle \"-1\"");
    expect_refused("03-epoll-loop/echo_poll", "--port=x", "\"x\"");
    expect_refused("03-epoll-loop/broken/own_timer", "--mend", "--mend");
}

/* ---- The wrong twins --------------------------------------------------------------------------
 */

static void busy_loop_reads_in_vain(void **state)
{
    (void)state;
    expect_output(PROGRAM("broken/busy_loop"), "Ada: 1000000 reads, 999999 of them in vain\n"
                                               "and as long as that took, nobody else was served\n"
                                               "Bob: 1 reads, 0 of them in vain\n");
}

static void write_interest_spins(void **state)
{
    (void)state;
    expect_output(PROGRAM("broken/write_interest"),
                  "called 100000 times, 99999 of them with nothing to send\n");
}

static void stale_event_hits_the_wrong_one(void **state)
{
    (void)state;
    expect_output(PROGRAM("broken/stale_event"), "2 events in one batch\n"
                                                 "Ada says: kick Bob\n"
                                                 "close Bob\n"
                                                 "Cleo comes, and gets Bob's number\n"
                                                 "Cleo has hung up\n"
                                                 "close Cleo\n"
                                                 "Cleo is gone; she had done nothing\n"
                                                 "close Ada\n");
}

static void own_timer_takes_another_out(void **state)
{
    (void)state;
    expect_output(PROGRAM("broken/own_timer"), "at 1: Ada\n"
                                               "at 3: Cleo\n"
                                               "3 timers were set, 2 have rung, 0 are left\n");
}

static void edge_once_leaves_bytes_behind(void **state)
{
    (void)state;
    expect_output(PROGRAM("broken/edge_once"), "an event: read 16 bytes\n"
                                               "no event any more\n"
                                               "and 25 bytes lie unread in the socket\n");
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_toy_ends_when_all_are_done),
        TEST(soon_is_first_in_first_out),
        TEST(stop_lets_the_pass_end),
        TEST(later_is_never_early),
        TEST(equal_times_run_in_order),
        TEST(a_slow_callback_is_named),
        TEST(from_another_thread_nobody_wakes_the_loop),
        TEST(the_thread_sanitizer_sees_it),
        TEST(threadsafe_wakes_the_loop),
        TEST(bad_words_are_refused),
        TEST(busy_loop_reads_in_vain),
        TEST(write_interest_spins),
        TEST(stale_event_hits_the_wrong_one),
        TEST(own_timer_takes_another_out),
        TEST(edge_once_leaves_bytes_behind),
    };
    return cmocka_run_group_tests_name("the small programs", tests, NULL, NULL);
}
