#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "proc.h"
#include "process_internal.h"
#include "unit.h"

#define MAX_ARGUMENTS 32

static struct process *all; /* that were started and not freed */

/* Of a test started by hand: it is itself in $BUILD/tests/NAME/. */
static const char *build_of_this_test(void)
{
    static char path[400];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    for (int up = 0; up < 3; up++) {
        char *slash = strrchr(path, '/');
        if (!slash)
            fail_msg("BUILD is not set: run the tests with make");
        *slash = '\0';
    }
    return path;
}

const char *program_path(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    const char *build = getenv("BUILD");
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", build ? build : build_of_this_test(), name);
    return path;
}

/* ---- Starting ------------------------------------------------------------------------------ */

static void say_and_exit(const char *what)
{
    dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
    _exit(127);
}

/* What the test has changed for itself is not the program's: masks and ignored signals. */
static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int signo = 1; signo < NSIG; signo++)
        signal(signo, SIG_DFL); /* fails for SIGKILL and SIGSTOP, which need nothing */
}

static void become_program(const char *const argv[], const char *const environment[], int out,
                           int err, pid_t parent)
{
    int in = open("/dev/null", O_RDONLY);
    if (in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(err, STDERR_FILENO) < 0)
        say_and_exit("stdin, stdout and stderr");
    /* Nothing else: neither `in` nor what the test was itself given (by make -j, say). */
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127); /* the test ended before it could be told */
    reset_signals();
    for (; environment && *environment; environment++)
        putenv((char *)*environment);
    execv(argv[0], (char *const *)argv);
    say_and_exit(argv[0]);
}

static struct process *process_new(const char *name)
{
    static bool registered;
    if (!registered) {
        registered = true;
        atexit(process_kill_all);
    }
    struct process *process = calloc(1, sizeof *process);
    assert_non_null(process);
    process->name = strdup(name);
    process->pidfd = -1;
    process->next = all;
    all = process;
    return process;
}

struct process *process_start_argv(const char *const argv[], const char *const environment[])
{
    struct process *process = process_new(argv[0]);
    int out, err;
    assert_int_equal(captured_open(&process->out, &out), 0);
    assert_int_equal(captured_open(&process->err, &err), 0);
    fflush(NULL); /* or the child's copy of the buffers might be written too */
    pid_t parent = getpid();
    process->pid = fork();
    if (process->pid == 0)
        become_program(argv, environment, out, err, parent);
    close(out);
    close(err);
    assert_true(process->pid > 0);
    setpgid(process->pid, process->pid); /* in both, since either may come first */
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    assert_true(process->pidfd >= 0);
    return process;
}

struct process *process_start(const char *path, ...)
{
    const char *argv[MAX_ARGUMENTS + 1] = {path};
    int count = 1;
    va_list arguments;
    va_start(arguments, path);
    while ((argv[count] = va_arg(arguments, const char *)))
        assert_true(++count < MAX_ARGUMENTS);
    va_end(arguments);
    return process_start_argv(argv, NULL);
}

/* ---- Ending -------------------------------------------------------------------------------- */

static void note_end(struct process *process, int status)
{
    process->ended = true;
    process->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    process_drain(process);
}

bool process_has_ended(struct process *process)
{
    int status;
    if (!process->ended && waitpid(process->pid, &status, WNOHANG) == process->pid)
        note_end(process, status);
    return process->ended;
}

int process_wait(struct process *process)
{
    int64_t deadline = clock_now() + PROCESS_GUARD_S * NS_PER_S;
    while (!process_has_ended(process))
        process_wait_event(process, deadline, "its end");
    return process->status;
}

void process_signal(struct process *process, int signo)
{
    if (process_has_ended(process))
        process_fail(process, "it has ended with %d before signal %d", process->status, signo);
    kill(process->pid, signo);
}

int process_stop(struct process *process)
{
    process_signal(process, SIGTERM);
    return process_wait(process);
}

static void kill_group(struct process *process)
{
    if (process->pid > 0)
        kill(-process->pid, SIGKILL);
    if (process->pid > 0 && !process->ended) {
        kill(process->pid, SIGKILL); /* before its setpgid */
        waitpid(process->pid, NULL, 0);
        process->ended = true;
    }
}

void process_kill_all(void)
{
    for (struct process *process = all; process; process = process->next)
        kill_group(process);
}

void process_free(struct process *process)
{
    if (!process)
        return;
    kill_group(process);
    struct process **place = &all;
    while (*place != process)
        place = &(*place)->next;
    *place = process->next;
    captured_close(&process->out);
    captured_close(&process->err);
    if (process->pidfd >= 0)
        close(process->pidfd);
    free(process->name);
    free(process);
}

int process_teardown(void **state)
{
    (void)state;
    while (all)
        process_free(all);
    return 0;
}

/* ---- Looking ------------------------------------------------------------------------------- */

pid_t process_pid(const struct process *process)
{
    return process->pid;
}

bool process_group_is_empty(const struct process *process)
{
    return kill(-process->pid, 0) < 0 && errno == ESRCH;
}

int process_count_threads(const struct process *process)
{
    return proc_count_threads(process->pid);
}

int process_count_fds(const struct process *process)
{
    return proc_count_fds(process->pid);
}

int process_count_children(const struct process *process)
{
    return proc_count_children(process->pid);
}

long process_rss_kib(const struct process *process)
{
    return proc_rss_kib(process->pid);
}

long process_own_memory_kib(const struct process *process)
{
    return proc_own_memory_kib(process->pid);
}
