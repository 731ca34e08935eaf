#include "tracing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"

#define CHILDREN_MAX 200
#define WAIT_MS      10000

/* strace -f -c -p PID -p CHILD ...; -U calls: a line is "CALLS NAME", the last "CALLS total". */
static void exec_strace(pid_t pid, FILE *summary)
{
    static char numbers[CHILDREN_MAX + 1][16];
    pid_t processes[CHILDREN_MAX + 1] = {pid};
    char *command[2 * CHILDREN_MAX + 20] = {"strace",     "-f", "-c",       "-U",
                                            "calls,name", "-o", "/dev/fd/3"};
    int argument = 7;
    int count = proc_children(pid, processes + 1, CHILDREN_MAX);
    for (int i = 0; i <= count && i <= CHILDREN_MAX; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%d", processes[i]);
        command[argument++] = "-p";
        command[argument++] = numbers[i];
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nothing = open("/dev/null", O_WRONLY);
    if (nothing < 0 || dup2(fileno(summary), 3) < 0 || dup2(nothing, STDERR_FILENO) < 0)
        _exit(126);
    execvp("strace", command);
    _exit(errno == ENOENT ? 127 : 126);
}

static bool is_thread_traced(pid_t pid, const char *thread)
{
    char path[320], line[200];
    int tracer = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%s/status", pid, thread);
    FILE *status = fopen(path, "re");
    if (!status)
        return true; /* it has just ended */
    while (fgets(line, sizeof line, status))
        if (sscanf(line, "TracerPid: %d", &tracer) == 1)
            break;
    fclose(status);
    return tracer != 0;
}

/* Does somebody trace every thread of this process? */
static int is_traced(pid_t pid)
{
    char path[64];
    bool is = true;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (!threads)
        return -errno;
    for (struct dirent *entry; is && (entry = readdir(threads));)
        is = entry->d_name[0] == '.' || is_thread_traced(pid, entry->d_name);
    closedir(threads);
    return is;
}

static int all_are_traced(pid_t pid)
{
    pid_t children[CHILDREN_MAX];
    int count = proc_children(pid, children, CHILDREN_MAX);
    int is = is_traced(pid);
    for (int i = 0; i < count && i < CHILDREN_MAX && is > 0; i++)
        is = is_traced(children[i]);
    return is;
}

int tracing_begin(struct tracing *tracing, pid_t pid)
{
    int status, is = 0;
    tracing->summary = tmpfile();
    if (!tracing->summary)
        return -errno;
    tracing->strace = fork();
    if (tracing->strace == 0)
        exec_strace(pid, tracing->summary);
    for (int ms = 0; tracing->strace > 0 && ms < WAIT_MS && (is = all_are_traced(pid)) == 0; ms++) {
        if (waitpid(tracing->strace, &status, WNOHANG) == tracing->strace) {
            fclose(tracing->summary);
            return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -ENOENT : -EPERM;
        }
        poll(NULL, 0, 1);
    }
    if (is > 0)
        return 0;
    if (tracing->strace > 0) {
        kill(tracing->strace, SIGKILL);
        waitpid(tracing->strace, NULL, 0);
    }
    fclose(tracing->summary);
    return is < 0 ? is : -ETIMEDOUT;
}

long tracing_end(struct tracing *tracing)
{
    char line[200], name[64];
    long calls, total = -EPROTO;
    kill(tracing->strace, SIGINT);
    waitpid(tracing->strace, NULL, 0);
    rewind(tracing->summary);
    while (fgets(line, sizeof line, tracing->summary))
        if (sscanf(line, "%ld %63s", &calls, name) == 2 && strcmp(name, "total") == 0)
            total = calls;
    fclose(tracing->summary);
    return total;
}
