/* test_told.c - an error that nobody asked for: the line on stderr, at exit too, and the handler.
 *
 * When it is told, and when not, is compared with asyncio in tests/oracle (told.py).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "gather.h"
#include "task.h"
#include "trace.h"
#include "unit.h"

#define GUARD_S 60

static int fails(void *arg)
{
    (void)arg;
    int rc = co_sleep(NS_PER_MS);
    return rc < 0 ? rc : -EIO;
}

static int forgets(void *arg)
{
    struct task *task = task_spawn(co_loop(), fails, NULL, arg);
    if (!task)
        return -ENOMEM;
    task_detach(task);
    return co_sleep(2 * NS_PER_MS);
}

/* The reference is never given up: a leak, and the error with it. */
static struct task *kept;

static int keeps(void *arg)
{
    kept = task_spawn(co_loop(), fails, NULL, arg);
    return kept ? co_sleep(2 * NS_PER_MS) : -ENOMEM;
}

static int asks_and_keeps(void *arg)
{
    int rc = keeps(arg);
    return rc == 0 && task_result(kept) == -EIO ? 0 : -EINVAL;
}

/* Cancelled while it sleeps, it fails as it cleans up: the run is ending. */
static int fails_at_the_end(void *arg)
{
    (void)arg;
    return co_sleep(NS_PER_S) == -ECANCELED ? -EPIPE : 0;
}

static int leaves_one(void *arg)
{
    struct task *task = task_spawn(co_loop(), fails_at_the_end, NULL, arg);
    if (!task)
        return -ENOMEM;
    task_detach(task);
    return co_sleep(NS_PER_MS);
}

/* ---- stderr of a process that runs it and exits -------------------------------------------- */

static void run_and_exit(coro_fn *fn, const char *name)
{
    alarm(GUARD_S);
    struct loop *loop = loop_new(&backend_virtual);
    int rc = loop ? task_run(loop, fn, (void *)name, false) : -errno;
    loop_free(loop);
    exit(rc < 0);
}

static void stderr_of(coro_fn *fn, const char *name, char *text, size_t size)
{
    int pipe_fds[2], status;
    assert_int_equal(pipe(pipe_fds), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipe_fds[1], STDERR_FILENO);
        run_and_exit(fn, name);
    }
    close(pipe_fds[1]);
    size_t length = 0;
    ssize_t n;
    while ((n = read(pipe_fds[0], text + length, size - 1 - length)) > 0)
        length += (size_t)n;
    text[length] = '\0';
    close(pipe_fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static const struct told {
    coro_fn *fn;
    const char *name, *text;
} forgotten = {forgets, "fetch 3",
               "fetch 3: the task's error was never retrieved: EIO (Input/output error)\n"},
  leaked = {keeps, "kept",
            "kept: the task's error was never retrieved: EIO (Input/output error)\n"},
  asked_for = {asks_and_keeps, "kept", ""},
  late = {leaves_one, "last",
          "last: the task failed while the run was ending: EPIPE (Broken pipe)\n"};

static void on_stderr(void **state)
{
    const struct told *told = *state;
    char text[1000];
    stderr_of(told->fn, told->name, text, sizeof text);
    assert_string_equal(text, told->text);
}

/* ---- The handler --------------------------------------------------------------------------- */

static void say_it(const struct loop_exception *exception, void *arg)
{
    say("%s: %s: %s to %s", exception->name, exception->message, strerrorname_np(-exception->error),
        (const char *)arg);
}

static void a_handler(void **state)
{
    (void)state;
    trace_clear();
    alarm(GUARD_S);
    struct loop *loop = loop_new(&backend_virtual);
    assert_non_null(loop);
    loop_set_exception_handler(loop, say_it, "us");
    int rc = task_run(loop, forgets, "fetch 3", false);
    loop_free(loop);
    alarm(0);
    assert_int_equal(rc, 0);
    assert_string_equal(trace_text(), "fetch 3: the task's error was never retrieved: EIO to us");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"a task that is detached", on_stderr, NULL, NULL, (void *)&forgotten},
        {"one that is never given up, at exit", on_stderr, NULL, NULL, (void *)&leaked},
        {"not one whose result was asked for", on_stderr, NULL, NULL, (void *)&asked_for},
        {"one that fails when the run ends", on_stderr, NULL, NULL, (void *)&late},
        cmocka_unit_test(a_handler),
    };
    return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}
