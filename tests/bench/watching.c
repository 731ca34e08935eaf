#include "watching.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"

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

int watched_read(pid_t pid, struct watched *watched)
{
    char path[64];
    clockid_t clock;
    struct timespec used;
    int error = clock_getcpuclockid(pid, &clock);
    if (error != 0)
        return -error;
    if (clock_gettime(clock, &used) < 0)
        return -errno;
    *watched = (struct watched){.cpu_ns = used.tv_sec * NS_PER_S + used.tv_nsec};
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (!threads)
        return -errno;
    for (struct dirent *entry; (entry = readdir(threads));)
        if (entry->d_name[0] != '.')
            watched->switches += switches_of(pid, entry->d_name);
    closedir(threads);
    return 0;
}
