/* test_never_awaited.c - a task that never came to run is told when the program ends, with the
 * place of its task_spawn; one that was cancelled before it began is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"
#include "task.h"
#include "unit.h"

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int stop(void *arg)
{
    loop_stop(arg);
    return 0;
}

/* Two tasks; the loop makes one pass, in which only the cancelled one could begin. */
static void leave_one_behind(void)
{
    struct loop *loop = loop_new(&backend_epoll);
    struct task *cancelled = task_spawn(loop, do_nothing, NULL, "the cancelled one");
    struct task *stopper = task_spawn(loop, stop, loop, "stopper");
    if (!loop || !cancelled || !stopper)
        exit(1);
    task_cancel(cancelled);
    if (loop_run_forever(loop) < 0 || !task_is_cancelled(cancelled) || !task_is_done(stopper))
        exit(1);
    task_unref(cancelled);
    task_unref(stopper);
    struct task *late = task_spawn(loop, do_nothing, NULL, "the late one");
    exit(late ? 0 : 1);
}

static void a_task_that_never_ran_is_told(void **state)
{
    (void)state;
    FILE *said = tmpfile();
    assert_non_null(said);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(fileno(said), STDERR_FILENO);
        leave_one_behind();
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
#ifndef ADDRESS_SANITIZER /* which finds the task that is left, too */
    assert_int_equal(WEXITSTATUS(status), 0);
#endif
    char text[4000];
    rewind(said);
    text[fread(text, 1, sizeof text - 1, said)] = '\0';
    fclose(said);
    assert_non_null(strstr(
        text, "coroutine the late one was never awaited: made at test_never_awaited.c:38\n"));
    assert_null(strstr(text, "the cancelled one"));
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_task_that_never_ran_is_told)};
    return cmocka_run_group_tests_name("never awaited", tests, NULL, NULL);
}
