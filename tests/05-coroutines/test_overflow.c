/* test_overflow.c - a stack that overflows ends the process with a sentence that says whose it was.
 *
 * Only the children that are to overflow make coroutines: the first one installs the handler of the
 * fault, and cmocka, in this process, has one of its own.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coro.h"
#include "coro_tools.h"
#include "unit.h"

/* ---- The kernel, which may refuse a guard -------------------------------------------------- */

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

static bool refuse_guard_install, refuse_mprotect;
static int guards_installed, pages_protected;

/* These two take the place of the C library's in this program. */
int madvise(void *address, size_t length, int advice)
{
    if (advice == MADV_GUARD_INSTALL && refuse_guard_install) {
        errno = EINVAL; /* as before Linux 6.13 */
        return -1;
    }
    long rc = syscall(SYS_madvise, address, length, advice);
    guards_installed += advice == MADV_GUARD_INSTALL && rc == 0;
    return (int)rc;
}

int mprotect(void *address, size_t length, int protection)
{
    if (protection == PROT_NONE && refuse_mprotect) {
        errno = ENOMEM; /* as when there are too many mappings */
        return -1;
    }
    pages_protected += protection == PROT_NONE;
    return (int)syscall(SYS_mprotect, address, length, protection);
}

/* ---- Ways to overflow ---------------------------------------------------------------------- */

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
    __asm__ volatile("" ::"r"(large) : "memory"); /* or clang keeps one byte of it */
    large[0] = arg != NULL;
    return large[0];
}

/* As an overflow writes that goes a little too far: into the lowest bytes of the guard. */
static int write_into_the_guard(void *arg)
{
    struct coro *self = coro_current();
    uintptr_t byte = (uintptr_t)__builtin_frame_address(0);
    (void)arg;
    while (!coro_guard_holds(self, (void *)byte))
        byte--;
    while (coro_guard_holds(self, (void *)(byte - 1)))
        byte--;
    *(volatile char *)byte = 1;
    coro_suspend();
    return 0;
}

/* ---- Told ---------------------------------------------------------------------------------- */

static void expect_end(coro_fn *fn, int signo, int code)
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
    assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, signo);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : 0, code);
}

static void expect_overflow_told(coro_fn *fn)
{
    expect_end(fn, SIGSEGV, 0);
}

static void an_overflow_is_told_with_the_name(void **state)
{
    (void)state;
    expect_overflow_told(write_into_the_guard);
    expect_overflow_told(recurse_too_deep);
}

static void a_large_local_cannot_jump_the_guard(void **state)
{
    (void)state;
    expect_overflow_told(one_large_local);
}

/* ---- Three kinds of guard ------------------------------------------------------------------ */

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int restore(void **state)
{
    (void)state;
    refuse_guard_install = refuse_mprotect = false;
    return 0;
}

/* Where the kernel has the cheap guard, no mapping is split. (In a child, as all else here.) */
static void the_cheapest_guard_is_taken(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        pages_protected = 0;
        struct coro *coro = coro_new(do_nothing, NULL, "guarded");
        _exit(!coro || guards_installed + pages_protected != 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void before_linux_6_13_a_protected_page_tells(void **state)
{
    (void)state;
    refuse_guard_install = true;
    expect_overflow_told(recurse_too_deep);
    expect_overflow_told(one_large_local);
    expect_overflow_told(write_into_the_guard);
}

/* There the overflow itself is not noticed, but the next suspend is. */
static void with_too_many_mappings_a_canary_tells(void **state)
{
    (void)state;
    refuse_guard_install = refuse_mprotect = true;
    expect_end(write_into_the_guard, 0, 1);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_overflow_is_told_with_the_name),
        cmocka_unit_test(a_large_local_cannot_jump_the_guard),
        cmocka_unit_test(the_cheapest_guard_is_taken),
        cmocka_unit_test_teardown(before_linux_6_13_a_protected_page_tells, restore),
        cmocka_unit_test_teardown(with_too_many_mappings_a_canary_tells, restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
