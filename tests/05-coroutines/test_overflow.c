/* test_overflow.c - a stack that overflows ends the process with a sentence that says whose it was.
 *
 * Only the children that are to overflow make coroutines: the first one installs the handler of the
 * fault, and cmocka, in this process, has one of its own.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coro.h"
#include "coro_tools.h"
#include "unit.h"

static int recurse(int depth)
{
    volatile char frame[1024];
    frame[0] = (char)depth;
    return depth == 0 ? frame[0] : recurse(depth - 1) + frame[0];
}

static int recurse_too_deep(void *arg)
{
    (void)arg;
    return recurse(100000);
}

/* One frame larger than the stack: without stack-clash protection it would jump over the guard. */
static int one_large_local(void *arg)
{
    volatile char large[CORO_STACK_SIZE * CORO_STACK_FACTOR + 6 * 1024];
    large[0] = arg != NULL;
    return large[0];
}

static void expect_overflow_told(coro_fn *fn)
{
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(pipe_fds[1], STDERR_FILENO);
        coro_resume(coro_new(fn, NULL, "the deep one"));
        _exit(0);
    }
    close(pipe_fds[1]);
    char text[64 * 1024];
    size_t length = 0;
    ssize_t count;
    while (length < sizeof text - 1 &&
           (count = read(pipe_fds[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)count;
    text[length] = '\0';
    close(pipe_fds[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_non_null(strstr(text, "stack overflow in task the deep one"));
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
}

static void an_overflow_is_told_with_the_name(void **state)
{
    (void)state;
    expect_overflow_told(recurse_too_deep);
}

static void a_large_local_cannot_jump_the_guard(void **state)
{
    (void)state;
    expect_overflow_told(one_large_local);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_overflow_is_told_with_the_name),
        cmocka_unit_test(a_large_local_cannot_jump_the_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
