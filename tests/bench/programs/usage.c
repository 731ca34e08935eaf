/* usage.c - runs a program to its end, and says what that cost for each of COUNT things.
 *
 *     usage LABEL COUNT COMMAND...          LABEL is EXPERIMENT:SUBJECT
 *
 * Three lines, as load.c's: CPU time (ns for each), the largest memory (bytes for each) and the
 * time from begin to end (s, in all). What the program prints is dropped, but for errors. It fails
 * as that fails.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "options.h"

static int run(char **command)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(127);
        execvp(command[0], command);
        fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
        _exit(127);
    }
    CHECK(pid);
    CHECK(waitpid(pid, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    long count;
    char *colon = argc > 1 ? strchr(argv[1], ':') : NULL;
    if (argc < 4 || !colon || parse_number(argv[2], 1, 1000000000, &count) < 0) {
        fprintf(stderr, "usage: usage EXPERIMENT:SUBJECT COUNT COMMAND...\n");
        return USAGE_ERROR;
    }
    *colon = '\t';
    int64_t begin_ns = clock_now();
    int rc = run(argv + 3);
    double wall_s = (double)(clock_now() - begin_ns) / NS_PER_S;
    if (rc != 0)
        return rc;
    struct rusage used;
    CHECK(getrusage(RUSAGE_CHILDREN, &used));
    double cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
    printf("%s\tcpu\t%.1f\tns/each\n", argv[1], cpu_s * 1e9 / (double)count);
    printf("%s\tmemory\t%.1f\tbytes/each\n", argv[1],
           (double)used.ru_maxrss * 1024 / (double)count);
    printf("%s\twall\t%.3f\ts\n", argv[1], wall_s);
    return 0;
}
