#include "watching.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "clock.h"
#include "proc.h"

#define CHILDREN_MAX 1024

static long switches_of(pid_t pid, const char *thread)
{
    char path[320], line[200];
    long switches = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%s/status", pid, thread);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0; /* it has just ended */
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "voluntary_ctxt_switches: %ld", &switches) == 1)
            break;
    fclose(file);
    return switches;
}

static int add_process(pid_t pid, struct watched *watched)
{
    char path[64];
    clockid_t clock;
    struct timespec used;
    int error = clock_getcpuclockid(pid, &clock);
    if (error != 0)
        return -error;
    if (clock_gettime(clock, &used) < 0)
        return -errno;
    watched->cpu_ns += used.tv_sec * NS_PER_S + used.tv_nsec;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (!threads)
        return -errno;
    for (struct dirent *entry; (entry = readdir(threads));) {
        if (entry->d_name[0] == '.')
            continue;
        watched->switches += switches_of(pid, entry->d_name);
        watched->threads++;
    }
    closedir(threads);
    return 0;
}

int watched_read(pid_t pid, struct watched *watched)
{
    pid_t children[CHILDREN_MAX];
    *watched = (struct watched){0};
    int rc = add_process(pid, watched);
    int count = proc_children(pid, children, CHILDREN_MAX);
    for (int i = 0; i < count && i < CHILDREN_MAX; i++)
        add_process(children[i], watched); /* one that ends meanwhile is no error */
    return rc < 0 ? rc : count < 0 ? count : 0;
}
