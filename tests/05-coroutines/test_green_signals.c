/* Signals and fork, with threads: the kernel's, then those of green.so. See green_run.h. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "green_run.h"
#include "unit.h"

static int ours, theirs; /* the ends of a pair of sockets */

static int open_pair(void **state)
{
    (void)state;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return -1;
    ours = ends[0];
    theirs = ends[1];
    return 0;
}

static int close_pair(void **state)
{
    (void)state;
    return close(ours) + close(theirs);
}

static void *write_soon(void *arg)
{
    (void)arg;
    usleep(1000);
    return (void *)(intptr_t)write(theirs, "x", 1);
}

/* ---- Signals ------------------------------------------------------------------------------- */

static atomic_bool has_returned;

static void on_signal(int signo)
{
    (void)signo;
}

static void install(int flags)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags}, before;
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    assert_int_equal(sigaction(SIGUSR1, NULL, &before), 0);
    assert_ptr_equal(before.sa_handler, on_signal);
}

/* Again and again: one that comes before main waits interrupts nothing. */
static void *interrupt_main(void *arg)
{
    (void)arg;
    while (!has_returned) {
        kill(getpid(), SIGUSR1);
        usleep(2000);
    }
    return NULL;
}

static void *interrupt_and_write(void *arg)
{
    for (int i = 0; i < 5; i++) {
        usleep(1000);
        kill(getpid(), SIGUSR1);
    }
    return write_soon(arg);
}

static void a_handler_ends_mains_wait_unless_it_restarts(void **state)
{
    (void)state;
    install(0);
    has_returned = false;
    pthread_t thread = start(interrupt_main, NULL);
    assert_int_equal(read(ours, &(char){0}, 1), -1);
    assert_int_equal(errno, EINTR);
    install(SA_RESTART);
    struct timespec left = {0}, minute = {.tv_sec = 60};
    assert_int_equal(nanosleep(&minute, &left), -1);
    assert_int_equal(errno, EINTR);
    assert_true(left.tv_sec >= 1 && left.tv_sec < 60);
    has_returned = true;
    end_of(thread);
    thread = start(interrupt_and_write, NULL);
    assert_int_equal(read(ours, &(char){0}, 1), 1);
    end_of(thread);
    signal(SIGUSR1, SIG_DFL);
}

static void *wait_for_signal(void *set)
{
    int signo = 0;
    int error = sigwait(set, &signo);
    return (void *)(intptr_t)(error ? -error : signo);
}

static void a_thread_waits_for_a_signal(void **state)
{
    (void)state;
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &set, &before), 0);
    pthread_t thread = start(wait_for_signal, &set);
    usleep(1000);
    assert_int_equal(kill(getpid(), SIGUSR2), 0);
    assert_int_equal((intptr_t)end_of(thread), SIGUSR2);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
}

/* ---- fork ---------------------------------------------------------------------------------- */

#ifndef THREAD_SANITIZER
static atomic_int ticks;

static void *tick(void *arg)
{
    while (!has_returned) {
        ticks++;
        usleep(500);
    }
    return arg;
}

/* The child has a main and no other thread, and may make one. The pair of sockets is the same. */
static int live_as_child(void)
{
    int before = ticks;
    usleep(5000);
    if (ticks != before)
        return 1;
    return (intptr_t)end_of(start(write_soon, NULL)) == 1 ? 0 : 2;
}

static void main_may_fork(void **state)
{
    (void)state;
    has_returned = false;
    pthread_t ticker = start(tick, NULL);
    while (ticks < 3)
        usleep(500);
    pid_t child = fork();
    if (child == 0)
        _exit(live_as_child());
    int status = -1;
    assert_int_equal(read(ours, &(char){0}, 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    has_returned = true;
    end_of(ticker);
}
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pair, close_pair)

int main(int argc, char **argv)
{
    (void)argc;
#ifdef THREAD_SANITIZER
    puts("left out: main_may_fork (the thread sanitizer refuses threads in a forked child)");
#endif
    const struct CMUnitTest tests[] = {
        TEST(a_handler_ends_mains_wait_unless_it_restarts),
        TEST(a_thread_waits_for_a_signal),
#ifndef THREAD_SANITIZER /* it does not know threads of a child */
        TEST(main_may_fork),
#endif
    };
    return green_run(argv, "signals", tests, sizeof tests / sizeof tests[0]);
}
