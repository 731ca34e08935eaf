/* test_demo.c - what the end-to-end tests do not see of the demo: the problem, and its end. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "process.h"
#include "unit.h"

static struct process *server;
static char url[64];

static int set_up(void **state)
{
    (void)state;
    alarm(120);
    server = process_start(program_path("10-http-server/app"), "--port", "0", "--unit-ms", "20",
                           "--quiet", NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", process_serving_port(server));
    return 0;
}

static void who_blocks_in_a_coroutine_keeps_the_loop(void **state)
{
    (void)state;
    struct process *demo = process_start(program_path("09-threadpool-offload/demo"), "--url", url,
                                         "--blocking", "2", "1", "1", NULL);
    assert_int_equal(process_wait(demo), 0);
    assert_non_null(strstr(process_stdout(demo), "max in flight 1, threads 1\n"));
    assert_null(strstr(process_stdout(demo), "five threads"));
}

/* SIGINT is ignored, as the shell has it for what runs in the background: the demo obeys the first
 * one all the same, and so it must the second. */
static void a_second_signal_does_not_wait_for_the_threads(void **state)
{
    (void)state;
    struct process *demo =
        process_start("/bin/sh", "-c", "trap '' INT; exec \"$0\" --url \"$1\" 3600 3600",
                      program_path("09-threadpool-offload/demo"), url, NULL);
    process_wait_stdout(server, "delay: 3600\ndelay: 3600\n");
    process_signal(demo, SIGINT);
    process_wait_stderr(demo, "interrupted");
    process_signal(demo, SIGINT);
    assert_int_equal(process_wait(demo), 128 + SIGINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_blocks_in_a_coroutine_keeps_the_loop, set_up,
                                        process_teardown),
        cmocka_unit_test_setup_teardown(a_second_signal_does_not_wait_for_the_threads, set_up,
                                        process_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
