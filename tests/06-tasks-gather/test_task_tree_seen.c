/* test_task_tree_seen.c - the tree of a running program: by signal, watched, and in a debugger. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "net.h"
#include "process.h"
#include "programs.h"
#include "unit.h"

static void programs_print_it_on_a_signal(void **state)
{
    (void)state;
    struct aio aio;
    aio_start(&aio);
    struct process *program = program_start(&aio, "gets", LONG " " LONG);
    aio_wait(&aio, "in_flight", 2); /* so its handlers are set */
    process_signal(program, SIGUSR1);
    process_wait_stderr(program, "main                         waits for wait_tasks\n"
                                 "|-- get                      waits for fetch\n"
                                 "`-- get                      waits for fetch\n");
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(process_stderr(program), "interrupted"));
    process_free(program);
    aio_stop(&aio);
}

static void it_can_be_watched(void **state)
{
    (void)state;
    struct process *tasks =
        process_start(program_path("06-tasks-gather/tasks"), "--watch", "--unit-ms", "20", NULL);
    assert_int_equal(process_wait(tasks), 0);
    assert_ptr_equal(strstr(process_stdout(tasks), "after "), process_stdout(tasks));
    assert_non_null(strstr(process_stdout(tasks), " units:\nmain  "));
    process_free(tasks);
}

/* gdb stops the program where its own tree is about to be printed, and kills it then: what is
 * printed is what gdb has called for. */
static void a_debugger_may_ask_for_it(void **state)
{
    (void)state;
    char line[1000];
    snprintf(line, sizeof line,
             "command -v gdb >/dev/null || exit 99; exec 2>&1 gdb -nx -batch "
             "-iex 'set debuginfod enabled off' -ex 'break on_look' -ex run "
             "-ex 'call task_tree_show()' -ex kill '%s'",
             program_path("06-tasks-gather/tasks"));
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    const char *const environment[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};
    struct process *gdb = process_start_argv(argv, environment);
    int code = process_wait(gdb);
    if (code == 99) {
        print_message("left out: needs gdb (sh common/setup.sh --with ci)\n");
        process_free(gdb);
        skip();
    }
    if (code != 0 || !strstr(process_stdout(gdb), "`-- guests               waits for sleep\n"))
        fail_msg("gdb ended with %d and said:\n%s", code, process_stdout(gdb));
    process_free(gdb);
}

int main(void)
{
    net_ignore_sigpipe();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(programs_print_it_on_a_signal, process_teardown),
        cmocka_unit_test_teardown(it_can_be_watched, process_teardown),
        cmocka_unit_test_teardown(a_debugger_may_ask_for_it, process_teardown),
    };
    return cmocka_run_group_tests_name("task tree, seen", tests, NULL, NULL);
}
