/* test_gdb.c - what a debugger sees: co-bt shows where the suspended coroutines stand, and a
 * backtrace inside of one ends where it began. gdb runs this very program, with an argument, as the
 * one that is looked at. Without gdb, or with one without Python, it is left out. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "clock.h"
#include "co_io.h"
#include "process.h"
#include "unit.h"

/* ---- The program that is looked at --------------------------------------------------------- */

static int pipe_fds[2];

/* Here gdb stops it. */
static __attribute__((noinline)) void look_now(void)
{
    __asm__ volatile("" ::: "memory");
}

static __attribute__((noinline)) int sleep_deep(int depth)
{
    int rc = depth > 0 ? sleep_deep(depth - 1) : co_sleep(3600 * NS_PER_S);
    return rc < 0 ? rc : depth; /* not the last thing that it does: each has a frame */
}

static int sleep_for_long(void *arg)
{
    (void)arg;
    return sleep_deep(2);
}

static int read_nothing(void *arg)
{
    char byte;
    return (int)co_read(*(int *)arg, &byte, 1);
}

static int look_from_inside(void *arg)
{
    int rc = co_yield(); /* until the others wait */
    loop_stop(arg);
    look_now();
    return rc;
}

static int give_up(void *arg)
{
    (void)arg;
    coro_suspend();
    return 0;
}

/* A second thread, with a coroutine of its own that nobody will resume. */
static void *park_another(void *arg)
{
    pthread_barrier_t *parked = arg;
    struct coro *coro = coro_new(give_up, NULL, "on the other thread");
    if (coro)
        coro_resume(coro);
    pthread_barrier_wait(parked);
    pause();
    return NULL;
}

static int be_looked_at(void)
{
    struct loop *loop = loop_new(&backend_epoll);
    pthread_barrier_t parked;
    pthread_t thread;
    if (!loop || pipe2(pipe_fds, O_NONBLOCK | O_CLOEXEC) < 0 ||
        pthread_barrier_init(&parked, NULL, 2) != 0 ||
        pthread_create(&thread, NULL, park_another, &parked) != 0)
        return 1;
    pthread_barrier_wait(&parked);
    if (!coro_new(give_up, NULL, "the new one") ||
        co_spawn(loop, sleep_for_long, NULL, "the sleeper") < 0 ||
        co_spawn(loop, read_nothing, &pipe_fds[0], "the reader") < 0 ||
        co_spawn(loop, look_from_inside, loop, "the looker") < 0)
        return 1;
    return loop_run_forever(loop) < 0;
}

/* ---- Looking at it ------------------------------------------------------------------------- */

static char seen[64 * 1024];

/* Lets gdb run `command` when the program has come to look_now; what it says is in `seen`. */
static int look_by(void **state)
{
    (void)state;
    const char *root = getenv("ROOT");
    char line[2000];
    snprintf(line, sizeof line,
             "gdb -nx -batch -ex 'python print(\"can\" + \" do\")' 2>&1 | grep -q '^can do' || "
             "exit 99; exec 2>&1 gdb -nx -batch -iex 'set debuginfod enabled off' "
             "-x '%s/05-coroutines/co-bt.py' -ex 'break look_now' -ex run -ex co-bt "
             "-ex 'echo == one\\n' -ex 'co-bt the sleeper' -ex 'echo == nobody\\n' "
             "-ex 'co-bt Ada' -ex 'echo == bt\\n' -ex bt -ex kill --args '%s' looked-at",
             root ? root : ".", program_path("tests/05-coroutines/test_gdb"));
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    const char *const environment[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};
    struct process *process = process_start_argv(argv, environment);
    int code = process_wait(process);
    if (code == 0)
        snprintf(seen, sizeof seen, "%s", process_stdout(process));
    process_free(process);
    return code == 0 || code == 99 ? 0 : -1;
}

/* What was seen from one heading to the next. */
static const char *section(const char *begin, const char *end)
{
    if (!*seen) {
        print_message("left out: needs gdb with Python (sh common/setup.sh --with ci)\n");
        skip();
    }
    static char text[sizeof seen];
    const char *from = strstr(seen, begin), *to = from ? strstr(from, end) : NULL;
    if (!to)
        fail_msg("no part from \"%s\" to \"%s\" in\n%s", begin, end, seen);
    snprintf(text, sizeof text, "%.*s", (int)(to - from), from);
    return text;
}

/* They stand in this order in `text`. */
static void expect_in_order(const char *text, const char *const *words)
{
    const char *at = text;
    for (; *words; words++) {
        at = strstr(at, *words);
        if (!at)
            fail_msg("\"%s\" is missing or not in order in\n%s", *words, seen);
    }
}

static void all_of_both_threads_are_shown(void **state)
{
    (void)state;
    static const char *const words[] = {"thread 1\n",
                                        "\"the new one\", made at test_gdb.c:",
                                        ", has not begun\n",
                                        "\"the sleeper\"",
                                        "\"the reader\"",
                                        "\"the looker\"",
                                        ", runs: see bt\n",
                                        "\nthread ",
                                        "\"on the other thread\"",
                                        "give_up (",
                                        NULL};
    expect_in_order(section("thread 1\n", "== one"), words);
}

static void what_they_wait_for_is_shown(void **state)
{
    (void)state;
    static const char *const words[] = {"\"the sleeper\"",
                                        ", waits in co_sleep (",
                                        "#0  co_sleep (",
                                        "#1  sleep_deep (depth=0) at ",
                                        "sleep_deep (depth=1)",
                                        "sleep_deep (depth=2)",
                                        "\"the reader\"",
                                        ", waits in co_wait_readable (fd=",
                                        "#1  co_read (fd=",
                                        "read_nothing (",
                                        NULL};
    expect_in_order(section("thread 1\n", "== one"), words);
}

static void one_can_be_asked_for(void **state)
{
    (void)state;
    const char *text = section("== one", "== nobody");
    assert_non_null(strstr(text, "sleep_deep (depth=2)"));
    assert_null(strstr(text, "the reader"));
    text = section("== nobody", "== bt");
    assert_non_null(strstr(text, "no coroutine named \"Ada\"\n"));
}

/* No "Backtrace stopped: previous frame identical to this frame (corrupt stack?)". */
static void a_backtrace_ends_where_the_coroutine_began(void **state)
{
    (void)state;
    static const char *const words[] = {"look_now (", "look_from_inside (", " run (", NULL};
    const char *text = section("== bt", "killed]");
    expect_in_order(text, words);
    assert_null(strstr(text, "topped"));
    assert_null(strstr(text, " main ("));
#ifndef SWITCH_UCONTEXT /* the C library's beginning has no name */
    assert_null(strstr(text, "??"));
#endif
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "looked-at") == 0)
        return be_looked_at();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_both_threads_are_shown),
        cmocka_unit_test(what_they_wait_for_is_shown),
        cmocka_unit_test(one_can_be_asked_for),
        cmocka_unit_test(a_backtrace_ends_where_the_coroutine_began),
    };
    return cmocka_run_group_tests_name("the debugger", tests, look_by, NULL);
}
